"""The three engines themselves, on a page that is not the app's: what every browser test relies on."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser import installed
from tests.browser.engines import Browser, wait

PAGE = """<!doctype html><html lang="en"><head><title>Lay-by</title><link rel="icon" href="data:,">
<script src="/page.js" defer></script></head>
<body><main id="main"><h1>Lay-by</h1><noscript><p id="plain">No script here</p></noscript>
<form action="/saved"><input id="words" name="words"><button id="save" type="submit">Save</button></form></main>
</body></html>"""
SCRIPT = """
navigator.serviceWorker.register('/sw.js')
window.keep = (words) => new Promise((done) => {
  const opening = indexedDB.open('kept', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('row')
  opening.onsuccess = () => {
    const write = opening.result.transaction('row', 'readwrite', { durability: 'strict' })
    if (words) write.objectStore('row').put(words, 1)
    const read = write.objectStore('row').get(1)
    write.oncomplete = () => done(read.result ?? null)
  }
})
"""
WORKER = """
const html = (text) => new Response(text, { headers: { 'content-type': 'text/html', 'x-rendered-by': 'worker' } })
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(clients.claim()))
self.addEventListener('fetch', (event) => {
  const path = new URL(event.request.url).pathname
  if (path === '/rendered') event.respondWith(html('<title>Worker</title><h1>From the worker</h1>'))
})
"""
FILES = {"/": ("text/html", PAGE), "/page.js": ("text/javascript", SCRIPT), "/sw.js": ("text/javascript", WORKER)}
KEPT = "return window.keep(arguments[0])"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, text = FILES.get(self.path.partition("?")[0], ("text/html", "<h1>Saved on the server</h1>"))
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def site(port: int = 0) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("engine", installed.ENGINES)
def test_a_browser_keeps_what_it_wrote_through_kill_9_and_opens_with_no_server(
    engine: str, open_browser: Callable[..., Browser]
) -> None:
    with site() as url:
        browser = open_browser(engine)
        browser.go(f"{url}/")
        browser.wait_for_worker()
        assert browser.title == browser.text("h1") == "Lay-by"
        assert browser.js(KEPT, "take a pledge") == "take a pledge"
        browser.reload()
        assert browser.fetch("/rendered").headers["x-rendered-by"] == "worker"
        browser.fill("#words", "hello")
        browser.click("#save")
        wait(lambda: browser.url == f"{url}/saved?words=hello")
    assert browser._processes()
    browser.kill()
    assert not browser._processes()
    browser.launch()
    browser.go(f"{url}/rendered")
    assert browser.text("h1") == "From the worker"
    assert browser.fetch("/nothing").status == 0
    with site(int(url.rpartition(":")[2])):
        browser.go(f"{url}/")
        assert browser.js(KEPT, None) == "take a pledge"


def test_chromium_shows_a_page_at_a_phone_s_size_in_light_and_dark(
    open_browser: Callable[..., Browser], tmp_path: Path
) -> None:
    with site() as url:
        browser = open_browser()
        browser.go(url)
        assert browser.js("return [innerWidth, innerHeight]") == [400, 800]
        browser.screenshot(tmp_path / "small.png", width=320, height=640)
        assert browser.js("return innerWidth") == 320
        browser.dark()
        assert browser.js("return matchMedia('(prefers-color-scheme: dark)').matches")
        browser.screenshot(tmp_path / "dark.png", whole=True)
        assert (tmp_path / "small.png").read_bytes()[:4] == (tmp_path / "dark.png").read_bytes()[:4] == b"\x89PNG"


def test_chromium_tells_what_its_console_complained_of(open_browser: Callable[..., Browser]) -> None:
    with site() as url:
        browser = open_browser()
        browser.go(url)
        assert browser.complaints() == []
        browser.js("const script = document.createElement('script'); script.text = '1'; document.body.append(script)")
        assert any("Content Security Policy" in words for words in wait(browser.complaints))


def test_chromium_without_javascript_shows_the_plain_page(open_browser: Callable[..., Browser]) -> None:
    with site() as url:
        browser = open_browser(javascript=False)
        browser.go(url)
        assert browser.text("#plain") == "No script here"
        browser.click("#save")
        wait(lambda: browser.text("h1") == "Saved on the server")
        browser.reload()
        assert browser.text("h1") == "Saved on the server"

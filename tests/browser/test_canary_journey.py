"""P-11 and P-35 over a whole run: networks and people have names that are nowhere else, and none of them is in an
address, a title, a header, a log, a number, the name of a cache, a database or a file; nobody else is asked anything.

The browser's own log of its network has every request, those of the service worker too. Bodies are not in it: a phone
does hold the names of networks. The same scan is then shown a leak at each place it looks at.
"""

from __future__ import annotations

import re
import secrets
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection, text

from tests.browser import launch
from tests.browser.engines import Browser, require, wait
from tests.browser.person import OnPhone
from tests.databases import sqlite_url
from tests.live import DIRECT, LiveServer
from tests.world import open_world

TOKEN = "scrape-me-" + "x" * 20
SECONDS = 40
NAMES = """
const [done] = arguments;
async function all() {
  const found = [location.href, document.title, document.cookie, document.referrer];
  for (const name of await caches.keys()) {
    const requests = await (await caches.open(name)).keys();
    found.push(name, ...requests.map(({ url }) => url));
  }
  for (const { name } of await indexedDB.databases()) found.push(name);
  for (const kept of [localStorage, sessionStorage]) found.push(...Object.keys(kept));
  return found;
}
all().then(done, (error) => done([String(error)]));
"""


class Watched:
    """A phone, everything that was seen of it so far by place, and the words that are to be nowhere."""

    def __init__(self, phone: OnPhone, net_log: Path, canaries: list[str]) -> None:
        self.phone, self.net_log, self.canaries = phone, net_log, canaries
        self.seen: dict[str, str] = {}

    def look(self) -> None:
        """At what is only there while the page is."""
        names = "\n".join(self.phone.browser.driver.execute_async_script(NAMES))
        console = "\n".join(str(line["message"]) for line in self.phone.browser.driver.get_log("browser"))
        self._keep("page", names)
        self._keep("console", console)

    def end(self) -> None:
        server = self.phone.server
        asked = urllib.request.Request(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with DIRECT.open(asked) as answer:
            self._keep("metrics", answer.read().decode())
        profile = self.phone.browser.profile
        self.phone.browser.quit()
        self._keep("network", self.net_log.read_text(errors="replace"))
        self._keep("server log", server.log())
        self._keep("files", "\n".join(str(file) for place in (server.var_dir, profile) for file in place.rglob("*")))

    def _keep(self, place: str, text: str) -> None:
        self.seen[place] = self.seen.get(place, "") + "\n" + text

    def leaks(self) -> set[str]:
        found = {place: text.lower() for place, text in self.seen.items()}
        return {place for place, text in found.items() if any(canary in text for canary in self.canaries)}

    def hosts(self) -> set[str]:
        """Whoever a page or the worker of ours asked. What the browser asks for its own sake names no page."""
        ours = f'"initiator":"{self.phone.server.url}"'
        asked = [line for line in self.seen["network"].splitlines() if ours in line]
        urls = re.findall(r'"url":"([^"]+)"', "\n".join(asked))
        return {urlsplit(url).hostname or "" for url in urls}


@pytest.fixture
def watched(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_browser: Callable[..., Browser],
    start_server: Callable[..., LiveServer],
) -> Watched:
    require("chromium")
    server = start_server(metrics_token=TOKEN, log_format="text")
    canaries = rename(server)
    net_log = tmp_path / "net.json"
    flags = (*launch.CHROMIUM_FLAGS, f"--log-net-log={net_log}", "--net-log-capture-mode=IncludeSensitive")
    monkeypatch.setattr(launch, "CHROMIUM_FLAGS", flags)
    return Watched(OnPhone(open_browser(), server), net_log, canaries)


def rename(server: LiveServer) -> list[str]:
    """Every network and everybody gets a name nobody could think of, in the database of the running app."""
    names: list[str] = []

    def fresh() -> str:
        names.append(f"zq{secrets.token_hex(6)}")
        return names[-1]

    def change(connection: Connection) -> None:
        for id in connection.execute(text("SELECT id FROM network")).scalars().all():
            body = "json_set(body, '$.purpose', :purpose, '$.note', :note)"
            values = {"name": fresh(), "purpose": fresh(), "note": fresh(), "id": id}
            connection.execute(text(f"UPDATE network SET name = :name, body = {body} WHERE id = :id"), values)
        for id in connection.execute(text("SELECT id FROM person")).scalars().all():
            connection.execute(text("UPDATE person SET name = :name WHERE id = :id"), {"name": fresh(), "id": id})

    with open_world(sqlite_url(server.var_dir / "common-ground.db")) as world:
        world.write(change)
        for kind in ("network", "post", "person", "pledge_shown"):
            world.republish(kind)
    return names


def live_through(watched: Watched) -> None:
    """Log in, look round, join in private, change it, leave, follow, log out."""
    phone, browser = watched.phone, watched.phone.browser
    phone.log_in("nurse")
    watched.look()
    for path in ("/networks", "/networks/n2"):
        phone.open(path)
        assert any(name in browser.text("main") for name in watched.canaries), "the names are there to be read"
        watched.look()
    phone.choose("as", "member")
    phone.choose("seen_by", "nobody")
    browser.click('form[action="/do/network.join"] button[type="submit"]')
    wait(lambda: browser.has('form[action="/do/network.leave"]') and phone.unsent == 0, seconds=SECONDS)
    watched.look()
    _open_all(browser)
    phone.choose("seen_by", "committee")
    browser.click('form[action="/do/network.seen_by"] button[type="submit"]')
    wait(lambda: phone.rows("SELECT count(*) FROM membership WHERE person_id = 'demo01'") == [(1,)], seconds=SECONDS)
    watched.look()
    phone.open("/networks/n2")
    _open_all(browser)
    browser.click('form[action="/do/network.leave"] button[type="submit"]')
    wait(lambda: browser.has('form[action="/do/network.join"]') and phone.unsent == 0, seconds=SECONDS)
    browser.click("form[data-follow] [data-follow-off] button")
    watched.look()
    for path in ("/outbox", "/me/data", "/me"):
        phone.open(path)
        watched.look()
    phone.log_out()
    wait(lambda: phone.page == "log-in", seconds=SECONDS)
    watched.look()


def _open_all(browser: Browser) -> None:
    browser.js("for (const each of document.querySelectorAll('details')) each.open = true")


def leak(watched: Watched) -> None:
    """One word at each place, as a template, a log line or a careless script would put it there."""
    phone, word = watched.phone, watched.canaries[0]
    phone.open("/help")
    phone.browser.js("document.title = arguments[0]; console.error(arguments[0])", word)
    watched.look()
    phone.browser.fetch(f"/networks?about={word}")
    phone.browser.fetch("/help", headers={"X-Planted": word})
    with (phone.server.var_dir / "server.log").open("a") as log:
        log.write(f"joined network={word}\n")
    (phone.server.var_dir / f"{word}.csv").touch()
    phone.browser.js("location.href = 'http://127.0.0.2:9/'")  # the policy lets a page ask nobody in another way
    wait(lambda: "127.0.0.2" in phone.browser.url or phone.browser.title != word)


def test_no_name_of_a_network_or_of_anybody_is_anywhere_around_the_pages(watched: Watched) -> None:
    live_through(watched)
    watched.end()
    assert watched.leaks() == set()
    assert "POST" in watched.seen["network"] and "/sync" in watched.seen["network"], "the worker's requests are in it"
    assert "/do/{kind}" in watched.seen["server log"] or "/sync" in watched.seen["server log"]
    assert watched.hosts() == {"localhost"}


def test_the_same_scan_finds_a_word_at_each_place(watched: Watched) -> None:
    leak(watched)
    watched.end()
    assert watched.leaks() == {"page", "console", "network", "server log", "files"}
    assert "127.0.0.2" in watched.hosts(), "and whoever else was asked"
    watched._keep("metrics", watched.canaries[-1].upper())
    assert "metrics" in watched.leaks()

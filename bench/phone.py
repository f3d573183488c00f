"""The second server in a real Chromium: what a person with no signal waits for.

"Offline" is the server stopped. "Readable" is from the tap on a link to the first paint of a page that is whole.
"Slow" is DevTools' CPU throttling of the page (6x); "held" is the whole browser in a cgroup, its worker included.
"""

import contextlib
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException

from bench import phone_scripts as script
from bench import throttle
from bench.browser import Browser, until
from bench.load import percentile
from bench.postgres import Missing
from bench.wire import Relay
from tests.live import LiveServer

Figures = dict[str, float]

PAGES = ("/pledges", "/pledges/p3", "/me", "/pledges/p7", "/")
PLEDGES = [f"/pledges/p{n}" for n in range(1, 13)]
SLOW_4G = {"delay_ms": 150, "down_bytes": 200_000, "up_bytes": 93_750}
NO_LIMIT = {"delay_ms": 0, "down_bytes": -1, "up_bytes": -1}
SLOW = 6
TAPS = 30
COLD_STARTS = 12
ROUNDS = 8
RECORDS = 100


def measure() -> dict[str, object]:
    with _app() as server, _browser() as browser:
        _log_in(browser, server)
        results: dict[str, object] = {"browser": browser.version, **_beside_the_network(browser, server)}
        server.stop()
        results |= _offline(browser, server)
    with _app() as server, installed(server) as (_, relay):
        results["first install bytes"] = relay.down
    return results


@contextlib.contextmanager
def _app() -> Iterator[LiveServer]:
    with tempfile.TemporaryDirectory(prefix="bench-phone-") as folder, LiveServer(Path(folder)) as server:
        yield server


@contextlib.contextmanager
def _browser(*flags: str) -> Iterator[Browser]:
    browser = Browser(*flags)
    try:
        yield browser
    finally:
        browser.close()


def _log_in(browser: Browser, server: LiveServer) -> None:
    """Ends when the worker answers pages and its first pull is done."""
    browser.open(f"{server.url}/log-in")
    browser.run(script.LOG_IN, "nurse")
    until(patient(lambda: browser.ask(script.INSTALLED)), "a worker")
    browser.open(f"{server.url}/pledges")
    until(lambda: (browser.ask(script.STATUS) or {}).get("cursors", {}).get("public"), "the first pull")
    for page in (*PAGES, *PLEDGES):
        browser.open(server.url + page)


@contextlib.contextmanager
def installed(server: LiveServer) -> Iterator[tuple[Browser, Relay]]:
    """A new browser, its worker included, that came from log in to hold everything, all of it over the relay."""
    relay = Relay(server.port)
    relay.start()
    try:
        with _browser(f"--host-resolver-rules=MAP localhost:{server.port} 127.0.0.1:{relay.port}") as browser:
            _log_in(browser, server)
            yield browser, relay
    finally:
        relay.stop()


def _beside_the_network(browser: Browser, server: LiveServer) -> dict[str, object]:
    """A page by the worker, from the server on loopback and over slow 4G, in turn; files are cached for all."""
    ways: dict[str, list[float]] = {"by the worker": [], "from loopback": [], "over slow 4G": []}
    for turn in range(ROUNDS + 1):
        for way, times in ways.items():
            browser.past_the_worker(way != "by the worker")
            browser.link(**(SLOW_4G if way == "over slow 4G" else NO_LIMIT))
            browser.open(f"{server.url}/pledges")
            times.append(_tap(browser, PLEDGES[turn]))
    browser.past_the_worker(False)
    browser.link(**NO_LIMIT)
    return {f"page {way}": _spread(times[1:]) for way, times in ways.items()}


def _offline(browser: Browser, server: LiveServer) -> dict[str, object]:
    results: dict[str, object] = {}
    results |= _round(browser, server, "", "pledge.take")
    browser.slow_down(SLOW)
    results |= _round(browser, server, ", slow", "pledge.withdraw")
    browser.slow_down(1)
    try:
        with throttle.held(browser.processes()):
            results |= _round(browser, server, ", held", "pledge.take")
    except Missing as reason:
        results["held"] = str(reason)
    return results


def _round(browser: Browser, server: LiveServer, how: str, kind: str) -> dict[str, object]:
    taps = [_tap(browser, PAGES[n % len(PAGES)]) for n in range(TAPS)]
    acts = [_act(browser, server.url + page, kind) for page in PLEDGES]
    starts = [_cold_start(browser, server.url + PAGES[n % len(PAGES)]) for n in range(COLD_STARTS)]
    sealed, opened = browser.ask(script.SEAL, RECORDS)
    return {
        f"tap{how}": _spread(taps),
        f"act{how}": _spread(acts),
        f"cold{how}": _spread(starts),
        f"seal {RECORDS}{how}": {"ms": sealed},
        f"open {RECORDS}{how}": {"ms": opened},
    }


def _tap(browser: Browser, path: str) -> float:
    browser.run(script.TAP, path)
    return float(until(patient(lambda: browser.run(script.READABLE, path)), f"{path} to be readable"))


def _act(browser: Browser, url: str, kind: str) -> float:
    browser.open(url)
    return float(browser.ask(script.ACT, kind))


def _cold_start(browser: Browser, url: str) -> float:
    browser.stop_workers()
    browser.open(url)
    started = browser.run(script.STARTED)
    if started is None:
        raise RuntimeError(f"{url} was not answered by the worker")
    return float(started)


def patient(look: Callable[[], Any]) -> Callable[[], Any]:
    """Between two documents there is nothing to run a script in."""

    def seen() -> Any:
        with contextlib.suppress(WebDriverException):
            return look()
        return None

    return seen


def _spread(values: list[float]) -> Figures:
    return {"p50": statistics.median(values), "p95": percentile(values, 95), "n": len(values)}


def table(results: dict[str, Any]) -> list[list[str]]:
    rows = [["in the browser, ms", "p50", "p95", "times"]]
    for name, figures in results.items():
        if isinstance(figures, dict) and "p50" in figures:
            rows.append([name, f"{figures['p50']:.1f}", f"{figures['p95']:.1f}", f"{figures['n']:.0f}"])
        elif isinstance(figures, dict):
            rows.append([name, f"{figures['ms']:.1f}", "", "1"])
        elif isinstance(figures, int):
            rows.append([name, f"{figures:,}", "", ""])
    return rows

"""A browser in front of the drawn pages: brings one up as a person would see it, and takes its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.browser.engines import Browser, wait
from tests.gallery.drawn import Drawn

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
SCHEMES = ("light", "dark")
READY = """
return document.readyState === "complete" && navigator.serviceWorker.controller
  && !document.querySelector("[data-phone][hidden], [data-plan][hidden], [data-follow][hidden]");
"""
NO_SIGNAL = "document.documentElement.toggleAttribute('data-offline', true)"


def bring_up(browser: Browser, address: str, each: Drawn) -> None:
    """With no signal the page script marks the page: here the mark is made for it."""
    browser.go(address + each.path)
    wait(lambda: browser.js(READY))
    if each.offline:
        browser.js(NO_SIGNAL)


def names(each: Drawn) -> dict[tuple[str, str], str]:
    return {(size, scheme): f"{each.page.id}.{each.kind}.{size}.{scheme}.png" for size in SIZES for scheme in SCHEMES}


def take(browser: Browser, address: str, each: Drawn, folder: Path) -> Iterator[Path]:
    bring_up(browser, address, each)
    for (size, scheme), name in names(each).items():
        browser.look(scheme=scheme)
        browser.cdp("Emulation.setScrollbarsHidden", hidden=size == "phone")
        width, height = SIZES[size]
        browser.screenshot(folder / name, width=width, height=height)
        yield folder / name

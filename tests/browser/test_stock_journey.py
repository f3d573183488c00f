"""At a collection desk with no signal: a code, a count, and the last one handed over twice with nobody held up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver import Keys

from tests.browser.engines import Browser, require, wait
from tests.browser.person import OnPhone, rows
from tests.databases import sqlite_url
from tests.features.at_collection import HERE, LANYARD, NOT_KNOWN, asked, emptied
from tests.live import LiveServer
from tests.world import open_world

HAND_OVER = 'form[action="/do/stock.collect"] button'
WRITE_DOWN = 'form[action="/do/stock.move"] button'
LANYARDS = f'tr[data-record="stock:c1-{LANYARD}"] td'
UNDO = "#undo button"


def ask(server: LiveServer, *who: tuple[str, str]) -> list[str]:
    """These people asked for a lanyard and were told that it is there: their codes."""
    with open_world(sqlite_url(server.var_dir / "common-ground.db")) as world:
        emptied(world)
        return [asked(world, key, code) for key, code in who]


def hand_over(phone: OnPhone, code: str) -> None:
    phone.browser.fill('input[name="code"]', code)
    phone.browser.click(HAND_OVER)


def write_down(phone: OnPhone, what: str, number: int) -> None:
    phone.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
    phone.choose("item", LANYARD)
    phone.choose("what", what)
    phone.browser.fill('input[name="number"]', str(number))
    phone.browser.click(WRITE_DOWN)


def lanyards(phone: OnPhone) -> list[str]:
    """How many are here, and how many are to be collected."""
    return phone.browser.texts(LANYARDS)


def hear(phone: OnPhone, counts: list[str]) -> None:
    """A phone that has nothing to send asks for news every few minutes, and when somebody comes back to it."""
    phone.browser.js("navigator.serviceWorker.controller.postMessage({ask: 'sync', force: true})")
    wait(lambda: lanyards(phone) == counts, seconds=45)


def said(phone: OnPhone) -> str:
    return phone.browser.text("#undo [role=status]")


def at_desk(browser: Browser, server: LiveServer, who: str = "helper") -> OnPhone:
    phone = OnPhone(browser, server)
    phone.log_in(who)
    phone.open(HERE)
    assert phone.page == "hand-over"
    return phone


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_handed_over_with_no_signal_from_a_cold_start_and_counted_once(
    engine: str, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]
) -> None:
    require(engine)
    server = start_server()
    (code,) = ask(server, ("ally", "K7M"))
    helper = at_desk(open_browser(engine), server)
    write_down(helper, "count", 5)
    wait(lambda: lanyards(helper) == ["5", "1"] and helper.unsent == 0, seconds=45)
    helper.put_away()
    server.stop()
    helper.open(HERE)

    hand_over(helper, code[1] + code[0] + code[2:])
    wait(lambda: helper.browser.has("#problems"))
    assert "Look at their phone again" in helper.browser.text("#problems")
    assert "Look at their phone again" in helper.browser.text("#field-code-notes"), "beside the box too"
    assert helper.browser.js("return document.querySelector('input[name=code]').value") == code[1] + code[0] + code[2:]
    assert helper.unsent == 0

    hand_over(helper, f"{code[:2].lower()} {code[2:].lower()}")
    wait(lambda: said(helper) == "Handed over.")
    assert lanyards(helper) == ["4", "0"] and helper.unsent == 1
    assert "Safety-release lanyard" in helper.browser.text(f'[data-record="collecting:c1-{code}"]')
    helper.browser.click(UNDO)
    wait(lambda: lanyards(helper) == ["5", "1"] and helper.unsent == 0)
    hand_over(helper, code)
    wait(lambda: lanyards(helper) == ["4", "0"])

    server.start()
    wait(lambda: helper.unsent == 0, seconds=45)
    assert rows(server.var_dir, "select what, number from stock_move order by id") == [("count", 5), ("issue", 1)]
    assert rows(server.var_dir, "select state from allying") == [("collected",)]


def test_two_helpers_with_no_signal_hand_over_the_last_one_and_nobody_is_held_up(
    open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]
) -> None:
    server = start_server()
    first, second = ask(server, ("ally", "K7M"), ("nurse", "2XT"))
    one = at_desk(open_browser(profile="one"), server)
    write_down(one, "count", 1)
    wait(lambda: lanyards(one) == ["1", "2"] and one.unsent == 0, seconds=45)
    other = at_desk(open_browser(profile="other"), server, "coordinator")
    assert lanyards(other) == ["1", "2"]
    server.stop()
    for phone, code in ((one, first), (other, second)):
        hand_over(phone, code)
        wait(lambda phone=phone: said(phone) == "Handed over.")  # type: ignore[misc]
        assert lanyards(phone) == ["0", "1"]

    server.start()
    wait(lambda: one.unsent == other.unsent == 0, seconds=60)
    for phone in (one, other):
        hear(phone, ["Count again", "0"])
        assert not phone.browser.has("#problems") and "needs you" not in phone.browser.text("#sync-line")
    assert rows(server.var_dir, "select state from allying") == [("collected",)] * 2
    write_down(other, "count", 0)
    wait(lambda: lanyards(other) == ["0", "0"] and other.unsent == 0, seconds=45)
    hear(one, ["0", "0"])


def test_a_code_that_nobody_has_is_kept_and_flagged_and_can_be_put_away(
    open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]
) -> None:
    server = start_server()
    helper = at_desk(open_browser(), server)
    server.stop()
    helper.browser.find('input[name="code"]').send_keys(NOT_KNOWN, Keys.ENTER)  # and no button
    flag = f'[data-record="check_code:c1-{NOT_KNOWN}"]'
    wait(lambda: helper.browser.has(flag))
    assert "Check the code" in helper.browser.text(flag) and helper.unsent == 1
    server.start()
    wait(lambda: helper.unsent == 0, seconds=45)
    helper.open(HERE)
    held: list[tuple[Any, ...]] = rows(server.var_dir, "select place, code from held_code")
    assert held == [("c1", NOT_KNOWN)]
    helper.browser.click(f'{flag} form[action="/do/stock.checked"] button')
    wait(lambda: not helper.browser.has(flag))
    wait(lambda: rows(server.var_dir, "select place, code from held_code") == [], seconds=45)

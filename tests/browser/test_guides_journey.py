"""Help, guides and words to borrow as somebody uses them who trusts nobody: nothing is started, sent or kept by reading
them, own words are gone with the page, and what helped is told late and without a name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.engines import Browser, wait
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.browser.storage import NURSE, age, held
from tests.live import LiveServer

QUIET = ("/help", "/guides/g1", "/words", "/policy", "/privacy")
CANARY = "Canary-4417 on the stairs"
BOXES = ("#own-when", "#own-where", "#own-what", "#own-who", "#own-want")
# What a page starts by itself is written down before its own script can run.
STARTED = """
window.started = [];
const noting = (where, name, says) => {
  const real = where[name];
  where[name] = function (...values) { window.started.push(says(...values)); return real.apply(this, values); };
};
noting(window, "setInterval", () => "timer");
noting(window, "fetch", (url) => `fetch ${url}`);
noting(XMLHttpRequest.prototype, "open", (method, url) => `request ${url}`);
noting(ServiceWorkerRegistration.prototype, "update", () => "update check");
noting(ServiceWorkerContainer.prototype, "register", () => "update check");
noting(ServiceWorker.prototype, "postMessage", ({ ask }) => `ask ${ask}`);
"""
DUE = """
const [done] = arguments;
const opening = indexedDB.open("cg-meta");
opening.onsuccess = () => {
  const store = opening.result.transaction("anonymous", "readwrite").objectStore("anonymous");
  store.getAll().onsuccess = ({ target }) => {
    for (const told of target.result) store.put({ ...told, due: Date.now() - 1 });
    store.transaction.oncomplete = () => { opening.result.close(); done(target.result); };
  };
};
"""
SHOWN = """
const shown = [...document.querySelectorAll("[data-copied]")].filter((each) => each.checkVisibility());
return shown.map((each) => each.textContent);
"""


def filled(phone: OnPhone) -> list[str]:
    values: list[str] = phone.browser.js(
        "return [...document.querySelectorAll('[data-own-words] textarea')].map((each) => each.value)"
    )
    return values


def write(phone: OnPhone) -> None:
    phone.open("/help")
    wait(lambda: phone.browser.find(BOXES[0]).is_displayed())
    for box in BOXES:
        phone.browser.fill(box, CANARY)
    assert filled(phone) == [CANARY] * len(BOXES)


def waiting(phone: OnPhone, *, make_due: bool) -> list[dict[str, Any]]:
    found = json.loads(held(phone)["Database cg-meta"].partition(" ")[2])
    if make_due:
        told: list[dict[str, Any]] = phone.browser.driver.execute_async_script(DUE)
        return told
    return [row for rows in found for row in rows if isinstance(row, dict) and "due" in row]


def test_reading_starts_no_sync_no_timer_and_no_look_for_an_update(line_and_nurse: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_nurse
    nurse.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=STARTED)
    nurse.open("/pledges")
    wait(lambda: "ask sync" in nurse.browser.js("return window.started"))
    assert "timer" in nurse.browser.js("return window.started"), "another page is noticed to start what it starts"
    nurse.open("/help")
    line.heard.clear()
    for path in [*QUIET, *QUIET]:
        nurse.open(path)
        assert nurse.rendered_by(path) == "worker"
        started = [each for each in nurse.browser.js("return window.started") if each != f"fetch {path}"]
        assert set(started) <= {"ask status", "ask plan"}, path
    assert {path for path, _ in line.heard} <= {"/sw.js"}, "a browser looks by itself whether its worker is the newest"


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_own_words_are_in_no_store_no_history_no_request_and_no_file(
    line_and_nurse: tuple[Line, OnPhone], tmp_path: Path
) -> None:
    line, nurse = line_and_nurse
    write(nurse)
    state = nurse.browser.js(
        "return JSON.stringify([history.state, location.href, document.title, document.cookie, window.name])"
    )
    assert CANARY not in state
    assert not [where for where, text in held(nurse).items() if CANARY in text]
    nurse.open("/pledges")
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "sent")
    assert [body for path, body in line.heard if path == "/sync"] and not [
        path for path, body in line.heard if b"Canary" in body
    ]
    write(nurse)
    nurse.put_away()
    for file in [*tmp_path.rglob("*"), *nurse.server.var_dir.rglob("*")]:
        if file.is_file():
            kept = file.read_bytes()
            assert CANARY.encode() not in kept and CANARY.encode("utf-16-le") not in kept, file.name


def test_the_same_search_finds_a_plan_which_is_kept(nurse: OnPhone) -> None:
    nurse.open("/pledges/p1")
    wait(lambda: nurse.browser.find("#plan").is_displayed())
    nurse.browser.fill("#plan", CANARY)
    nurse.browser.click("form[data-plan] button")
    wait(lambda: [where for where, text in held(nurse).items() if CANARY in text] == ["Database cg-demo01"])


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_whoever_leaves_the_page_leaves_no_words_there(nurse: OnPhone) -> None:
    for leave in ('a[href="/words"]', "[data-hide]"):
        write(nurse)
        nurse.browser.click(leave)
        wait(lambda: nurse.page in ("words", "accessibility"))
        nurse.browser.js("history.back()")
        wait(lambda: nurse.page not in ("words", None) and nurse.browser.js("return document.readyState") == "complete")
        if nurse.page == "help":
            assert filled(nurse) == [""] * len(BOXES)
        else:
            assert not nurse.browser.has("[data-own-words]")


def test_copy_takes_the_words_with_their_questions_and_erase_takes_them_away(nurse: OnPhone) -> None:
    browser = nurse.browser
    browser.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    nurse.open("/help")
    wait(lambda: browser.find(BOXES[0]).is_displayed())
    browser.click("[data-own-words] [data-copy]")
    wait(lambda: browser.text("[data-own-words] .app-copy") == "There is nothing to copy yet.")
    browser.fill("#own-where", CANARY)
    browser.fill("#own-want", "An apology")
    browser.click("[data-own-words] [data-copy]")
    wait(lambda: browser.text("[data-own-words] .app-copy") == "Copied.")
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied == f"Where was it?\n{CANARY}\n\nWhat do you want to happen?\nAn apology"
    assert "What you copy may stay on this phone" in browser.text("[data-own-words]")
    browser.click("[data-own-words] [data-erase]")
    assert filled(nurse) == [""] * len(BOXES)
    assert browser.js("return document.activeElement.id") == "own-when"
    assert browser.text("[data-own-words] .app-copy") == ""


def test_a_reminder_says_no_word_of_what_about_and_waits_for_signal(nurse: OnPhone) -> None:
    browser = nurse.browser
    nurse.open("/help")
    before = held(nurse)
    browser.click("[data-remind]")
    changed = {where: text for where, text in held(nurse).items() if before.get(where) != text}
    assert changed == {"Local": '{"remind":"1"}'}
    nurse.open("/words")
    assert not browser.find("#remind").is_displayed(), "a quiet page shows none"
    nurse.open("/pledges")
    wait(lambda: browser.find("#remind").is_displayed())
    assert browser.text("#remind p") == "You asked us to remind you."
    browser.js("Object.defineProperty(navigator, 'onLine', { get: () => window.signal === true }); 0")
    browser.js("window.dispatchEvent(new Event('online'))")
    assert not browser.find("#remind").is_displayed()
    browser.js("window.signal = true; window.dispatchEvent(new Event('online'))")
    browser.click("#remind button")
    nurse.open("/pledges")
    assert not browser.find("#remind").is_displayed()
    assert "remind" not in held(nurse)["Local"]


def test_what_helped_goes_late_with_no_cookie_and_nothing_of_the_phone_or_the_person(
    line_and_nurse: tuple[Line, OnPhone],
) -> None:
    line, nurse = line_and_nurse
    nurse.open("/guides/g1")
    wait(lambda: nurse.browser.find("form[data-helped] button").is_displayed())
    nurse.browser.click("form[data-helped] button")
    wait(lambda: "Thank you." in nurse.browser.text("form[data-helped]"))
    [told] = waiting(nurse, make_due=False)
    assert set(told) == {"id", "kind", "day", "data", "due"}
    assert [where for where, text in held(nurse).items() if told["id"] in text] == ["Database cg-meta"]
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "sent")
    assert nurse.outbox() == ["Take the pledge “Ask the name”"]
    assert "/anonymous" not in {path for path, _ in line.heard}, "not before its time, whatever else is sent"

    waiting(nurse, make_due=True)
    nurse.browser.js("navigator.serviceWorker.controller.postMessage({ ask: 'sync', force: true })")
    wait(lambda: nurse.rows("select kind, area, number from anonymous_count") == [("guide.helped", "g1", 1)])
    [asked] = [request for path, request in line.heard if path == "/anonymous"]
    head, _, body = asked.partition(b"\n\n")
    assert b"cookie" not in head.lower() and b"referer" not in head.lower()
    assert set(json.loads(body)) == {"id", "kind", "day", "data"}
    device = nurse.rows("select id from device")
    assert not [mark for mark in (*NURSE, *(str(id) for (id,) in device)) if mark.encode() in asked]
    wait(lambda: waiting(nurse, make_due=False) == [])
    assert nurse.rows("select count(*) from action where kind like '%helped%'") == [(0,)]


def test_i_still_need_help_leads_to_people_and_keeps_nothing(nurse: OnPhone) -> None:
    nurse.open("/guides/g1")
    before = held(nurse)
    nurse.browser.click('a[href="#ask"]')
    assert nurse.browser.js("return document.activeElement.id || location.hash") in ("ask", "#ask")
    assert nurse.browser.js("return document.querySelector('#ask').getBoundingClientRect().top < innerHeight")
    assert waiting(nurse, make_due=False) == []
    after = held(nurse)
    assert [where for where in after if not where.startswith("Database") and after[where] != before[where]] == []


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_everything_opens_with_no_signal_before_anybody_logged_in(phone: OnPhone) -> None:
    phone.open("/help")
    phone.browser.wait_for_worker()
    wait(lambda: phone.rendered_by("/guides/g1") == "worker", seconds=40)
    phone.server.stop()
    phone.lose_power()
    for path in QUIET:
        phone.open(path)
        assert phone.rendered_by(path) == "worker" and len(phone.browser.text("#main")) > 500, path
    phone.open("/guides/g1")
    said = phone.browser.text("#main")
    for line in ("cannot be undone", "17 or under", "Version 1, checked on"):
        assert line in said
    phone.open("/words")
    phone.browser.fill("[data-find]", "banter")
    wait(lambda: len(phone.browser.js(SHOWN)) == 3)
    assert "Let us not talk about people like that here." in phone.browser.js(SHOWN)
    assert phone.browser.text(".app-words__find [role=status]") == "Found: 3"
    assert phone.browser.url.endswith("/words")
    phone.browser.fill("[data-find]", "zzz")
    wait(lambda: phone.browser.find("[data-none]").is_displayed())
    assert phone.browser.js(SHOWN) == []


def test_a_copy_that_is_older_than_a_week_says_so_with_or_without_signal(phone: OnPhone) -> None:
    phone.open("/help")
    phone.browser.wait_for_worker()
    wait(lambda: phone.rendered_by("/guides/g1") == "worker", seconds=40)
    age(phone, "nobody", 7)
    phone.open("/guides/g1")
    assert not phone.browser.has("[data-old]")
    age(phone, "nobody", 1)
    phone.open("/guides/g1")
    assert "This copy is 8 days old, and the rules may have changed. Ask Inclusion team" in phone.browser.text(
        "[data-old]"
    )
    phone.server.stop()
    phone.open("/guides/g1")
    assert phone.browser.has("[data-old]")


def test_without_javascript_all_words_are_shown_and_nothing_that_needs_it(
    open_browser: Callable[..., Browser], live_server: LiveServer
) -> None:
    phone = OnPhone(open_browser(javascript=False), live_server)
    phone.open("/words")
    assert phone.browser.text("#main").count("\n") > 30 and "Who else knows?" in phone.browser.text("#main")
    for path, hidden in {
        "/words": "[data-find]",
        "/guides/g1": "form[data-helped]",
        "/help": "form[data-own-words]",
    }.items():
        phone.open(path)
        assert not phone.browser.find(hidden).is_displayed(), path
    phone.open("/guides/g1")
    phone.browser.click('a[href="#ask"]')
    assert phone.browser.url.endswith("#ask")

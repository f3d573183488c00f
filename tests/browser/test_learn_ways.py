"""Learning in other ways than with a thumb: without JavaScript, with a keyboard alone, and one question days after."""

import time
from collections.abc import Callable

import pytest
from selenium.webdriver.common.keys import Keys
from sqlalchemy import text

from pwa.dates import london_date
from server.demo import person_id
from tests.browser.engines import Browser, wait
from tests.browser.keyboard import Keyboard
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import SMALL_TARGETS, findings
from tests.browser.test_guides_journey import waiting
from tests.browser.test_learn_journey import CARD, Reading
from tests.browser.test_reflow import as_it_comes, bigger, spaced, spilled
from tests.databases import sqlite_url
from tests.live import LiveServer
from tests.world import DAY, open_world

FINISHED = f"select module_id, gate_met from finished where person_id = '{person_id('nurse')}'"
SYNC = "navigator.serviceWorker.controller.postMessage({ ask: 'sync', force: true })"
OPEN_QUESTION = "[data-refresher]:not([hidden])"


def test_without_javascript_all_of_a_module_is_one_page_and_finishing_it_says_that_it_was_read(
    open_browser: Callable[..., Browser], live_server: LiveServer
) -> None:
    plain = OnPhone(open_browser(javascript=False), live_server)
    browser = plain.browser
    plain.open("/log-in")
    browser.click('button[name="person"][value="nurse"]')
    wait(lambda: plain.page == "home")
    plain.open("/learn")
    browser.click('[data-record="module:m1"] a')
    wait(lambda: plain.page == "module")
    cards = browser.driver.find_elements("css selector", "[data-card]")
    assert len(cards) == 6 and all(card.is_displayed() for card in cards)
    boxes = browser.driver.find_elements("css selector", "article input:not([type=hidden]), article textarea")
    assert boxes and not any(box.is_displayed() for box in boxes), "nothing is asked that could not be kept"
    browser.click("[data-card=choose] details:first-of-type summary")
    assert browser.text("[data-card=choose] details[open] .app-said__grade")
    browser.click('form[action="/do/module.finish"] button')
    wait(lambda: browser.has('[data-way="done"]'))
    assert plain.rows(FINISHED) == [("m1", 1)]
    assert browser.text('[data-card="done"] [data-state]') == "Sent"


def test_a_module_with_the_keyboard_alone(nurse: OnPhone) -> None:
    keys = Keyboard(nurse.browser)
    nurse.open("/learn")
    keys.enter('main a[href="/learn/m1"]')
    wait(lambda: nurse.browser.has(CARD))
    reading = Reading(nurse, "m1")
    for card in ("choose", "idea", "again", "pause", "action"):
        keys.enter('.app-learn__go [data-go="+"]')
        wait(lambda: reading.card == card)  # noqa: B023
        assert keys.at(f'[data-card="{card}"] h2'), "the news is read out"
        if nurse.browser.has(f'[data-card="{card}"] fieldset'):
            keys.to(f'[data-card="{card}"] input')
            keys.press(Keys.SPACE)
            keys.enter(f'[data-card="{card}"] [data-see]')
            assert keys.at("[data-see]") and len(reading.said) == 1
        if nurse.browser.has(f'[data-card="{card}"] textarea'):
            keys.to(f'[data-card="{card}"] textarea')
            keys.press("I will listen")
    keys.enter('form[action="/do/module.finish"] button')
    wait(lambda: nurse.rows(FINISHED) != [])


def test_no_card_breaks_a_rule_of_accessibility_or_spills(nurse: OnPhone) -> None:
    browser = nurse.browser
    browser.size(320, 640)
    for scheme in ("light", "dark"):
        browser.look(scheme=scheme)
        reading = Reading(nurse, "m1")
        while True:
            reading.answer("avoid")
            assert findings(browser) == [] and browser.js(SMALL_TARGETS) == [], (scheme, reading.card)
            for look in (bigger, spaced, as_it_comes):
                look(browser)
                assert spilled(browser) == [], (look.__name__, reading.card)
            if browser.js("return document.querySelector('.app-learn').dataset.cards.includes('last')"):
                break
            reading.go()
        while reading.card != "scene":
            reading.go("-")


@pytest.fixture
def finished_days_ago(nurse: OnPhone) -> Callable[[int], None]:
    """The nurse finished m1; and makes it so many days ago, as a phone that was away."""
    reading = Reading(nurse, "m1")
    reading.to_the_end()
    reading.finish()
    wait(lambda: nurse.rows(FINISHED))

    def days(since: int) -> None:
        day = london_date(time.time_ns() // 1_000_000 - since * DAY)
        with open_world(sqlite_url(nurse.server.var_dir / "common-ground.db")) as world:
            world.write(lambda connection: connection.execute(text("UPDATE finished SET done_on = :day"), {"day": day}))
            world.republish("progress")
        nurse.open("/learn")
        nurse.browser.js(SYNC)
        wait(lambda: nurse.browser.has(f'[data-refresher][data-on="{day}"]'))

    return days


def test_days_later_one_question_comes_once_and_stops_when_asked_to(
    nurse: OnPhone, finished_days_ago: Callable[[int], None]
) -> None:
    browser = nurse.browser
    finished_days_ago(2)
    assert not browser.has(OPEN_QUESTION)
    finished_days_ago(20)
    wait(lambda: browser.has(f'{OPEN_QUESTION}[data-day="14"]'))
    assert len(browser.texts(OPEN_QUESTION)) == 1
    browser.js(f"document.querySelector('{OPEN_QUESTION} input').click()")
    browser.click(f"{OPEN_QUESTION} [data-see]")
    wait(lambda: browser.js(f"return document.querySelector('{OPEN_QUESTION} .app-said').checkVisibility()"))
    nurse.open("/learn")
    wait(lambda: nurse.rendered_by("/learn") == "worker")
    assert not browser.has(OPEN_QUESTION), "not twice"
    finished_days_ago(70)
    assert not browser.has(OPEN_QUESTION), "not two on one day"
    kept = nurse.ask({"ask": "plan", "id": "learn:questions", "text": "{}"})
    assert kept["text"] == "{}"
    finished_days_ago(4)
    wait(lambda: browser.has(OPEN_QUESTION))
    browser.click(f'{OPEN_QUESTION} [data-questions="off"]')
    wait(lambda: not browser.has(OPEN_QUESTION) and browser.find("[data-asked-off]").is_displayed())
    nurse.open("/learn")
    wait(lambda: browser.find("[data-asked-off]").is_displayed())
    browser.click("[data-asked-off] button")
    wait(lambda: browser.has(OPEN_QUESTION))


def test_that_a_module_helped_waits_without_a_name_and_can_be_said_only_when_it_is_finished(nurse: OnPhone) -> None:
    reading = Reading(nurse, "m3")
    assert not nurse.browser.has("form[data-helped]")
    reading.to_the_end()
    reading.finish()
    wait(lambda: nurse.browser.find("form[data-helped] button").is_displayed())
    nurse.browser.click("form[data-helped] button")
    wait(lambda: "Thank you." in nurse.browser.text("form[data-helped]"))
    [told] = waiting(nurse, make_due=False)
    assert (told["kind"], told["data"]) == ("module.helped", {"module": "m3"})
    assert reading.card == "done", "the page stays where it is"

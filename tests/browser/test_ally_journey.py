"""Asking to wear something, in real browsers: one question at a time, with no signal, by keyboard and without
JavaScript; and the reason that never leaves the phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.engines import Browser, require, wait
from tests.browser.keyboard import Keyboard
from tests.browser.person import OnPhone
from tests.live import LiveServer

ASK = 'form[action="/do/ally.request"] > .app-step button[type="submit"]'
STATE = '[data-record="ally:s1"] [data-state]'
SHOWN = (
    "return [...document.querySelectorAll('.app-step')].filter((step) => step.checkVisibility()).map(({ id }) => id)"
)
# What the last card of the module does; its own pages are walked elsewhere.
FINISH = """
const [done] = arguments;
const body = new URLSearchParams({ page: "/", module: "m1", version: "1", gate_met: "yes" });
fetch("/do/module.finish", { method: "POST", body }).then(() => done());
"""
CANARY = "because of the marmalade kestrel"


def steps(phone: OnPhone) -> list[str]:
    """The questions that are to be seen."""
    return [str(each) for each in phone.browser.js(SHOWN)]


def finish(phone: OnPhone) -> None:
    phone.browser.driver.execute_async_script(FINISH)


def to(phone: OnPhone, step: str) -> None:
    """To the next question."""
    phone.browser.click(f'.app-step:target a[href="#step-{step}"], #step-means a[href="#step-{step}"]')
    wait(lambda: steps(phone) == [f"step-{step}"])


def choose(phone: OnPhone, item: str, place: str) -> None:
    """Through all the questions to the last one."""
    phone.open("/ally")
    wait(lambda: steps(phone) == ["step-means"])
    to(phone, "promise")
    to(phone, "item")
    phone.choose("item", item)
    to(phone, "where")
    phone.choose("collect_at", place)
    to(phone, "why")


def code(phone: OnPhone) -> str:
    return phone.browser.text(".app-code") if phone.browser.has(".app-code") else ""


def on_server(phone: OnPhone) -> list[tuple[str, str, str]]:
    return [
        (item, place, state)
        for item, place, state in phone.rows(
            "select item, collect_at, state from allying join person on person.id = person_id where demo_key = 'nurse'"
        )
    ]


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_learned_and_asked_with_no_signal_from_a_cold_start_and_ready_when_it_is_back(nurse: OnPhone) -> None:
    nurse.open("/ally")
    assert "First, 4 minutes of reading" in nurse.browser.text("#main")
    assert not nurse.browser.has(".app-step")
    nurse.server.stop()
    nurse.put_away()
    nurse.open("/ally")
    finish(nurse)
    choose(nurse, "i2", "c1")
    to(nurse, "check")
    assert "Pin badge" in nurse.browser.text(".app-chosen") and "Sticker" not in nurse.browser.text(".app-chosen")
    nurse.browser.click(ASK)
    wait(lambda: nurse.browser.has(STATE))
    assert nurse.browser.attribute(STATE, "data-state") == "saved"
    nurse.put_away()
    nurse.open("/ally")
    assert "You asked for one" in nurse.browser.text("#main")
    nurse.server.start()
    wait(lambda: code(nurse) != "", seconds=45)
    assert on_server(nurse) == [("i2", "c1", "ready")]
    assert "Give them this code, not your name." in nurse.browser.text("#main")


def test_the_browsers_own_back_button_goes_one_question_back(nurse: OnPhone) -> None:
    finish(nurse)
    choose(nurse, "i4", "c1")
    nurse.browser.driver.back()
    wait(lambda: steps(nurse) == ["step-where"])
    assert not nurse.browser.find('input[name="collect_at"][value="c2"]').is_displayed()  # no cords there
    nurse.browser.driver.back()
    wait(lambda: steps(nurse) == ["step-item"])
    assert nurse.browser.js("return document.querySelector('input[value=i4]').checked")


def test_what_was_left_out_is_asked_for_and_its_question_comes_up(nurse: OnPhone) -> None:
    finish(nurse)
    nurse.open("/ally#step-check")
    nurse.browser.click(ASK)
    wait(lambda: nurse.browser.has("#problems"))
    nurse.browser.click('#problems a[href="#field-item"]')
    wait(lambda: steps(nurse) == ["step-item"])


def test_a_reason_of_ones_own_stays_on_the_phone(nurse: OnPhone) -> None:
    finish(nurse)
    choose(nurse, "i2", "c1")
    nurse.browser.fill("#why", CANARY)
    nurse.browser.click('form[data-plan="why-s1"] button')
    wait(lambda: nurse.browser.find('form[data-plan="why-s1"] [role="status"]').is_displayed())
    to(nurse, "check")
    nurse.browser.click(ASK)
    wait(lambda: code(nurse) != "", seconds=45)
    wait(lambda: nurse.browser.js("return document.querySelector('#why').value") == CANARY)
    assert [file for file in written(nurse.server.var_dir) if CANARY.encode() in file.read_bytes()] == []


def written(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_asked_with_a_keyboard_alone(nurse: OnPhone) -> None:
    finish(nurse)
    nurse.open("/ally")
    keys = Keyboard(nurse.browser)
    keys.enter('a[href="#step-promise"]')
    wait(lambda: steps(nurse) == ["step-promise"])
    keys.enter('a[href="#step-item"]')
    wait(lambda: steps(nurse) == ["step-item"])
    keys.to('input[name="item"]')
    keys.press(Keys.SPACE, Keys.ARROW_DOWN)
    keys.enter('a[href="#step-where"]')
    wait(lambda: steps(nurse) == ["step-where"])
    keys.to('input[name="collect_at"]')
    keys.press(Keys.SPACE)
    keys.enter('a[href="#step-why"]')
    wait(lambda: steps(nurse) == ["step-why"])
    keys.enter('a[href="#step-check"]')
    wait(lambda: steps(nurse) == ["step-check"])
    keys.enter(ASK)
    wait(lambda: on_server(nurse) == [("i2", "c1", "ready")], seconds=45)


def test_the_whole_way_works_without_javascript(open_browser: Callable[..., Browser], live_server: LiveServer) -> None:
    require("chromium")
    plain = OnPhone(open_browser(javascript=False), live_server)
    plain.open("/log-in")
    plain.browser.click('button[name="person"][value="vicechair"]')
    wait(lambda: plain.page == "home")
    plain.open("/ally")
    assert len(code(plain)) == 4
    plain.browser.click('details:has(form[action="/do/ally.cancel"]) > summary')
    plain.browser.click('form[action="/do/ally.cancel"] button')
    wait(lambda: plain.browser.has("#step-means"))
    for step in ("promise", "item"):
        plain.browser.click(f'a[href="#step-{step}"]')
    plain.choose("item", "i5")
    plain.browser.click('#step-item a[href="#step-where"]')
    plain.choose("collect_at", "c2")
    plain.browser.click('#step-where a[href="#step-check"]')
    plain.browser.click(ASK)
    wait(lambda: code(plain) != "")
    assert "Pledge card" in plain.browser.text("#main")

"""The look of this phone: dark for a night shift, another language, with no signal and for every page."""

from collections.abc import Callable

import pytest

from tests.browser.engines import Browser, require, wait
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import findings
from tests.browser.test_main_journey import PATHS
from tests.browser.test_reflow import as_it_comes, bigger, spaced, spilled
from tests.live import LiveServer

DARK, LIGHT = "rgb(15, 23, 22)", "rgb(242, 246, 244)"
GROUND = "return getComputedStyle(document.documentElement).backgroundColor"


@pytest.fixture
def phone(engine: str, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]) -> OnPhone:
    require(engine)
    return OnPhone(open_browser(engine), start_server(languages="en,en-XA,ar-XB"))


def press(nurse: OnPhone, name: str, value: str) -> None:
    nurse.browser.click(f'button[name="{name}"][value="{value}"]')
    wait(lambda: nurse.browser.attribute(f'button[name="{name}"][value="{value}"]', "aria-pressed") == "true")


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_colours_and_language_are_chosen_with_no_signal_and_stay(nurse: OnPhone) -> None:
    nurse.open("/look")
    nurse.server.stop()
    press(nurse, "colours", "dark")
    press(nurse, "language", "ar-XB")
    nurse.open("/pledges/p1")
    assert nurse.rendered_by("/pledges/p1") == "worker"
    assert nurse.browser.js("return [document.documentElement.lang, document.dir]") == ["ar-XB", "rtl"]
    assert nurse.browser.js(GROUND) == DARK
    assert nurse.browser.text(".app-nav__text").startswith("\u202e")

    nurse.server.start()
    nurse.browser.go(f"{nurse.server.url}/log-in")  # a page that only the server draws
    assert nurse.browser.js("return [document.documentElement.lang, document.dir]") == ["ar-XB", "rtl"]
    assert nurse.browser.js(GROUND) == DARK

    nurse.open("/look")
    press(nurse, "colours", "light")
    press(nurse, "language", "en")
    assert nurse.browser.js(GROUND) == LIGHT
    assert nurse.browser.text("h1") == "Look and language"


def test_what_was_chosen_before_the_worker_came_is_taken_over(phone: OnPhone) -> None:
    phone.browser.go(f"{phone.server.url}/look")
    phone.browser.js("document.cookie = 'colours=dark; path=/'")  # as the server's answer leaves it
    phone.log_in("nurse")
    wait(lambda: phone.browser.js(GROUND) == DARK)
    phone.open("/pledges")
    assert phone.rendered_by("/pledges") == "worker"
    assert phone.browser.js(GROUND) == DARK


def test_another_tab_changes_with_the_choice(nurse: OnPhone) -> None:
    first, second = nurse.new_tab("/look")
    nurse.to_tab(second)
    press(nurse, "colours", "dark")
    nurse.to_tab(first)
    wait(lambda: nurse.browser.js(GROUND) == DARK)


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_nothing_spills_in_a_longer_language_or_from_right_to_left(nurse: OnPhone, language: str) -> None:
    nurse.take_one_with_signal_and_one_without()
    nurse.open("/look")
    press(nurse, "language", language)
    nurse.open("/me/phone")
    wait(lambda: not nurse.browser.js("return document.querySelector('[data-phone]').hidden"))
    for path in [*PATHS.values(), "/pledges/p1", "/pledges/p2", "/pledges/none"]:
        nurse.open(path)
        for width in (320, 360):
            nurse.browser.size(width, 740)
            for look in (as_it_comes, bigger, spaced):
                as_it_comes(nurse.browser)
                look(nurse.browser)
                assert spilled(nurse.browser) == [], f"{path}, {width} px, {look.__name__}"
        assert findings(nurse.browser) == [], path

"""Pages on paper, and with the colours a person's system forces: what carries a meaning is still there."""

import pytest

from tests.browser.engines import wait
from tests.browser.person import OnPhone

TOO_PALE = """
const grey = (colour) => Math.max(...colour.match(/\\d+/g).slice(0, 3).map(Number));
return [...document.querySelectorAll('main, main *')]
  .filter((each) => each.checkVisibility() && each.innerText?.trim() && grey(getComputedStyle(each).color) > 140)
  .map((each) => each.outerHTML.slice(0, 80));
"""
SHOWN = "return [...document.querySelectorAll(arguments[0])].filter((each) => each.checkVisibility()).length"
NUMBER = """
const step = document.querySelector('.app-help__step');
const { color, backgroundColor, borderTopWidth } = getComputedStyle(step, '::before');
return [color, backgroundColor, borderTopWidth];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_help_page_prints_dark_on_white_without_what_is_to_be_tapped(phone: OnPhone, scheme: str) -> None:
    phone.open("/help")
    phone.browser.look(scheme=scheme, paper=True)
    assert phone.browser.js(TOO_PALE) == []
    assert phone.browser.js("return getComputedStyle(document.documentElement).colorScheme") == "light"
    assert phone.browser.js("return getComputedStyle(document.documentElement).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert phone.browser.js(SHOWN, ".app-help__call") > 3
    assert phone.browser.js(SHOWN, "header, footer, nav, button, .app-button") == 0


def test_the_numbers_of_the_steps_need_no_printed_background(phone: OnPhone) -> None:
    phone.open("/help")
    on_screen = phone.browser.js(NUMBER)
    phone.browser.look(paper=True)
    color, ground, border = phone.browser.js(NUMBER)
    assert on_screen[0] == "rgb(255, 255, 255)"
    assert (color, ground, border) == ("rgb(0, 0, 0)", "rgba(0, 0, 0, 0)", "2px")


def test_forced_colours_still_say_where_one_is(nurse: OnPhone) -> None:
    nurse.open("/pledges")
    underlined = "return getComputedStyle(document.querySelector(arguments[0])).textDecorationLine"
    nurse.browser.look(colours="active")
    assert nurse.browser.js(underlined, "nav [aria-current]") == "underline"
    assert nurse.browser.js(underlined, "nav a:not([aria-current])") == "none"


@pytest.mark.parametrize(("show", "named"), [("name", True), ("team", False), ("nobody", False)])
def test_a_pledge_that_is_held_prints_as_a_certificate_with_a_name_only_if_that_is_shown(
    nurse: OnPhone, show: str, named: bool
) -> None:
    nurse.take("p1", show)
    wait(lambda: nurse.state("p1") == "sent")
    nurse.open("/pledges/p1")
    assert nurse.browser.js(SHOWN, ".app-certificate") == 0, "not on the screen"
    nurse.browser.look(paper=True)
    printed = nurse.browser.js("return document.body.innerText")
    assert "I will ask people what name they like to be called" in printed and "Taken on" in printed
    assert ("Community nurse" in printed) == named
    assert nurse.browser.js(SHOWN, "form, details, [data-plan], [data-state], .app-team") == 0
    assert nurse.browser.js(TOO_PALE) == []


def test_a_pledge_that_is_not_held_prints_as_it_is(nurse: OnPhone) -> None:
    nurse.open("/pledges/p1")
    nurse.browser.look(paper=True)
    assert nurse.browser.js(SHOWN, "article h1") == 1
    assert not nurse.browser.has(".app-certificate")

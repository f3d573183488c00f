"""Undo: what was just done is taken back, whether it still waits on the phone or the server has it."""

import pytest

from tests.browser.engines import wait
from tests.browser.person import OnPhone

UNDO = "#undo button"


def test_what_still_waits_is_taken_back_as_if_it_had_never_been_done(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "saved")
    assert nurse.browser.text("#undo [role=status]") == "Taken."
    nurse.browser.click(UNDO)
    wait(lambda: nurse.browser.has('form[action="/do/pledge.take"] button') and nurse.unsent == 0)
    assert not nurse.browser.has(UNDO)
    assert nurse.outbox() == []


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_what_was_sent_is_taken_back_on_the_server_too(nurse: OnPhone) -> None:
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "sent")
    assert nurse.pledges_on_server() == [("p1", "name")]
    nurse.browser.click(UNDO)
    wait(lambda: nurse.pledges_on_server() == [])
    wait(lambda: nurse.state("p1") == "sent")
    assert not nurse.browser.has(UNDO)
    assert nurse.rows("select kind from action where device != '' order by seq") == [
        ("pledge.take",),
        ("pledge.withdraw",),
    ]


def test_a_choice_that_was_changed_goes_back_to_what_it_was(nurse: OnPhone) -> None:
    nurse.take("p1", "nobody")
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")])
    nurse.open("/pledges/p1")
    assert not nurse.browser.has(UNDO)
    nurse.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
    nurse.choose("show", "name")
    nurse.browser.click('form[action="/do/pledge.take"] button')
    wait(lambda: nurse.pledges_on_server() == [("p1", "name")])
    nurse.browser.click(UNDO)
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")])


def test_the_bar_goes_by_itself_but_not_while_somebody_is_at_it(nurse: OnPhone) -> None:
    nurse.open("/pledges/p1")
    nurse.browser.js(
        "const later = setTimeout; window.rounds = 0;"
        "window.setTimeout = (work, ms) => later(() => { rounds += ms === 10000; work(); }, ms === 10000 ? 50 : ms);"
        "document.addEventListener('htmx:after:swap', () => document.querySelector('#undo button')?.focus())"
    )
    nurse.choose("show", "nobody")
    nurse.browser.click('form[action="/do/pledge.take"] button')
    wait(lambda: nurse.browser.js("return rounds > 2"))
    assert nurse.browser.js("return document.activeElement.matches('#undo button')")
    nurse.browser.js("document.activeElement.blur()")
    wait(lambda: not nurse.browser.has(UNDO))
    assert nurse.browser.text("#undo") == ""

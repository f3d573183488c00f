"""Hide: in one tap a public page stands where a private one was, and going back does not undo it."""

import pytest

from pwa.pages import PAGES
from tests.browser.engines import wait
from tests.browser.person import OnPhone
from tests.browser.test_main_journey import PATHS


def go_back(nurse: OnPhone) -> None:
    """Until another document has come."""
    nurse.browser.js("window.beforeBack = true; history.back()")
    wait(lambda: nurse.browser.js("return !window.beforeBack && document.readyState === 'complete'"))


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_after_hide_nothing_private_is_shown_and_back_brings_none_of_it(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.open("/me")
    name = nurse.browser.text(".app-facts dd")
    nurse.open("/pledges")
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.browser.click("[data-hide]")
    wait(lambda: nurse.page == "accessibility")
    for _ in range(3):
        shown = nurse.browser.text("body")
        assert name not in shown and "pledge" not in shown.replace("Pledges", "").lower()
        assert nurse.browser.url.endswith("/accessibility")
        go_back(nurse)
        wait(lambda: nurse.page == "accessibility")
    nurse.open("/pledges")
    assert nurse.page == "pledges"  # on purpose


def test_every_private_page_has_the_button_and_of_the_public_ones_help_alone(nurse: OnPhone) -> None:
    shown = {page.id: "data-hide" in nurse.browser.fetch(PATHS[page.id]).text for page in PAGES}
    assert shown == {page.id: not page.public or page.id == "help" for page in PAGES}

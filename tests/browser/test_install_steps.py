"""How a person adds the app: the steps of their browser come first, and the page says whether it worked."""

import pytest

from tests.browser.engines import wait
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import SMALL_TARGETS, findings
from tests.browser.test_phone_journey import OF_ITS_OWN, said
from tests.pwa.test_phone_check import SAMSUNG

ALL = ["iphone", "android", "samsung", "firefox", "other", "managed"]
LISTED = "return [...document.querySelectorAll('[data-steps]')].map((each) => each.dataset.steps)"
OPEN = "return [...document.querySelectorAll('[data-steps]:has([open])')].map((each) => each.dataset.steps)"
# Chromium's own offer, which comes at its own time, and one in its place that the person takes.
NOT_ITS_OWN = "addEventListener('beforeinstallprompt', (it) => it.isTrusted && it.stopImmediatePropagation(), true)"
OFFER = """
const offer = new Event('beforeinstallprompt', { cancelable: true });
offer.prompt = async () => ({ outcome: 'accepted' });
dispatchEvent(offer);
return offer.defaultPrevented;
"""


def listed(phone: OnPhone) -> list[str]:
    found: list[str] = phone.browser.js(LISTED)
    return found


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_with_no_signal_the_steps_of_this_browser_are_first_and_open_and_all_others_follow(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    nurse.lose_power()
    nurse.open("/me")
    nurse.browser.click('a[href="/me/install"]')
    wait(lambda: nurse.page == "install")
    assert "Not yet" in said(nurse, "home")
    assert listed(nurse) == ["other", *(each for each in ALL if each != "other")]
    wait(lambda: nurse.browser.js(OPEN) == ["other"])
    assert nurse.browser.js("return document.querySelectorAll('[data-steps][hidden]').length") == 0


def test_on_another_browser_other_steps_are_first_and_what_a_person_closes_stays_closed(nurse: OnPhone) -> None:
    nurse.browser.cdp("Network.setUserAgentOverride", userAgent=SAMSUNG)
    nurse.open("/me/install")
    wait(lambda: listed(nurse)[0] == "samsung" and nurse.browser.js(OPEN) == ["samsung"])
    nurse.browser.click('[data-steps="samsung"] summary')
    assert nurse.browser.js(OFFER)
    wait(lambda: nurse.browser.find('[data-act="add"]').is_displayed())
    assert nurse.browser.js(OPEN) == []


def test_what_the_browser_offers_is_a_button_and_its_answer_has_the_focus(nurse: OnPhone) -> None:
    nurse.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=NOT_ITS_OWN)
    nurse.open("/me/install")
    said(nurse, "home")
    assert not nurse.browser.find('[data-act="add"]').is_displayed()
    assert nurse.browser.js(OFFER)
    wait(lambda: nurse.browser.find('[data-act="add"]').is_displayed())
    nurse.browser.click('[data-act="add"]')
    wait(lambda: nurse.browser.js("return document.activeElement.dataset.answer") == "added")
    assert "The app has been added." in said(nurse, "home")


def test_an_app_of_its_own_says_that_it_worked(nurse: OnPhone) -> None:
    nurse.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=OF_ITS_OWN)
    nurse.open("/me/install")
    assert "You opened this from your home screen." in said(nurse, "home")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_with_all_steps_open(nurse: OnPhone, dark: bool) -> None:
    nurse.browser.dark(dark)
    nurse.open("/me/install")
    said(nurse, "home")
    nurse.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
    assert findings(nurse.browser) == []
    assert nurse.browser.js(SMALL_TARGETS) == []

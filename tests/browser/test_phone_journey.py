"""What a phone says of itself: whether it will keep a person's work, and what to do where it may not."""

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import SMALL_TARGETS, findings

SURE = "This phone will keep your work."
NOT_SURE = "We are not sure that this phone will keep your work."
HOUR_MS = 60 * 60 * 1000
# The worker of a phone whose clock is an hour fast.
FAST_CLOCK = f"const real = Date.now; Date.now = () => real() + {HOUR_MS};\n".encode()
# As Safari says it; no headless browser opens an app of its own.
OF_ITS_OWN = "Object.defineProperty(navigator, 'standalone', { value: true })"


def verdict(phone: OnPhone) -> str:
    wait(lambda: phone.browser.text("#main [role=status]"))
    return phone.browser.text("#main [role=status]")


def said(phone: OnPhone, check: str) -> str:
    wait(lambda: phone.browser.find("[data-phone]").is_displayed())
    return phone.browser.text(f'[data-check="{check}"] [data-answer]:not([hidden])')


def shown(phone: OnPhone) -> dict[str, str]:
    """The one answer that each check shows; two would be told apart by the +."""
    found: dict[str, str] = phone.browser.js(
        "return Object.fromEntries([...document.querySelectorAll('[data-check]')].map((check) => [check.dataset.check,"
        " [...check.querySelectorAll('[data-answer]:not([hidden])')].map((each) => each.dataset.answer).join('+')]))"
    )
    return found


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_with_no_signal_from_a_cold_start_the_phone_says_what_is_true_and_names_unsent_work(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.lose_power()
    nurse.open("/me")
    nurse.browser.click('a[href="/me/phone"]')
    wait(lambda: nurse.page == "phone")
    assert verdict(nurse) == NOT_SURE
    assert "1 thing is not sent yet." in said(nurse, "sent")
    answers = shown(nurse)
    assert (answers["worker"], answers["clock"], answers["window"]) == ("yes", "yes", "unsure")
    assert not [check for check, answer in answers.items() if not answer or "+" in answer]
    nurse.take("p2")
    wait(lambda: nurse.state("p2") == "saved")
    nurse.open("/me/phone")
    assert "2 things are not sent yet." in said(nurse, "sent")


def test_when_everything_is_sent_the_page_says_when_an_answer_last_came(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.open("/me/phone")
    assert "1 thing is not sent yet." in said(nurse, "sent")
    nurse.server.start()
    wait(lambda: "Nothing is waiting. We last had an answer on " in said(nurse, "sent"), seconds=45)


def test_an_app_of_its_own_with_a_promise_will_keep_the_work(nurse: OnPhone) -> None:
    nurse.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=OF_ITS_OWN)
    nurse.browser.cdp("Browser.grantPermissions", permissions=["durableStorage"], origin=nurse.server.url)
    nurse.open("/me/phone")
    wait(lambda: verdict(nurse) == SURE)
    assert {check for check, answer in shown(nurse).items() if answer != "yes"} == {"space"}, (
        "Chromium does not tell it"
    )


@pytest.mark.parametrize(("setting", "answer"), [("granted", "yes"), ("denied", "refused")])
def test_the_browser_is_asked_by_a_tap_and_its_answer_is_shown_and_has_the_focus(
    nurse: OnPhone, setting: str, answer: str
) -> None:
    nurse.open("/me/phone")
    wait(lambda: shown(nurse)["promise"] == "no")
    permission = {"permission": {"name": "persistent-storage"}, "setting": setting, "origin": nurse.server.url}
    button = '[data-check="promise"] [data-answer="no"] button'
    nurse.browser.cdp("Browser.setPermission", **permission)
    if setting == "granted":  # Chromium promises by itself from now on: whatever draws the page again hides the button
        nurse.browser.js("document.querySelector(arguments[0]).click()", button)
    else:
        nurse.browser.click(button)
    wait(lambda: shown(nurse)["promise"] == answer)
    wait(lambda: nurse.browser.js("return document.activeElement.dataset.answer") == answer)


def test_a_clock_that_is_an_hour_fast_is_named(line_and_phone: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_phone
    line.planted["/sw.js"] = FAST_CLOCK
    nurse.log_in("nurse")
    nurse.open("/me/phone")
    assert "more than 5 minutes wrong" in said(nurse, "clock")
    assert abs(nurse.status()["clock"] - HOUR_MS) < 60_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_the_answers(nurse: OnPhone, dark: bool) -> None:
    nurse.browser.dark(dark)
    nurse.open("/me/phone")
    verdict(nurse)
    assert findings(nurse.browser) == []
    assert nurse.browser.js(SMALL_TARGETS) == []

"""The outbox as a person uses it: delete before sending, needs you, a full phone, a double tap."""

import pytest
from selenium.webdriver.common.by import By

from tests.browser.engines import wait
from tests.browser.inspector import in_worker
from tests.browser.line import Line
from tests.browser.person import OnPhone

FORM = {"content-type": "application/x-www-form-urlencoded"}
# Full for what the person does: what the server said came before.
FULL_PHONE = b"""
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...values) {
  if (this.name === "outbox") throw new DOMException("full", "QuotaExceededError");
  return put.apply(this, values);
};
"""


def test_what_is_deleted_before_sending_never_reaches_the_server(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.take("p2")
    wait(lambda: nurse.state("p2") == "saved")
    assert nurse.outbox() == ["Take the pledge “Ask the name”", "Take the pledge “Leave room for every family”"]
    nurse.browser.driver.find_elements(By.CSS_SELECTOR, 'form[action="/do/outbox.delete"] button')[0].click()
    wait(lambda: nurse.outbox() == ["Take the pledge “Leave room for every family”"])
    nurse.server.start()
    wait(lambda: nurse.pledges_on_server() == [("p2", "nobody")], seconds=45)
    assert nurse.rows("select count(*) from action where kind = 'pledge.take' and seq > 0 and device != ''") == [(1,)]
    nurse.open("/pledges/p1")
    assert nurse.browser.has('form[action="/do/pledge.take"]')


def test_send_now_sends_at_once(nurse: OnPhone) -> None:
    in_worker(nurse.browser, "SyncManager.prototype.register = async () => {}; 0")  # or Chromium sends it first
    nurse.server.stop()
    nurse.take("p4")
    wait(lambda: nurse.state("p4") == "saved")
    nurse.open("/outbox")
    nurse.server.start()
    nurse.browser.click('form[action="/do/outbox.send"] button')
    wait(lambda: nurse.pledges_on_server() == [("p4", "nobody")], seconds=10)


def test_what_the_server_refuses_waits_with_its_words_and_can_be_tried_again_or_discarded(nurse: OnPhone) -> None:
    """A pledge that the server does not know; no page offers one, an old phone may."""
    nurse.server.stop()
    nurse.open("/pledges")
    nurse.browser.fetch(
        "/do/pledge.take", method="POST", headers=FORM, body="pledge=p77&version=1&show=nobody&page=/pledges"
    )
    nurse.open("/outbox")
    nurse.server.start()
    wait(lambda: nurse.browser.has('[data-action][data-state="needs-you"]'), seconds=45)
    row = nurse.browser.text("[data-action]")
    assert "Needs you" in row
    assert "We do not have this pledge any more." in row
    assert nurse.unsent == 0
    for path in ("/help", "/me", "/outbox"):
        nurse.open(path)
        assert nurse.browser.text("#sync-line") == "1 thing needs you"
        assert nurse.browser.attribute("#sync-line a", "href") == nurse.server.url + "/outbox"
        assert "All sent" not in nurse.browser.text("#main")
    nurse.browser.click('form[action="/do/outbox.again"] button')
    wait(lambda: nurse.rows("select count(distinct id) from action where code = 'unknown.pledge'") == [(2,)])
    wait(lambda: nurse.browser.has('[data-action][data-state="needs-you"]'))
    nurse.browser.click('form[action="/do/outbox.discard"] button')
    wait(lambda: not nurse.browser.has("[data-action]"))
    assert nurse.browser.text("#sync-line") == "All sent"


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_full_phone_says_so_and_keeps_the_words_on_the_screen(line_and_phone: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_phone
    line.planted["/sw.js"] = FULL_PHONE
    nurse.log_in("nurse")
    line.cut = True
    nurse.open("/pledges/p1")
    nurse.choose("show", "team")
    nurse.browser.click('form[action="/do/pledge.take"] button[type="submit"]')
    wait(lambda: nurse.browser.has("#problems"))
    assert "This phone is full, so we could not save that." in nurse.browser.text("#problems")
    assert nurse.browser.js("return document.querySelector('input[value=\"team\"]').checked")
    assert "Saved on this phone" not in nurse.browser.text("#main")


def test_a_form_that_is_not_filled_in_says_what_to_do_and_has_the_focus(nurse: OnPhone) -> None:
    for offline in (False, True):
        if offline:
            nurse.server.stop()
        nurse.open("/pledges/p1")
        nurse.browser.click('form[action="/do/pledge.take"] button[type="submit"]')
        wait(lambda: nurse.browser.js("return document.activeElement.id") == "problems")
        assert nurse.browser.texts("#problems li") == ["Choose who may see it."]
        assert nurse.unsent == 0


def test_two_quick_taps_make_one_action(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.open("/pledges/p1")
    nurse.choose("show", "nobody")
    nurse.browser.js(
        "const button = document.querySelector('form[action=\"/do/pledge.take\"] button');"
        "button.click(); button.click()"
    )
    wait(lambda: nurse.state("p1") == "saved")
    assert nurse.outbox() == ["Take the pledge “Ask the name”"]


def test_the_plan_is_on_the_phone_and_nowhere_else(nurse: OnPhone) -> None:
    canary = "If Ms Canary-7731 rings, I will ask"
    nurse.open("/pledges/p1")
    wait(lambda: nurse.browser.find("#plan").is_displayed())
    nurse.browser.fill("#plan", canary)
    nurse.browser.click("form[data-plan] button")
    wait(lambda: "Your plan is kept on this phone." in nurse.browser.text("form[data-plan]"))
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.put_away()
    nurse.open("/pledges/p1")
    wait(lambda: nurse.browser.js("return document.querySelector('#plan').value") == canary)
    nurse.server.stop()
    for file in nurse.server.var_dir.rglob("*"):
        assert not file.is_file() or canary.encode() not in file.read_bytes(), file.name

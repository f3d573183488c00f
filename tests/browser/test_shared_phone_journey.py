"""A phone that is shared, lent or lost: what is asked and said before anything goes, and what a scan finds after."""

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import ASK, OnPhone
from tests.browser.storage import NEWCOMER, NURSE, age, held, names
from tests.browser.test_accessibility import SMALL_TARGETS, findings

ENGINES = ["chromium", "firefox", "webkit"]
CARD = '[data-shared="ask"]'
WIPED = "Private information was removed from this phone. Nothing you had sent is lost."
LOST = "1 thing is not sent yet. It would be lost: Take the pledge “Ask the name”"
CANARY = "Canary-7731 on the first shift"


def is_asked(phone: OnPhone) -> bool:
    return phone.browser.find(CARD).is_displayed()


def say(phone: OnPhone, answer: str) -> None:
    """On home, where it is asked after the first log in."""
    phone.open("/")
    wait(lambda: is_asked(phone))
    phone.browser.click(f'{CARD} button[value="{answer}"]')
    wait(lambda: not is_asked(phone))


def shown(phone: OnPhone) -> str:
    """The one part about who uses this phone that the page shows."""
    phone.open("/me/phone")
    parts = "return [...document.querySelectorAll('[data-shared]:not([hidden])')].map(({ dataset }) => dataset.shared)"
    return "+".join(wait(lambda: phone.browser.js(parts)))


def save_without_signal(phone: OnPhone, pledge: str = "p1") -> None:
    phone.server.stop()
    phone.take(pledge)
    wait(lambda: phone.state(pledge) == "saved")


def plan(phone: OnPhone) -> None:
    """Typed on the phone and nowhere else."""
    question = {"ask": "plan", "id": "p1", "text": CANARY}
    assert phone.browser.driver.execute_async_script(ASK, question)["text"] == CANARY


def only_public_pages_are_left(phone: OnPhone) -> None:
    """With no signal: the words, the way on, and pages that anyone may read."""
    assert names(phone, (*NURSE, CANARY)) == set()
    for path in ("/", "/pledges/p1", "/outbox", "/me"):
        phone.open(path)
        assert (phone.page, phone.browser.text("#main h1")) == ("wiped", "Removed from this phone")
        assert WIPED in phone.browser.text("#main")
        assert phone.browser.has('#main a[href="/log-in"]')
    for path in ("/help", "/privacy", "/storage"):
        phone.open(path)
        assert phone.rendered_by(path) == "worker" and phone.page == path.strip("/")


@pytest.mark.parametrize("engine", ENGINES)
def test_it_is_asked_once_with_no_answer_chosen_and_needs_no_signal(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    nurse.open("/")
    wait(lambda: is_asked(nurse))
    assert not nurse.browser.has(
        f"{CARD} [aria-pressed], {CARD} :checked, {CARD} .app-button:not(.app-button--secondary)"
    )
    nurse.open("/pledges")  # nothing waits for an answer
    assert nurse.page == "pledges"
    say(nurse, "yes")
    assert nurse.page == "home"
    nurse.lose_power()
    assert shown(nurse) == "yes"
    nurse.open("/")
    assert not is_asked(nurse)
    nurse.open("/me/phone")
    nurse.browser.click('[data-shared="yes"] button[value="no"]')
    wait(lambda: nurse.browser.find('[data-shared="no"]').is_displayed())


@pytest.mark.parametrize("engine", ENGINES)
def test_on_a_shared_phone_nothing_personal_is_left_after_log_out(nurse: OnPhone) -> None:
    say(nurse, "yes")
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "sent")
    plan(nurse)
    assert names(nurse, NURSE) == {"Database cg-demo01", "Database cg-meta"}
    nurse.open("/me")
    assert "Everything of yours goes from it, your plans too." in nurse.browser.text("#main")
    nurse.log_out()
    wait(lambda: nurse.page == "wiped")
    nurse.server.stop()
    only_public_pages_are_left(nurse)
    nurse.server.start()
    nurse.log_in("newcomer")
    nurse.open("/")
    assert nurse.page == "home" and shown(nurse) == "yes", "it is about the phone"


def test_on_a_shared_phone_log_out_names_what_is_not_sent_and_waits_for_a_choice(nurse: OnPhone) -> None:
    say(nurse, "yes")
    save_without_signal(nurse)
    nurse.open("/me")
    assert LOST in " ".join(nurse.browser.text("#main").split())
    assert not nurse.browser.has('input[name="unsent"][value="keep"]')
    nurse.log_out()
    wait(lambda: nurse.browser.texts("#problems li") == ["Choose what should happen to what is not sent yet."])
    nurse.log_out("send")
    wait(lambda: "We could not send everything, so you are still logged in." in nurse.browser.text("#problems"))
    assert nurse.unsent == 1
    nurse.server.start()
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")], seconds=45)
    wait(lambda: nurse.unsent == 0)
    nurse.log_out()
    wait(lambda: nurse.page == "wiped")
    assert names(nurse, NURSE) == set()


@pytest.mark.parametrize("engine", ENGINES)
def test_remove_from_this_phone_needs_no_signal_and_says_what_would_be_lost(nurse: OnPhone) -> None:
    plan(nurse)
    save_without_signal(nurse)
    nurse.open("/me/phone")
    nurse.browser.click('details:has(form[action="/log-out"]) > summary')
    assert LOST in " ".join(nurse.browser.text("details").split())
    nurse.browser.click('form[action="/log-out"] button')
    wait(lambda: nurse.page == "wiped")
    only_public_pages_are_left(nurse)
    nurse.server.start()
    nurse.open("/help")  # it asks for nothing
    nurse.open("/")
    wait(lambda: nurse.rows("select count(*) from session where revoked_at is null") == [(0,)], seconds=45)
    assert nurse.pledges_on_server() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_after_30_days_without_contact_the_copy_goes_and_unsent_work_waits_locked_for_its_person(
    nurse: OnPhone,
) -> None:
    plan(nurse)
    nurse.take("p2", "name")
    wait(lambda: nurse.state("p2") == "sent")
    save_without_signal(nurse)
    age(nurse, "demo01", 29)
    nurse.open("/pledges")
    assert nurse.page == "pledges"
    age(nurse, "demo01", 2)
    nurse.open("/pledges")
    wait(lambda: nurse.page == "wiped")
    assert WIPED in nurse.browser.text("#main")
    assert "What you wrote here and did not send is kept locked." in nurse.browser.text("#main")
    wait(lambda: names(nurse, NURSE[1:]) == set())
    kept = held(nurse)["Database cg-demo01"]
    assert "pledge.take" in kept and CANARY in kept and "Leave room for every family" not in kept
    nurse.open("/help")
    assert nurse.page == "help"
    nurse.lose_power()
    nurse.server.start()
    nurse.open("/pledges/p1")
    assert nurse.page == "wiped", "the session is over"
    nurse.log_in("newcomer")
    assert nurse.unsent == 0 and nurse.pledges_on_server() == [("p2", "name")]
    nurse.log_in("nurse")
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody"), ("p2", "name")], seconds=45)
    nurse.open("/pledges/p1")
    wait(lambda: nurse.browser.js("return document.querySelector('#plan').value") == CANARY)


def test_with_signal_an_answer_renews_the_lease_before_anything_goes(nurse: OnPhone) -> None:
    nurse.browser.stop_workers()  # what was under way ends, so that nothing tidies between an answer and this ageing
    age(nurse, "demo01", 400)
    nurse.open("/pledges")
    assert nurse.page == "pledges" and nurse.rendered_by("/pledges") == "worker"
    assert "Database cg-demo01" in held(nurse)


@pytest.mark.parametrize("engine", ENGINES)
def test_two_people_on_one_phone_are_kept_apart_and_a_hurried_switch_sends_nothing_in_the_wrong_name(
    line_and_nurse: tuple[Line, OnPhone],
) -> None:
    line, nurse = line_and_nurse
    line.refused.add("/sync")
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.open("/log-in")  # nobody logs out before
    nurse.browser.click('button[name="person"][value="newcomer"]')
    wait(lambda: nurse.page == "home")
    line.refused.clear()
    nurse.open("/me")
    nurse.wait_until_ready()
    assert (nurse.unsent, nurse.outbox()) == (0, [])
    nurse.take("p2", "nobody")
    wait(lambda: nurse.state("p2") == "sent")
    assert nurse.pledges_on_server() == []
    assert names(nurse, NURSE[:2]) == {"Database cg-demo01"}
    assert names(nurse, NEWCOMER[:2]) == {"Database cg-demo11", "Database cg-meta"}
    assert "pledge.take" in held(nurse)["Database cg-demo01"]
    nurse.log_out()
    nurse.log_in("nurse")
    wait(lambda: nurse.pledges_on_server() == [("p1", "name")], seconds=45)
    assert names(nurse, NEWCOMER[:2]) == {"Database cg-demo11"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_where_it_is_asked_and_where_everything_is_removed(nurse: OnPhone, dark: bool) -> None:
    nurse.browser.dark(dark)
    nurse.open("/")
    wait(lambda: is_asked(nurse))
    assert (findings(nurse.browser), nurse.browser.js(SMALL_TARGETS)) == ([], [])
    say(nurse, "yes")
    save_without_signal(nurse)
    for path in ("/me/phone", "/me"):
        nurse.open(path)
        nurse.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
        assert (findings(nurse.browser), nurse.browser.js(SMALL_TARGETS)) == ([], [])
    nurse.log_out("delete")
    wait(lambda: nurse.page == "wiped")
    assert (findings(nurse.browser), nurse.browser.js(SMALL_TARGETS)) == ([], [])

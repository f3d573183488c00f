"""How long a phone keeps a copy that the server does not renew, whatever its clock says, and what of it stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pwa.worker_phone import DAY, ME, START, WorkerPhone, outcome, refusal, reply, row, scope

HOUR = DAY // 24
YEAR = 365 * DAY


@pytest.fixture
def phone() -> WorkerPhone:
    return WorkerPhone()


def looks(phone: WorkerPhone, later: int = 0) -> dict[str, Any]:
    said: dict[str, Any] = phone.call("looks", later)
    return said


def holds_nothing(said: dict[str, Any], person: str = ME) -> bool:
    return person not in said["held"]


def test_after_30_days_without_an_answer_the_copy_goes_and_the_page_is_told(phone: WorkerPhone) -> None:
    said = looks(phone, 30 * DAY)
    assert said["person"] == ME and phone.records()
    said = looks(phone, 1)
    assert holds_nothing(said) and not said["known"]
    assert (said["wiped"], said["revoke"]) == ("lease", 1)
    assert {"type": "person"} in said["told"]


def test_public_pages_stay(phone: WorkerPhone) -> None:
    phone.call("pullOpenWith", [reply(person=None, open=scope(1, row("g1"), reset=True))])
    looks(phone, 31 * DAY)
    assert phone.records("nobody") == {"g1": {"title": "g1 at 1"}}


def test_each_answer_begins_the_lease_again(phone: WorkerPhone) -> None:
    phone.sync({"status": 204}, later=29 * DAY)
    looks(phone, 29 * DAY)
    assert phone.records()


def test_a_session_that_has_ended_renews_nothing(phone: WorkerPhone) -> None:
    phone.sync(refusal(401, "log_in"), later=29 * DAY)
    assert holds_nothing(looks(phone, 2 * DAY))


def test_what_was_typed_and_not_sent_stays_locked_and_goes_with_the_next_log_in(phone: WorkerPhone) -> None:
    phone.act("refused")
    phone.act("receipt")
    phone.sync(reply(outcome("refused", "rejected", "x", "No."), outcome("receipt")))
    phone.act("waits", pledge="p4")
    phone.call("plans", ME, "on Monday")
    device = phone.sync(refusal(503))["held"][ME]["value"]["device"]
    said = looks(phone, 31 * DAY)
    held = said["held"][ME]
    assert (held["record"], held["scope"]) == ({}, {})
    assert set(held["settled"]) == {"refused"} and held["plan"]["p1"]["sealed"] == "on Monday"
    assert phone.waiting() == ["waits"]
    assert set(held["value"]) == {"device", "epoch", "seq"}
    again = phone.sync(
        {"status": 204},  # the log out
        reply(person=ME, public=scope(3, row("e1"), reset=True)),
        reply(outcome("waits"), public=scope(3, row("e1"), reset=True)),
    )
    sent = again["requests"][2]["body"]
    assert [each["id"] for each in sent["actions"]] == ["waits"]
    assert (sent["device"], sent["cursors"]) == (device, {}), "as the same phone, and everything anew"
    assert phone.records() == {"e1": {"title": "e1 at 1"}} and phone.settled() == {
        "refused": "rejected",
        "waits": "applied",
    }
    assert "wiped" not in again


def test_what_is_kept_locked_is_left_alone_from_then_on(phone: WorkerPhone) -> None:
    phone.act("waits")
    looks(phone, 31 * DAY)
    for _ in range(3):
        looks(phone, 400 * DAY)
    assert phone.waiting() == ["waits"]


def test_the_copy_of_somebody_who_logged_out_long_ago_goes_too(phone: WorkerPhone) -> None:
    phone.call("lock")
    phone.sync({"status": 204}, reply(person="p7", public=scope(1, row("e1"), reset=True)), reply(person="p7"))
    phone.sync({"status": 204}, later=20 * DAY)
    assert not holds_nothing(looks(phone))
    said = looks(phone, 11 * DAY)
    assert holds_nothing(said) and said["person"] == "p7" and phone.records("p7")


# Clocks


def test_a_clock_put_back_gives_none_of_the_lease_back(phone: WorkerPhone) -> None:
    looks(phone, 29 * DAY)
    looks(phone, -29 * DAY)
    looks(phone, DAY)
    assert phone.records()
    assert holds_nothing(looks(phone, 2 * HOUR))


def test_a_clock_put_back_a_year_wipes_nothing_at_once(phone: WorkerPhone) -> None:
    looks(phone, -YEAR)
    looks(phone, 29 * DAY)
    assert phone.records()


def test_a_clock_that_was_a_year_slow_and_is_set_right_wipes_nothing(phone: WorkerPhone) -> None:
    """The server's time, as last heard, says that hardly any has passed."""
    phone.sync(reply(), later=-YEAR)
    looks(phone, YEAR + DAY)
    assert phone.records()
    assert holds_nothing(looks(phone, 30 * DAY))


def test_a_clock_that_was_a_year_fast_and_is_set_right_wipes_nothing_until_30_days_have_passed(
    phone: WorkerPhone,
) -> None:
    phone.sync(reply(), later=YEAR)
    looks(phone, -YEAR + DAY)
    looks(phone, 28 * DAY)
    assert phone.records()
    assert holds_nothing(looks(phone, 3 * DAY))


@pytest.mark.parametrize(
    ("clock", "spent", "seen", "now", "days"),
    [
        (0, 0, 0, 10, 10),  # all is well
        (0, 29, 29, 2, 29),  # put back since
        (-365, 0, 0, 370, 5),  # was slow, is right
        (-365, 4, 4, 370, 5),
        (-365, 0, 0, 3, 3),  # was slow and still is
        (365, 0, 0, -360, 0),  # was fast, is right: counted from the next look on
        (365, 8, 8, -364, 8),  # never less than was counted
        (0, 0, 0, 365, 365),  # a leap that nothing explains
    ],
)
def test_what_has_passed_by_any_clock(
    phone: WorkerPhone, clock: int, spent: int, seen: int, now: int, days: int
) -> None:
    lease = {"since": START, "spent": spent * DAY, "seen": START + seen * DAY}
    values = {"last_sync": START, "clock": clock * DAY, "lease": lease}
    assert phone.call("passedOf", values, START + now * DAY) == days * DAY


# Phones that others use


def test_the_question_is_open_until_it_is_answered_and_stays_on_the_phone(phone: WorkerPhone) -> None:
    assert phone.call("sharedSays") == "ask"
    phone.call("saysShared", "no")
    assert phone.call("sharedSays") == "no"
    phone.call("saysShared", "yes")
    assert phone.call("sharedSays") == "yes"
    phone.call("saysShared", "no")
    assert phone.call("sharedSays") == "no"
    sent = phone.sync({"status": 204})["requests"][0]["body"]
    assert "shared" not in str(sent)


def test_nobody_is_asked_before_the_phone_knows_who_is_there() -> None:
    phone = WorkerPhone(person=None)
    assert phone.call("sharedSays") == ""
    phone.call("workFor", ME)
    assert phone.call("sharedSays") == "", "nothing is here yet"


def switched(phone: WorkerPhone) -> dict[str, Any]:
    """Somebody else logs in without a log out before."""
    phone.call("act", "forget", None)
    return phone.sync(reply(person="p7", public=scope(1, row("e1"), reset=True)), reply(person="p7"))


def test_only_i_use_it_is_one_persons_word_and_the_next_is_asked(phone: WorkerPhone) -> None:
    phone.call("saysShared", "no")
    switched(phone)
    assert phone.call("sharedSays") == "ask"
    phone.call("saysShared", "yes", "p7")
    phone.call("workFor", ME)
    assert phone.call("sharedSays") == "yes", "it is about the phone"


def test_on_a_shared_phone_the_copy_of_whoever_was_here_before_goes_and_their_unsent_work_waits(
    phone: WorkerPhone,
) -> None:
    phone.call("saysShared", "yes")
    phone.act("waits")
    said = switched(phone)
    assert phone.waiting() == ["waits"]
    assert all(request["body"]["actions"] == [] for request in said["requests"])
    held = looks(phone)["held"][ME]
    assert (held["record"], phone.waiting()) == ({}, ["waits"])
    assert phone.records("p7") == {"e1": {"title": "e1 at 1"}}


def test_on_a_shared_phone_nothing_goes_while_it_is_not_known_who_is_there(phone: WorkerPhone) -> None:
    phone.call("saysShared", "yes")
    phone.call("act", "forget", None)
    looks(phone)
    assert phone.records()


def test_on_a_phone_of_ones_own_a_hurried_switch_takes_nothing_away(phone: WorkerPhone) -> None:
    phone.call("saysShared", "no")
    switched(phone)
    looks(phone)
    assert phone.records()


def test_a_phone_that_died_while_everything_was_removed_goes_on_with_that(phone: WorkerPhone) -> None:
    phone.act("waits")
    phone.call("dooms", ME)
    said = looks(phone)
    assert holds_nothing(said) and "doomed" not in said


def test_a_copy_that_nothing_is_left_of_goes_with_its_name(phone: WorkerPhone) -> None:
    said = looks(phone, 31 * DAY)
    assert list(said["held"]) == []

"""The client's rules of sync, one promise each (findings of the protocol: sync/README.md)."""

from __future__ import annotations

import pytest

from tests.pwa.worker_phone import (
    DAY,
    EMPTY,
    LOST,
    ME,
    NO_HEALTH,
    NO_SIGNAL,
    WorkerPhone,
    action,
    outcome,
    refusal,
    reply,
    row,
    scope,
)


@pytest.fixture
def phone() -> WorkerPhone:
    return WorkerPhone()


def test_a_hello_names_nobody_and_the_next_request_binds_a_device() -> None:
    phone = WorkerPhone(person=None)
    said = phone.sync(reply(public=scope(3, row("e1"), reset=True)), reply())
    hello, named = (request["body"] for request in said["requests"])
    assert hello == {"v": 1, "sent_at": said["now"], "actions": [], "cursors": {}}
    assert (named["person"], named["device"], named["epoch"], named["cursors"]) == (
        ME,
        "minted-1",
        "k3f",
        {"public": 3},
    )
    assert said["person"] == ME and said["held"][ME]["value"]["ready"] == 1


def test_with_nobody_logged_in_only_what_anyone_may_hold_is_kept() -> None:
    phone = WorkerPhone(person=None)
    said = phone.sync(reply(person=None, open=scope(2, row("g1"), reset=True)))
    assert said["known"] and said["person"] is None and len(said["requests"]) == 1
    assert list(said["held"]) == ["nobody"] and phone.records("nobody") == {"g1": {"title": "g1 at 1"}}


def test_a_hello_asks_for_everything_whatever_is_held_for_nobody() -> None:
    phone = WorkerPhone(person=None)
    phone.sync(reply(person=None, open=scope(2, row("g1"), reset=True)))
    phone.call("act", "forget", None)
    said = phone.sync(reply(public=scope(3, row("e1"), reset=True)), reply())
    assert said["requests"][0]["body"]["cursors"] == {} and set(phone.records()) == {"e1"}


def test_an_action_goes_up_whole_and_its_answer_comes_down_as_a_receipt(phone: WorkerPhone) -> None:
    phone.act("a1", pledge="p4", show="team")
    said = phone.sync(reply(outcome("a1"), public=scope(4, row("e2", 4))))
    assert said["requests"][0]["body"]["actions"] == [
        {
            "id": "a1",
            "seq": 1,
            "kind": "pledge.take",
            "v": 1,
            "at": 1763906520000,
            "seen": 0,
            "data": {"pledge": "p4", "show": "team"},
        }
    ]
    assert phone.waiting() == [] and phone.outbox()["settled"][0]["at_server"] == 1763906520005
    assert set(phone.records()) == {"e1", "e2"} and said["told"] == [{"type": "changed"}]


def test_nothing_new_changes_nothing_and_tells_nobody(phone: WorkerPhone) -> None:
    said = phone.sync(EMPTY)
    assert said["told"] == [] and said["error"] is None and set(phone.records()) == {"e1"}


def test_how_far_the_clock_is_off_is_kept_from_every_answer() -> None:
    phone = WorkerPhone()
    said = phone.sync(reply(), later=10 * 60_000)
    assert said["held"][ME]["value"]["clock"] == 10 * 60_000
    said = phone.sync(EMPTY | {"headers": {"date": "Sun, 23 Nov 2025 14:12:00 GMT"}})
    assert said["held"][ME]["value"]["clock"] == 0
    said = phone.sync(EMPTY, later=5)
    assert said["held"][ME]["value"]["clock"] == 0, "an answer without a date says nothing of the clock"


def test_a_lost_answer_keeps_the_action_and_it_goes_again_under_the_same_id(phone: WorkerPhone) -> None:
    phone.act("a1")
    assert phone.sync(LOST)["error"]
    assert phone.waiting() == ["a1"]
    said = phone.sync(reply(outcome("a1")))
    assert [each["id"] for each in said["requests"][0]["body"]["actions"]] == ["a1"]
    assert phone.settled() == {"a1": "applied"}


def test_what_may_have_arrived_cannot_be_deleted(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.sync(LOST)
    phone.call("act", "remove", "a1")
    assert phone.waiting() == ["a1"]


def test_an_action_deleted_without_signal_is_never_sent(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.act("a2")
    assert phone.sync(NO_HEALTH)["error"]
    phone.call("act", "remove", "a1")
    said = phone.sync(reply(outcome("a2")))
    assert [each["id"] for each in said["requests"][0]["body"]["actions"]] == ["a2"]


def test_an_action_deleted_at_the_last_moment_is_not_sent(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.act("a2")
    said = phone.sync({"url": "/health", "during": [["remove", "a1"]]}, reply(outcome("a2")))
    assert [each["id"] for each in said["requests"][1]["body"]["actions"]] == ["a2"]


def test_an_action_on_its_way_cannot_be_deleted(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(reply(outcome("a1"), during=[["remove", "a1"]]))
    assert said["removed"] is False and phone.settled() == {"a1": "applied"}


def test_an_action_written_while_others_are_on_their_way_goes_in_the_next_request(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(reply(outcome("a1"), during=[["add", action("a2")]]), reply(outcome("a2")))
    assert [[each["id"] for each in request["body"]["actions"]] for request in said["requests"]] == [["a1"], ["a2"]]


def test_the_same_id_twice_is_one_action(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.act("a1")
    assert phone.waiting() == ["a1"]
    phone.sync(reply(outcome("a1")))
    phone.act("a1")
    assert phone.waiting() == []


def test_log_in_first_keeps_everything_and_what_was_refused_can_be_deleted(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(refusal(401, "log_in"))
    assert phone.waiting() == ["a1"] and set(phone.records()) == {"e1"} and said["person"] == ME
    assert said["held"][ME]["value"]["log_in"] == 1
    phone.act("a2")
    phone.sync(refusal(401, "log_in"))
    phone.call("act", "remove", "a2")
    assert phone.waiting() == ["a1"]
    said = phone.sync(reply(outcome("a1")))
    assert said["held"][ME]["value"]["log_in"] == 0 and phone.settled() == {"a1": "applied"}


def test_a_phone_logged_out_from_elsewhere_is_wiped_and_asks_who_it_works_for(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(refusal(401, "device_removed"), reply(person=None, open=scope(1, row("g1"), reset=True)))
    assert ME not in said["held"] and said["person"] is None
    assert {"type": "person"} in said["told"]
    assert "person" not in said["requests"][1]["body"] and said["requests"][1]["body"]["actions"] == []


def test_another_persons_session_is_sent_nothing_of_this_person(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(
        refusal(409, "other_person"), reply(person="p7", public=scope(3, row("e1"), reset=True)), reply(person="p7")
    )
    assert said["person"] == "p7" and phone.waiting() == ["a1"]
    assert all(request["body"]["actions"] == [] for request in said["requests"][1:])
    assert said["requests"][2]["body"]["device"] != said["requests"][0]["body"]["device"]


def test_too_much_at_once_is_halved_until_it_fits(phone: WorkerPhone) -> None:
    ids = [phone.act(f"a{n}") for n in range(5)]
    fits = [reply(*(outcome(id) for id in ids[:2])), reply(*(outcome(id) for id in ids[2:4])), reply(outcome("a4"))]
    said = phone.sync(refusal(413), *fits)
    assert [len(request["body"]["actions"]) for request in said["requests"]] == [5, 2, 2, 1]
    assert phone.waiting() == []


def test_a_busy_server_is_left_alone_but_never_longer_than_one_tick_of_an_open_page(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.sync(refusal(503, "too_busy", retry_after="300"))
    assert phone.sync(reply(outcome("a1")), force=False, later=15_000)["requests"] == []
    phone.sync(reply(outcome("a1")), force=False, later=6_000)
    assert phone.settled() == {"a1": "applied"}


def test_an_answer_from_something_in_between_settles_nothing(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.sync(refusal(502))
    phone.call("act", "remove", "a1")
    assert phone.waiting() == ["a1"], "it may have arrived"
    phone.sync(reply(outcome("a1")))
    assert phone.settled() == {"a1": "applied"}


def test_later_stays_saved_counts_its_tries_and_is_not_sent_again_at_once(phone: WorkerPhone) -> None:
    phone.act("a1", "unheard.of")
    phone.act("a2")
    for tries in (1, 2, 3):
        said = phone.sync(reply(outcome("a1", "later"), outcome("a2", "later")))
        assert len(said["requests"]) == 1
        assert [each["tries"] for each in phone.outbox()["waiting"]] == [tries, tries]


def test_a_queue_that_cannot_move_is_not_sent_over_and_over(phone: WorkerPhone) -> None:
    ids = [phone.act(f"a{n:03}") for n in range(130)]
    stuck = reply(*(outcome(id, "later") for id in ids[:100]), public=scope(6, row("e6", 6)))
    assert len(phone.sync(stuck, stuck, stuck)["requests"]) == 1
    assert "e6" in phone.records(), "what comes down does not wait for what goes up"


def test_what_was_refused_needs_the_person_and_is_sent_again_under_a_new_id_or_discarded(phone: WorkerPhone) -> None:
    phone.act("a1")
    phone.act("a2")
    phone.sync(
        reply(outcome("a1", "rejected", "parked", "Try again."), outcome("a2", "rejected", "event_full", "Full."))
    )
    assert phone.settled() == {"a1": "rejected", "a2": "rejected"} and phone.waiting() == []
    phone.call("again", "a1", "a3")
    phone.call("again", "a1", "a4")
    phone.call("discard", "a2")
    assert phone.waiting() == ["a3"] and phone.settled() == {}
    assert phone.outbox()["waiting"][0]["seq"] == 3


def test_another_epoch_sends_again_what_was_acknowledged_before_any_reset_is_taken(phone: WorkerPhone) -> None:
    for n in range(120):
        phone.act(f"a{n:03}")
    ids = phone.waiting()
    phone.sync(reply(*map(outcome, ids[:100])), reply(*map(outcome, ids[100:]), public=scope(9, row("e2", 9))))
    first = reply(*map(outcome, ids[:100]), epoch="new", public=scope(1, row("lost"), reset=True))
    last = reply(*map(outcome, ids[100:]), epoch="new", public=scope(4, row("e2", 4), reset=True))
    said = phone.sync({"body": {"epoch": "new"}}, first, LOST)
    assert said["requests"][1]["body"]["cursors"] == {"public": 0}
    assert set(phone.records()) == {"e1", "e2"} and phone.waiting() == ids[100:]
    again = [each["id"] for request in said["requests"][1:] for each in request["body"]["actions"]]
    assert again == ids
    phone.sync(last)
    assert phone.records() == {"e2": {"title": "e2 at 4"}} and phone.waiting() == []


def test_only_two_weeks_of_acknowledged_actions_are_kept_and_sent_again(phone: WorkerPhone) -> None:
    phone.act("old")
    phone.act("no")
    phone.sync(reply(outcome("old"), outcome("no", "rejected", "x", "No.")))
    phone.sync(reply(public=scope(2, row("e1", 2))), later=15 * DAY)
    assert phone.settled() == {"no": "rejected"}


def test_a_phone_restored_from_a_backup_takes_a_new_device_and_keeps_the_ids(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(reply(new_device=True), reply(outcome("a1")))
    first, second = (request["body"] for request in said["requests"])
    assert first["device"] != second["device"] and first["actions"] == second["actions"]


def test_more_is_asked_for_at_once(phone: WorkerPhone) -> None:
    said = phone.sync(reply(public=scope(5, row("e2", 5)), more=True), reply(public=scope(9, row("e3", 9))))
    assert [request["body"]["cursors"]["public"] for request in said["requests"]] == [1, 5]
    assert set(phone.records()) == {"e1", "e2", "e3"}


def test_a_scope_that_was_left_is_dropped_and_others_stay(phone: WorkerPhone) -> None:
    phone.sync(reply(n7=scope(3, row("secret", 3), reset=True)))
    said = phone.sync(reply(n7=None))
    assert set(phone.records()) == {"e1"} and "n7" not in said["held"][ME]["scope"]


def test_a_reset_replaces_one_scope_and_keeps_the_outbox(phone: WorkerPhone) -> None:
    phone.act("a1", "unheard.of")
    phone.sync(reply(outcome("a1", "later"), n7=scope(3, row("m1", 3), reset=True)))
    phone.sync(reply(outcome("a1", "later"), n7=scope(8, row("m2", 8), reset=True)))
    assert set(phone.records()) == {"e1", "m2"} and phone.waiting() == ["a1"]


def test_a_tombstone_is_kept_as_the_version_last_held_and_shown_to_nobody(phone: WorkerPhone) -> None:
    phone.sync(reply(public=scope(7, row("e1", 7, gone=True))))
    assert phone.records() == {} and phone.call("seenOf", "event", "e1") == 7
    assert phone.call("seenOf", "event", "never") == 0


def test_a_scope_reset_twice_running_is_left_alone_and_reported(phone: WorkerPhone) -> None:
    phone.sync(reply(public=scope(2, row("e2", 2), reset=True)))
    said = phone.sync(reply(public=scope(3, row("e3", 3), reset=True), more=True), later=1000)
    assert set(phone.records()) == {"e2"} and len(said["requests"]) == 1
    assert said["held"][ME]["value"]["trouble"] == "reset twice: public"
    assert said["held"][ME]["value"]["next_at"] >= said["now"] + 48 * 60_000
    phone.sync(reply(public=scope(4, row("e4", 4), reset=True)), later=60 * 60_000)
    assert set(phone.records()) == {"e4"}


def test_once_a_day_the_live_rows_are_counted(phone: WorkerPhone) -> None:
    first = phone.sync(reply(public=scope(3, row("e2", 3), row("e1", 2, gone=True))))["requests"][0]["body"]
    second = phone.sync(EMPTY)["requests"][0]["body"]
    third = phone.sync(EMPTY, later=DAY + 1)["requests"][0]["body"]
    assert first["check"] == {"public": [1, 1]} and "check" not in second and third["check"] == {"public": [1, 3]}


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 240), (0.5, 300), (1.0, 360)])
def test_the_server_says_when_to_come_back_give_or_take_a_fifth(
    phone: WorkerPhone, random: float, seconds: int
) -> None:
    phone.call("chance", random)
    said = phone.sync(EMPTY)
    assert said["held"][ME]["value"]["next_at"] - said["now"] == seconds * 1000
    assert phone.sync(EMPTY, force=False, later=seconds * 1000 - 1)["requests"] == []
    assert len(phone.sync(EMPTY, force=False, later=1)["requests"]) == 1


def test_a_clock_that_was_turned_back_stops_nothing(phone: WorkerPhone) -> None:
    phone.sync(EMPTY)
    assert len(phone.sync(EMPTY, force=False, later=-30 * DAY)["requests"]) == 1


def test_outcomes_records_and_cursors_are_kept_together_or_not_at_all(phone: WorkerPhone) -> None:
    phone.act("a1")
    said = phone.sync(reply(outcome("a1"), public=scope(5, row("e5", 5)), during=[["fail", ME]]))
    phone.call("mend", ME)
    assert said["error"] and phone.waiting() == ["a1"] and set(phone.records()) == {"e1"}
    said = phone.sync(reply(outcome("a1"), public=scope(5, row("e5", 5))))
    assert said["requests"][0]["body"]["cursors"] == {"public": 1}
    assert phone.settled() == {"a1": "applied"} and set(phone.records()) == {"e1", "e5"}


def test_many_calls_at_once_wait_for_one_run(phone: WorkerPhone) -> None:
    said = phone.sync(EMPTY, EMPTY, EMPTY, times=9)
    assert (said["locks"], len(said["requests"])) == (1, 1)


def test_without_signal_an_open_page_goes_on_trying_with_no_new_write(phone: WorkerPhone) -> None:
    phone.act("a1")
    for _ in range(3):
        assert phone.sync(NO_HEALTH, force=False, later=30_000)["error"]
    assert phone.sync(reply(outcome("a1")), force=False, later=30_000)["told"] == [{"type": "changed"}]


def test_an_answer_about_whoever_was_here_before_does_not_bring_them_back() -> None:
    phone = WorkerPhone(person=None)
    said = phone.sync(
        reply(person="p1", during=[["forget", None]]),
        reply(person="p2", public=scope(1, row("e1"), reset=True)),
        reply(person="p2"),
    )
    assert said["person"] == "p2" and "p1" not in said["held"]


def test_a_log_out_without_signal_is_told_to_the_server_before_anything_is_asked(phone: WorkerPhone) -> None:
    phone.call("lock")
    assert phone.sync(NO_SIGNAL)["error"]
    said = phone.sync({"status": 204}, reply(person=None, open=scope(1, row("g1"), reset=True)))
    assert [request["url"] for request in said["requests"]] == ["/log-out", "/sync"]
    assert said["person"] is None and said["revoke"] == 0


def test_a_newer_build_on_the_server_is_looked_for(phone: WorkerPhone) -> None:
    assert phone.sync(reply(build="b1"))["renewed"] == 0
    assert phone.sync(reply(build="b2"))["renewed"] == 1


def test_public_pages_stay_on_the_phone_of_somebody_who_logged_in_at_once(phone: WorkerPhone) -> None:
    said = phone.call("pullOpenWith", [reply(person=None, open=scope(1, row("g1"), reset=True))])
    assert said["requests"][0]["url"] == "/sync"
    assert "person" not in said["requests"][0]["body"]
    assert said["person"] == ME
    assert phone.records("nobody") == {"g1": {"title": "g1 at 1"}}
    assert phone.call("pullOpenWith", [], {"later": 60_000})["requests"] == []
    assert len(phone.call("pullOpenWith", [{"status": 204}], {"later": DAY})["requests"]) == 1

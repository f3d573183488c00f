"""How far a long send or download is: what the worker tells the pages while its sync runs, in real counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pwa.worker_phone import EMPTY, LOST, NO_HEALTH, WorkerPhone, action, outcome, refusal, reply, row, scope


@pytest.fixture
def phone() -> WorkerPhone:
    return WorkerPhone()


def acts(phone: WorkerPhone, number: int) -> list[str]:
    return [phone.act(f"a{each:03}") for each in range(number)]


def sending(done: int, of: int) -> dict[str, Any]:
    return {"doing": "sending", "done": done, "of": of}


def getting(done: int, of: int) -> dict[str, Any]:
    return {"doing": "getting", "done": done, "of": of}


def test_a_large_send_says_how_many_have_arrived_of_how_many(phone: WorkerPhone) -> None:
    ids = acts(phone, 120)
    said = phone.sync(reply(*map(outcome, ids[:100])), reply(*map(outcome, ids[100:])))
    assert said["shown"] == [sending(0, 120), sending(100, 120), None]


def test_what_is_done_during_a_send_is_counted_with_the_rest(phone: WorkerPhone) -> None:
    acts(phone, 2)
    said = phone.sync(reply(outcome("a000"), outcome("a001"), during=[["add", action("b1")]]), reply(outcome("b1")))
    assert said["shown"] == [sending(0, 2), sending(2, 3), None]


def test_what_the_server_could_not_take_yet_does_not_count_as_sent(phone: WorkerPhone) -> None:
    acts(phone, 2)
    said = phone.sync(
        reply(outcome("a000"), outcome("a001", "later"), during=[["add", action("b1")]]),
        reply(outcome("a001", "later"), outcome("b1", "later")),
    )
    assert said["shown"] == [sending(0, 2), sending(1, 3), None]


def test_a_send_that_is_cut_off_is_over_for_the_pages_too(phone: WorkerPhone) -> None:
    ids = acts(phone, 120)
    said = phone.sync(reply(*map(outcome, ids[:100])), LOST)
    assert said["error"] and said["shown"][-2:] == [sending(100, 120), None]


def test_with_no_signal_no_page_says_that_something_is_being_sent(phone: WorkerPhone) -> None:
    acts(phone, 2)
    said = phone.sync(NO_HEALTH)
    assert said["error"] and said["shown"] == []


def test_a_refused_request_sent_nothing(phone: WorkerPhone) -> None:
    acts(phone, 2)
    assert phone.sync(refusal(401, "log_in"))["shown"] == [sending(0, 2), None]


def test_a_first_download_says_how_many_records_came_of_how_many() -> None:
    phone = WorkerPhone(person=None)
    first = reply(more=True, left=3, public=scope(2, row("e1"), row("e2"), reset=True))
    second = reply(more=True, left=1, public=scope(4, row("e3"), row("e4")))
    said = phone.sync(first, second, reply(public=scope(5, row("e5"))))
    assert said["shown"] == [getting(2, 5), getting(4, 5), None]
    assert len(phone.records()) == 5


def test_a_page_that_could_not_be_kept_is_not_counted(phone: WorkerPhone) -> None:
    more = reply(more=True, left=3, public=scope(2, row("e1"), row("e2")), during=[["fail", "p9"]])
    said = phone.sync(more)
    assert said["error"] and said["shown"] == []


def test_an_older_server_that_does_not_say_what_is_left_is_not_guessed_at(phone: WorkerPhone) -> None:
    said = phone.sync(reply(more=True, public=scope(2, row("e2"))), reply())
    assert said["shown"] == []


def test_when_nothing_is_new_pages_are_told_of_no_progress(phone: WorkerPhone) -> None:
    assert phone.sync(EMPTY)["shown"] == phone.sync(reply(public=scope(5, row("e5"))))["shown"] == []

"""What a page is drawn from: every row as of one moment, read again only when it is not what was read before."""

from __future__ import annotations

import pytest

from tests.pwa.worker_phone import EMPTY, ME, WorkerPhone, reply, row, scope


@pytest.fixture
def phone() -> WorkerPhone:
    return WorkerPhone()


def looks(phone: WorkerPhone) -> int:
    found: int = phone.call("looksAt", ME, "record")
    return found


def test_rows_are_read_once_however_many_pages_are_drawn(phone: WorkerPhone) -> None:
    phone.sync(EMPTY)
    first = phone.records()
    before = looks(phone)
    assert [phone.records() for _ in range(3)] == [first] * 3
    assert looks(phone) == before


@pytest.mark.parametrize(
    ("part", "after"),
    [
        (scope(2, row("e2", 2)), {"e1": {"title": "e1 at 1"}, "e2": {"title": "e2 at 2"}}),
        (scope(2, row("e1", 2)), {"e1": {"title": "e1 at 2"}}),
        (scope(2, row("e1", 2, gone=True)), {}),
        (scope(9, row("e3", 9), reset=True), {"e3": {"title": "e3 at 9"}}),
        (None, {}),
    ],
    ids=["more", "changed", "gone", "reset", "left"],
)
def test_what_an_answer_changed_is_seen_at_once(
    phone: WorkerPhone, part: dict[str, object] | None, after: dict[str, object]
) -> None:
    assert phone.records() == {"e1": {"title": "e1 at 1"}}
    phone.sync(reply(public=part))
    assert phone.records() == after


def test_the_version_last_held_is_that_of_the_newest_answer(phone: WorkerPhone) -> None:
    assert phone.call("seenOf", "event", "e1") == 1
    phone.sync(reply(public=scope(7, row("e1", 7, gone=True))))
    assert phone.call("seenOf", "event", "e1") == 7


def test_an_answer_that_could_not_be_kept_is_not_seen(phone: WorkerPhone) -> None:
    phone.records()
    phone.call("act", "fail", ME)
    phone.sync(reply(public=scope(2, row("e2", 2))))
    phone.call("mend", ME)
    assert set(phone.records()) == {"e1"}

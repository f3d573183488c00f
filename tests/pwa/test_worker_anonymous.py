"""What somebody tells without a name, on the phone: kept without a person, sent late, once, and with no cookie."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pwa.worker_phone import DAY, NO_SIGNAL, START, WorkerPhone

COUNTED = {"status": 204}
SOON = 60_000


@pytest.fixture
def phone() -> WorkerPhone:
    """The clock stands still until a test moves it on; its random delay is half a day."""
    return WorkerPhone()


def tells(phone: WorkerPhone, guide: str = "g1") -> None:
    phone.call("tells", "guide.helped", {"guide": guide})


def after(phone: WorkerPhone, later: int, *script: Any) -> dict[str, Any]:
    said: dict[str, Any] = phone.call("tellWith", list(script), {"later": later})
    return said


def test_nothing_goes_before_its_time_and_then_only_what_is_asked_for(phone: WorkerPhone) -> None:
    tells(phone)
    early = after(phone, DAY // 2 - SOON, COUNTED)
    assert (early["requests"], len(early["kept"]), early["left"]) == ([], 1, 1)
    [sent] = after(phone, SOON, COUNTED)["requests"]
    assert sent["url"] == "/anonymous" and sent["credentials"] == "omit"
    assert sent["body"].pop("id").startswith("minted-")
    assert sent["body"] == {"kind": "guide.helped", "day": "2025-11-23", "data": {"guide": "g1"}}


@pytest.mark.parametrize(("random", "earliest"), [(0, 0), (0.25, DAY // 4), (0.999, int(DAY * 0.999))])
def test_the_delay_is_anything_up_to_a_day(phone: WorkerPhone, random: float, earliest: int) -> None:
    phone.call("chance", random)
    tells(phone)
    if earliest:
        assert after(phone, earliest - SOON, COUNTED)["requests"] == []
    assert len(after(phone, SOON if earliest else 0, COUNTED)["requests"]) == 1


def test_each_has_an_id_of_its_own_and_none_of_this_phone(phone: WorkerPhone) -> None:
    phone.act("a1")
    device = phone.sync({"status": 503})["held"]["p9"]["value"]["device"]
    tells(phone)
    tells(phone)
    sent = after(phone, DAY, COUNTED, COUNTED)["requests"]
    ids = {each["body"]["id"] for each in sent}
    assert len(ids) == 2 and device not in str(sent) and "p9" not in str(sent)


def test_what_was_counted_is_gone_and_what_found_no_signal_goes_again_under_the_same_id(phone: WorkerPhone) -> None:
    tells(phone)
    lost = after(phone, DAY, {"status": 204, "lost": True})
    assert len(lost["kept"]) == 1
    again = after(phone, SOON, COUNTED)
    assert [each["body"]["id"] for each in again["requests"]] == [lost["requests"][0]["body"]["id"]]
    assert again["kept"] == []
    assert after(phone, DAY, COUNTED)["requests"] == []


@pytest.mark.parametrize(("status", "left"), [(422, 0), (413, 0), (403, 0), (500, 1), (503, 1)])
def test_a_refusal_is_the_last_word_and_trouble_is_not(phone: WorkerPhone, status: int, left: int) -> None:
    tells(phone)
    assert len(after(phone, DAY, {"status": status})["kept"]) == left


def test_no_signal_keeps_it(phone: WorkerPhone) -> None:
    tells(phone)
    assert len(after(phone, DAY, NO_SIGNAL)["kept"]) == 1


def test_what_would_count_for_no_month_is_let_go_without_a_word(phone: WorkerPhone) -> None:
    tells(phone)
    late = after(phone, 32 * DAY, COUNTED)
    assert (late["requests"], late["kept"]) == ([], [])


def test_a_clock_that_was_put_back_does_not_hold_it_for_ever(phone: WorkerPhone) -> None:
    tells(phone)
    assert len(after(phone, -3 * DAY, COUNTED)["requests"]) == 1


def test_it_is_kept_without_a_person_outside_of_their_database(phone: WorkerPhone) -> None:
    tells(phone)
    said = after(phone, 0)
    [kept] = said["kept"]
    assert set(kept) == {"id", "kind", "day", "data", "due"} and START <= kept["due"] <= START + DAY
    assert "guide.helped" not in str(said["held"])


def test_it_goes_with_everything_else_when_somebody_takes_everything_off_the_phone(phone: WorkerPhone) -> None:
    tells(phone)
    phone.call("dooms", "p9")
    phone.call("looks", 0)
    assert after(phone, DAY, COUNTED)["requests"] == []

"""The anonymous door: what comes in by it counts once, for a month, and leaves nothing to find anybody by."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from pwa.dates import london_date
from server.anonymous_counts import KINDS, clear_out
from server.reports.published import GUIDE_HELPED, last
from server.site import now
from tests.architecture.words import NOT_SAID
from tests.reports.crowd import a_month_later
from tests.server.hostile import MACHINE_TALK, Watch
from tests.world import DAY, World

JSON = {"content-type": "application/json"}
TODAY = london_date(now())
LONG_AGO, SOON = (str(date.fromisoformat(TODAY) + timedelta(days)) for days in (-40, 2))


def a_told(number: int = 1, **other: Any) -> dict[str, Any]:
    return {"id": f"00000000-0000-{number:012}", "kind": "guide.helped", "day": TODAY, "data": {"guide": "g1"}, **other}


def tell(world: World, message: Any, **headers: str) -> httpx.Response:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return world.nobody()._send("POST", "/anonymous", {**JSON, **headers}, content=body)


def counts(world: World) -> list[tuple[str, str, str, int]]:
    found = world.rows("SELECT * FROM anonymous_count ORDER BY kind, area, month")
    return [(each["kind"], each["area"], each["month"], each["number"]) for each in found]


def test_one_more_is_counted_for_the_month_and_told_nothing(world: World) -> None:
    for number in (1, 2):
        answer = tell(world, a_told(number))
        assert (answer.status_code, answer.content) == (204, b"")
    assert counts(world) == [("guide.helped", "g1", TODAY[:7], 2)]


def test_the_same_one_told_ten_times_counts_once(world: World) -> None:
    assert {tell(world, a_told()).status_code for _ in range(10)} == {204}
    assert tell(world, a_told(data={"guide": "g1"}, day=LONG_AGO)).status_code == 204, "whatever it says by now"
    assert [number for *_, number in counts(world)] == [1]


@pytest.mark.parametrize("day", [LONG_AGO, SOON, "1970-01-01", "9999-12-31"])
def test_a_phone_whose_clock_is_far_out_told_it_today(sqlite_world: World, day: str) -> None:
    tell(sqlite_world, a_told(day=day))
    assert counts(sqlite_world) == [("guide.helped", "g1", TODAY[:7], 1)]


def test_the_last_day_of_a_month_counts_for_that_month(sqlite_world: World) -> None:
    before = date.fromisoformat(TODAY).replace(day=1) - timedelta(1)
    tell(sqlite_world, a_told(day=str(before)))
    assert counts(sqlite_world)[0][2] == str(before)[:7] or date.fromisoformat(TODAY).day > 30


def test_it_comes_without_a_name_sets_no_cookie_and_leaves_no_line(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite_world.log_in("nurse")
    for send in (a_told(), a_told(2, data={"guide": "g99"}), b"{"):
        capsys.readouterr()
        answer = tell(sqlite_world, send)
        said = capsys.readouterr()
        assert "set-cookie" not in answer.headers
        assert said.err + said.out == ""


def test_a_cookie_that_comes_along_changes_nothing_and_is_nowhere(sqlite_world: World) -> None:
    """A browser that ignores `credentials: omit` must not make it known to us who it was."""
    watched = Watch(sqlite_world, frozenset())
    nurse = sqlite_world.log_in("nurse")
    before = watched.tables()
    answer = nurse._send("POST", "/anonymous", JSON, content=json.dumps(a_told()).encode())
    assert answer.status_code == 204
    after = watched.tables()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"anonymous_count", "anonymous_id"}
    kept = str([row for name in changed for row in after[name]])
    assert "demo01" not in kept and not re.search(r"\d\d:\d\d|\d{13}", kept), "no person, and no time finer than a day"


def test_no_row_says_both_which_one_it_was_and_what_it_told(sqlite_world: World) -> None:
    tell(sqlite_world, a_told())
    assert [set(each) for each in sqlite_world.rows("SELECT * FROM anonymous_id")] == [{"id", "day"}]
    assert a_told()["id"] not in str(sqlite_world.rows("SELECT * FROM anonymous_count"))


def test_an_id_is_forgotten_when_no_phone_can_send_it_again(world: World) -> None:
    tell(world, a_told())
    for days, left in ((29, 1), (31, 0)):
        world.write(clear_out, now() + days * DAY)
        assert len(world.rows("SELECT id FROM anonymous_id")) == left, days
    assert [number for *_, number in counts(world)] == [1]


def test_how_many_it_helped_is_published_by_the_rule_for_small_numbers(sqlite_world: World) -> None:
    for number in range(9):
        tell(sqlite_world, a_told(number))
    a_month_later(sqlite_world)
    assert sqlite_world.read(last, GUIDE_HELPED) == {"": "fewer than 10", "g1": "fewer than 10"}
    for number in range(9, 40):
        tell(sqlite_world, a_told(number))
    assert sqlite_world.read(last, GUIDE_HELPED)["g1"] == "fewer than 10", "not before the next month"
    a_month_later(sqlite_world)
    assert sqlite_world.read(last, GUIDE_HELPED)["g1"] in ("about 35", "about 40", "about 45")


BAD: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"guide=g1",
    "half of it": b'{"id": "00000000-0000',
    "not text": b"\xff\xfe\x00",
    "a list": [],
    "deep": b"[" * 1500,
    "no id": {name: value for name, value in a_told().items() if name != "id"},
    "a short id": a_told(id="1"),
    "an id with more in it": a_told(id="nurse@example.nhs.uk"),
    "an id that is a list": a_told(id=["00000000-0000-000000000001"]),
    "a time": a_told(day=f"{TODAY}T14:02:00"),
    "no day": a_told(day="soon"),
    "a kind of a person": a_told(kind="pledge.take", data={"pledge": "p1", "version": 1, "show": "name"}),
    "an unknown kind": a_told(kind="guide.<script>"),
    "a person": a_told(person="demo01"),
    "a device": a_told(device="phone-1"),
    "more than is asked": a_told(data={"guide": "g1", "why": "my manager"}),
    "no guide": a_told(data={}),
    "an unknown guide": a_told(data={"guide": "g99"}),
    "SQL": a_told(data={"guide": "'; DROP TABLE anonymous_count; --"}),
    "a module that is not there": a_told(kind="module.helped", data={"module": "m99"}),
}


@pytest.mark.parametrize("message", BAD.values(), ids=BAD)
def test_what_cannot_be_counted_is_told_so_in_plain_words_and_nothing_is_stored(
    sqlite_world: World, message: Any
) -> None:
    with Watch(sqlite_world, frozenset()).nothing_stored():
        answer = tell(sqlite_world, message)
    assert answer.status_code == 422
    said = answer.json()["detail"]
    assert "count" in said and not MACHINE_TALK.search(said)
    assert not [pattern for pattern in NOT_SAID if re.search(pattern, said)]
    assert "<script>" not in answer.text and "DROP" not in answer.text


def test_a_body_that_is_too_long_is_not_read(sqlite_world: World) -> None:
    with Watch(sqlite_world, frozenset()).nothing_stored():
        assert tell(sqlite_world, b'{"id": "' + b"a" * 3000 + b'"}').status_code == 413


def test_another_website_cannot_tell_anything(sqlite_world: World) -> None:
    with Watch(sqlite_world, frozenset()).nothing_stored():
        assert tell(sqlite_world, a_told(), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_no_kind_comes_by_both_doors(sqlite_world: World) -> None:
    """What is anonymous is in no outbox, no journal and no form."""
    assert not KINDS.keys() & sqlite_world.engine.kinds.keys()
    assert sqlite_world.log_in("nurse").post("/do/guide.helped", guide="g1").status_code == 404

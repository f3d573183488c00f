"""When a phone may ring, over all hours of two years, the nights on which clocks change among them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pwa.dates import clock
from server.push.hours import DAY_MINUTES, MINUTE, SOON, due, due_cancelled, is_quiet, minute_of
from server.push.preferences import NIGHT, QUIET, may_be

SPRING, AUTUMN = 1_774_746_000_000, 1_792_890_000_000  # 01:00 UTC on 29 March and on 25 October 2026
HOUR = 60 * MINUTE

moments = st.integers(1_767_225_600_000, 1_830_297_600_000)
minutes = st.integers(0, DAY_MINUTES - 1).map(lambda each: f"{each // 60:02}:{each % 60:02}")
own = st.tuples(minutes, minutes).filter(lambda each: each[0] != each[1]).map("-".join)
quiet = st.one_of(st.sampled_from([*QUIET.values(), "off"]), own)


@given(moments, quiet)
@example(SPRING - HOUR, "00:30-01:30")
@example(AUTUMN - HOUR, "22:00-01:30")
def test_nobody_is_rung_in_quiet_hours_and_nobody_waits_longer_than_they_last(now: int, hours: str) -> None:
    assert may_be("quiet", hours)
    then = due(now, hours)
    assert not is_quiet(then, hours)
    assert 0 <= then - now <= 25 * HOUR
    assert (then == now) is not is_quiet(now, hours)


@given(moments, quiet, st.integers(0, 14 * 24 * 60))
def test_what_is_called_off_waits_for_seven_unless_it_starts_within_twelve_hours(now: int, hours: str, on: int) -> None:
    starts = now + on * MINUTE
    then = due_cancelled(now, hours, starts)
    assert now <= then <= due(now, hours)
    if starts - now <= SOON:
        assert then == now
    elif is_quiet(then, hours):
        assert minute_of(then) == 7 * 60


def test_by_day_by_night_and_both() -> None:
    at = {clock(moment): moment for moment in range(SPRING - 24 * HOUR, SPRING - HOUR, 15 * MINUTE)}
    rung = {
        shift: {time for time, moment in at.items() if due(moment, hours) == moment} for shift, hours in QUIET.items()
    }
    assert min(rung["days"]) == "08:00" and max(rung["days"]) == "18:45"
    assert {time for time in at if "08:00" <= time < "16:00"} == set(at) - rung["nights"]
    assert rung["both"] == rung["days"] & rung["nights"]


def test_someone_on_nights_is_not_woken_in_the_day_for_what_is_tomorrow() -> None:
    noon = SPRING - 13 * HOUR
    assert clock(noon) == "12:00"
    assert clock(due_cancelled(noon, QUIET["nights"], noon + 20 * HOUR)) == "16:00"
    assert due_cancelled(noon, QUIET["nights"], noon + 11 * HOUR) == noon
    ten = noon + 10 * HOUR
    assert clock(due_cancelled(ten, NIGHT, ten + 30 * HOUR)) == "07:00"
    assert clock(due(ten, NIGHT)) == "08:00"

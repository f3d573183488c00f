"""Dates in words: Python and JavaScript agree with each other, and with the real time zone."""

import json
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
import quickjs

from pwa.dates import clock, london_date, long_date
from tests.quick import ROOT, Thrown, call, quick

VECTORS = json.loads((ROOT / "tests/vectors/dates.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def js() -> quickjs.Context:
    return quick("pwa/worker/dates.js")


@pytest.mark.parametrize("vector", VECTORS["instants"], ids=lambda vector: vector["why"])
def test_both_sides_know_the_day_and_the_time_in_london(js: quickjs.Context, vector: dict[str, str]) -> None:
    wanted = (vector["date"], vector["clock"], vector["long"])
    assert (london_date(int(vector["ms"])), clock(int(vector["ms"])), long_date(vector["date"])) == wanted
    javascript = (
        call(js, "londonDate", vector["ms"]),
        call(js, "clock", vector["ms"]),
        call(js, "longDate", vector["date"]),
    )
    assert javascript == wanted


@pytest.mark.parametrize("text", VECTORS["not_dates"])
def test_both_sides_refuse_what_is_not_a_day(js: quickjs.Context, text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|out of range|must be in"):
        long_date(text)
    with pytest.raises(Thrown, match="not a date"):
        call(js, "longDate", text)


def test_the_summer_time_rule_is_the_real_one(js: quickjs.Context) -> None:
    """Every hour around each change, and a day and a bit at a time in between, for 40 years."""
    try:
        london = zoneinfo.ZoneInfo("Europe/London")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("NO TIME ZONE DATABASE: install tzdata to check the summer time rule against it")
    instants = [datetime(1996, 1, 1, tzinfo=UTC) + timedelta(hours=25 * step) for step in range(350 * 40)]
    for year in range(1996, 2036):
        for month in (3, 10):
            instants += [datetime(year, month, 24, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(48 * 8)]
    for instant in instants:
        ms, local = int(instant.timestamp() * 1000), instant.astimezone(london)
        assert (london_date(ms), clock(ms)) == (local.date().isoformat(), f"{local:%H:%M}"), instant
    milliseconds = [int(instant.timestamp() * 1000) for instant in instants]
    js.eval("globalThis.all = (list) => list.map((ms) => londonDate(ms) + clock(ms));")
    assert call(js, "all", milliseconds) == [london_date(ms) + clock(ms) for ms in milliseconds]

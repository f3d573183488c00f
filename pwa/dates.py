"""Dates in words, London time. The twin of worker/dates.js; tests/vectors/dates.json holds them together.

Knows no time zone database: British Summer Time is a rule, the one in force since 1996.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def london_date(ms: int) -> str:
    """1763906520000 -> "2025-11-23"."""
    return _london(ms).date().isoformat()


def clock(ms: int) -> str:
    """1763906520000 -> "14:02"."""
    return f"{_london(ms):%H:%M}"


@lru_cache(maxsize=1024)
def long_date(iso: str) -> str:
    """ "2026-11-23" -> "Monday 23 November 2026"; anything but a real day in that form is a ValueError."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
        raise ValueError(f"not a date: {iso!r}")
    day = date.fromisoformat(iso)
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def _london(ms: int) -> datetime:
    instant = EPOCH + timedelta(milliseconds=ms)
    summer = _last_sunday(instant.year, 3) <= instant < _last_sunday(instant.year, 10)
    return instant + timedelta(hours=1) if summer else instant


@lru_cache(maxsize=64)
def _last_sunday(year: int, month: int) -> datetime:
    """The moment the clocks change, 01:00 UTC, in a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)

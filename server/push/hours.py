"""When a phone may ring: never in quiet hours, in London. Pure: the time, and what somebody wants, are given to it."""

from __future__ import annotations

from pwa.dates import clock
from server.push.preferences import OFF

MINUTE = 60_000  # milliseconds
DAY_MINUTES = 1_440
MORNING = 7 * 60
SOON = 12 * 60 * MINUTE


def due(now: int, quiet: str) -> int:
    """Now, or the end of the quiet hours that it is in."""
    if not is_quiet(now, quiet):
        return now
    return next_at(now, _minutes(quiet)[1])


def due_cancelled(now: int, quiet: str, starts_at: int) -> int:
    """Somebody would go there for nothing: from 07:00 on it rings, quiet or not, and at once when it starts soon."""
    usual = due(now, quiet)
    return now if starts_at - now <= SOON else min(usual, max(now, next_at(now, MORNING)))


def is_quiet(now: int, quiet: str) -> bool:
    if quiet == OFF:
        return False
    start, end = _minutes(quiet)
    return (minute_of(now) - start) % DAY_MINUTES < (end - start) % DAY_MINUTES


def next_at(now: int, minute: int) -> int:
    """The next moment at which clocks in London show it. In the night in which they leave it out, an hour later."""
    then = now - now % MINUTE + (minute - minute_of(now)) % DAY_MINUTES * MINUTE
    drift = (minute - minute_of(then) + DAY_MINUTES // 2) % DAY_MINUTES - DAY_MINUTES // 2
    moved = then + drift * MINUTE
    return moved if minute_of(moved) == minute and moved >= now else then


def minute_of(ms: int) -> int:
    hours, minutes = clock(ms).split(":")
    return int(hours) * 60 + int(minutes)


def _minutes(quiet: str) -> tuple[int, int]:
    start, end = (int(hours) * 60 + int(minutes) for hours, minutes in (each.split(":") for each in quiet.split("-")))
    return start, end

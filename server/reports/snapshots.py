"""Once a month every number is taken, rounded and published; until the next month nothing of it changes.

Knows when and how, not what is counted. The month is the month in London, as everywhere.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from pwa.dates import london_date
from server.config import Config
from server.db import table
from server.members import networks
from server.reports.counts import counts
from server.reports.published import ASKED, Number, Snapshot, keep, last_month, numbers
from server.reports.small import Rule, show
from sync import Engine, Touch, opaque, publish

FEW = {ASKED: "some interest"}  # said instead of "fewer than 10"
_BEGIN = {
    "sqlite": sqlite.insert(table(Snapshot)).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(table(Snapshot)).on_conflict_do_nothing(),
}


def take(connection: Connection, engine: Engine, config: Config, now: int) -> bool:
    """For a timer: does nothing when this month has its numbers."""
    month, last = london_date(now)[:7], last_month(connection)
    if (last and month <= last) or not _begun(connection, month):
        return False
    rule = Rule(config.privacy_min_count, config.privacy_round_to)
    before = {each[1:3]: each.shown for each in (numbers(connection, last) if last else [])}
    found = []
    for cell, count in counts(connection).items():
        shown = show(count, rule, grid(engine.key, rule, month, *cell), before.get(cell), FEW.get(cell[0], ""))
        found.append(Number(month, *cell, shown))
    keep(connection, found)
    publish(engine, connection, [Touch("network", "public", network) for network in networks(connection)])
    return True


def _begun(connection: Connection, month: str) -> bool:
    """Of two that begin at once the second waits here until the first is done, and is told that it is too late."""
    return bool(connection.execute(_BEGIN[connection.dialect.name], {"month": month}).rowcount)


def grid(key: bytes, rule: Rule, month: str, measure: str, area: str) -> int:
    """Which grid rounds this number in this month. Whoever holds only the database cannot work it out."""
    return int(opaque(key, "number", month, measure, area), 16) % rule.round_to

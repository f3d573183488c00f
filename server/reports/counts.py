"""The true counts, at this moment and for one purpose: to be rounded into a snapshot. Nothing else may read them.

Every total is counted by itself, never added up. Who chose that nobody may see a pledge is in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from server.anonymous_counts import counted
from server.db import table
from server.features.help import HelpPage
from server.features.networks import NetworkAsked
from server.features.pledges import Pledge, Pledging
from server.features.schemes import CANCELLED, Allying, body, schemes
from server.features.schemes import COLLECTED as HAS_IT
from server.features.shelf import StockMove
from server.members import Membership, networks
from server.people import Person, Team
from server.reports.published import (
    ALLIES,
    ASKED,
    COLLECTED,
    GUIDE_HELPED,
    MEMBERS,
    MODULE_HELPED,
    PEOPLE,
    SIGN_UPS,
    TAKEN,
)
from sync.tables import record

Counts = dict[tuple[str, str], int]  # by measure and area

_member, _taken, _asked = table(Membership), table(Pledging), table(NetworkAsked)
_taker = _taken.join(table(Person))
_TOPICS = select(HelpPage.id).where(HelpPage.kind == "topic")
_COUNTED = _taken.c.show != "nobody"
_ally, _move = table(Allying), table(StockMove)
_PERSON = func.count(_taken.c.person_id.distinct())


def counts(connection: Connection) -> Counts:
    by_network = _by(connection, _member.c.network_id, func.count(), _member)
    by_team = _by(connection, table(Person).c.team_id, _PERSON, _taker, _COUNTED)
    by_pledge = _by(connection, _taken.c.pledge_id, func.count(), _taken, _COUNTED)
    by_topic = _by(connection, _asked.c.topic, func.count(), _asked)
    return {
        **_each(MEMBERS, networks(connection), by_network),
        **_each(PEOPLE, connection.scalars(select(Team.id)), by_team),
        **_each(TAKEN, connection.scalars(select(Pledge.id)), by_pledge),
        **_each(ASKED, connection.scalars(_TOPICS), by_topic),
        **_of_schemes(connection),
        **_helped(connection, GUIDE_HELPED, "guide"),
        **_helped(connection, MODULE_HELPED, "module"),
        (MEMBERS, ""): _all(connection, func.count(), _member),
        (PEOPLE, ""): _all(connection, _PERSON, _taken, _COUNTED),
        (TAKEN, ""): _all(connection, func.count(), _taken, _COUNTED),
        (ASKED, ""): _all(connection, func.count(_asked.c.asker.distinct()), _asked),
    }


def _of_schemes(connection: Connection) -> Counts:
    """Of the promise of a scheme TAKEN tells. Who signed up may still wait; what was collected stays collected when
    somebody steps back; an ally now is who has theirs and did not. No totals: of one scheme they would be the same
    numbers, rounded a second time."""
    known = schemes(connection)
    signed = _by(connection, _ally.c.scheme, func.count(), _ally, _ally.c.state != CANCELLED)
    allies = _by(connection, _ally.c.scheme, func.count(), _ally, _ally.c.state == HAS_IT)
    given = _by(connection, _move.c.item, func.sum(_move.c.number), _move, _move.c.what == "issue")
    taken_back = _by(connection, _move.c.item, func.sum(_move.c.number), _move, _move.c.what == "back")
    collected = {
        id: sum(given.get(each["id"], 0) - taken_back.get(each["id"], 0) for each in body(row)["items"])
        for id, row in known.items()
    }
    return {**_each(SIGN_UPS, known, signed), **_each(COLLECTED, known, collected), **_each(ALLIES, known, allies)}


def _helped(connection: Connection, measure: str, kind: str) -> Counts:
    """Times, not people: nobody knows who it was."""
    found = counted(connection, f"{kind}.helped")
    there = connection.scalars(select(record.c.id).where(record.c.kind == kind, record.c.body.is_not(None)))
    return {**_each(measure, there, found), (measure, ""): sum(found.values())}


def _each(measure: str, areas: Iterable[str], found: dict[str, int]) -> Counts:
    """Where there is nobody, too: an area that is left out would tell that."""
    return {(measure, area): found.get(area, 0) for area in areas}


def _by(
    connection: Connection,
    area: ColumnElement[str],
    how_many: ColumnElement[int],
    of: FromClause,
    *which: ColumnElement[bool],
) -> dict[str, int]:
    wanted = select(area, how_many).select_from(of).where(*which).group_by(area)
    return dict(iter(connection.execute(wanted)))


def _all(connection: Connection, how_many: ColumnElement[int], of: FromClause, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(how_many).select_from(of).where(*which)).scalar_one()

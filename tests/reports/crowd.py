"""Many people at once, put into the tables behind the engine's back, and months that pass."""

from __future__ import annotations

import itertools
import secrets
from typing import Any

from sqlalchemy import Connection, insert

from server.features.networks import NetworkAsked
from server.features.pledges import Pledging
from server.features.schemes import COLLECTED, Allying
from server.features.shelf import StockMove
from server.members import Membership
from server.people import Person
from server.reports import snapshots
from tests.world import DAY, World

A_MONTH = 32 * DAY
_numbers = itertools.count(1)


def a_month_later(world: World) -> bool:
    """And the numbers of that month are taken."""
    world.now += A_MONTH
    return world.write(snapshots.take, world.engine, world.config, world.now)


def people(world: World, how_many: int, team: str = "t3") -> list[str]:
    ids = [f"crowd{next(_numbers):05}" for _ in range(how_many)]
    rows = [{"id": id, "name": f"Somebody {id}", "role": "Nurse", "team_id": team} for id in ids]
    world.write(_put, Person, rows)
    return ids


def members(world: World, network: str, how_many: int) -> None:
    """Private ones: there is no person in the row."""
    same = {"network_id": network, "joined_as": "member", "seen_by": "nobody", "consent": 1, "month": "2026-01"}
    world.write(_put, Membership, [{"id": secrets.token_hex(16), **same} for _ in range(how_many)])


def pledges(world: World, pledge: str, who: list[str], show: str = "team") -> None:
    same = {"pledge_id": pledge, "version": 1, "show": show, "taken_on": "2026-01-05", "how": "", "how_on": ""}
    world.write(_put, Pledging, [{"person_id": id, "shown_id": secrets.token_hex(8), **same} for id in who])


def allies(world: World, who: list[str], state: str) -> None:
    """They asked for a pin badge in this state; what was collected left the shelf."""
    same = {"scheme": "s1", "item": "i2", "collect_at": "c1", "state": state, "with_person": False}
    same |= {"asked_on": "2026-01-05", "asked_at": 1, "collected_on": ""}
    world.write(_put, Allying, [{"person_id": id, **same} for id in who])
    if state == COLLECTED:
        moved = {"place": "c1", "item": "i2", "what": "issue", "number": 1, "role": "helper", "at": 1}
        world.write(_put, StockMove, [moved | {"received_at": 1} for _ in who])


def asks(world: World, topic: str, how_many: int) -> None:
    rows = [{"asker": secrets.token_hex(16), "topic": topic, "month": "2026-01"} for _ in range(how_many)]
    world.write(_put, NetworkAsked, rows)


def _put(connection: Connection, of: type, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(of), rows)

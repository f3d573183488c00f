"""Actions that could not be settled: counted, tried again, and in the end parked so that the queue moves on."""

import traceback
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from sync.actions import Kind
from sync.among import among, listed
from sync.errors import UnknownKind
from sync.retention import DAY_MS
from sync.tables import later

TRIES = 5
UNKNOWN_MS = DAY_MS
PARKED = "We could not use this, and it is our fault. Nothing is lost: you can send it again."


class Stuck(NamedTuple):
    tries: int
    first_seen: int


def keep_or_park(
    connection: Connection,
    person: str,
    id: str,
    name: str,
    kind: Kind | None,
    error: Exception,
    raw: bytes,
    stuck: Mapping[str, Stuck],
    now: int,
) -> bool:
    """push 8: one more try is counted. True when it was the last one."""
    before = stuck.get(id, Stuck(0, now))
    tries = before.tries + 1
    parks = tries >= TRIES and (not isinstance(error, UnknownKind) or now - before.first_seen >= UNKNOWN_MS)
    row = {
        "person": person,
        "id": id,
        "tries": tries,
        "first_seen": before.first_seen,
        "parked_at": now if parks else None,
        "kind": "" if kind and kind.private else name,
        "error": name_of(error, kind),
        "raw": raw.decode() if parks and kind and kind.keep_words else None,
    }
    connection.execute(_KEEP[connection.dialect.name], row)
    return parks


def name_of(error: Exception, kind: Kind | None) -> str:
    """The type and the place, never the message: a message can hold what the person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or (kind and kind.private):
        return type(error).__name__
    return f"{type(error).__name__} at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}"


def settled(connection: Connection, person: str, ids: list[str]) -> None:
    connection.execute(_SETTLED, {"person": person, "ids": listed(ids)})


def _keep(dialect: str) -> postgresql.Insert | sqlite.Insert:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(later)
    return made.on_conflict_do_update(
        index_elements=["person", "id"], set_={c.name: made.excluded[c.name] for c in later.c if not c.primary_key}
    )


_KEEP = {dialect: _keep(dialect) for dialect in ("postgresql", "sqlite")}
_SETTLED = delete(later).where(later.c.person == bindparam("person"), among(later.c.id, "ids"))

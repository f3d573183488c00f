"""Touched records become versions. Knows nothing of actions: server jobs and content loading publish through it too."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Executable, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sync.actions import Engine
from sync.among import among, listed
from sync.context import Touch, Touches, merge
from sync.tables import EMPTY, record, scope
from sync.wire import MAX_RECORDS, encode_body, open_, seal

RecordKey = tuple[str, str, str]  # scope, kind, id


class Held(NamedTuple):
    body: str | None
    mark: str | None


class Write(NamedTuple):
    key: RecordKey
    body: str | None
    mark: str | None


def publish(engine: Engine, connection: Connection, touched: Iterable[Touch]) -> dict[str, int]:
    """Last thing in the transaction. Returns the new version of every scope in which something changed."""
    touches: Touches = {}
    for touch in touched:
        merge(touches, touch)  # publish 1
    if not touches:
        return {}
    versions = raise_counters(connection, sorted({touch.scope for touch in touches.values()}))
    bodies = project(engine, connection, touches.values())
    writes = changed(touches, bodies, read_held(connection, touches.values()))
    return stamp(connection, versions, writes)


def raise_counters(connection: Connection, scopes: Sequence[str]) -> dict[str, int]:
    """publish 2: one statement that raises and locks, in sorted order; whoever comes second waits here."""
    insert = _RAISE[connection.dialect.name]
    return dict(iter(connection.execute(insert, [{"id": name} for name in scopes])))


def project(engine: Engine, connection: Connection, touches: Iterable[Touch]) -> dict[RecordKey, str]:
    """publish 3: after the locks, or two writers would each miss what the other one added to the same record."""
    keys: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for touch in touches:
        keys[touch.kind].append((touch.scope, touch.id))
    bodies: dict[RecordKey, str] = {}
    for kind, wanted in keys.items():
        for (scope_id, id), body in engine.projections[kind](connection, wanted).items():
            bodies[scope_id, kind, id] = encode_body(body)
    return bodies


def read_held(connection: Connection, touches: Iterable[Touch]) -> dict[RecordKey, Held]:
    """One query for each scope and kind: SQLite finds three columns at once only by reading every record there is."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for touch in touches:
        if not touch.choice:
            wanted[touch.scope, touch.kind].append(touch.id)
    held: dict[RecordKey, Held] = {}
    for (scope_id, kind), ids in wanted.items():
        for id, body, mark in connection.execute(_HELD, {"scope": scope_id, "kind": kind, "ids": listed(ids)}):
            held[scope_id, kind, id] = Held(body and open_(body), mark)
    return held


def changed(touches: Touches, bodies: dict[RecordKey, str], held: dict[RecordKey, Held]) -> list[Write]:
    """publish 4: an unchanged body keeps its version, but a choice never: an older choice did not see this one."""
    writes = []
    for key, touch in touches.items():
        body = bodies.get(key)
        if touch.choice:
            writes.append(Write(key, body, touch.mark))
        elif key in held:
            if held[key].body != body:
                writes.append(Write(key, body, held[key].mark))
        elif body is not None:
            writes.append(Write(key, body, None))
    return writes


def stamp(connection: Connection, raised: dict[str, int], writes: Iterable[Write]) -> dict[str, int]:
    """publish 5: the writes of a scope share its new version; more than a page of them take the next ones too."""
    by_scope: dict[str, list[Write]] = {name: [] for name in raised}
    for write in writes:
        by_scope[write.key[0]].append(write)
    rows, corrections, versions = [], [], {}
    for name, mine in by_scope.items():
        for place, write in enumerate(mine):
            versions[name] = raised[name] + place // MAX_RECORDS
            scope_id, kind, id = write.key
            body = None if write.body is None else seal(write.body)
            rows.append(
                {"scope": scope_id, "kind": kind, "id": id, "version": versions[name], "body": body, "mark": write.mark}
            )
        last = versions.get(name, raised[name] - 1)
        if last != raised[name]:
            corrections.append({"scope": name, "last": last})
    if rows:
        connection.execute(_WRITE[connection.dialect.name], rows)
    if corrections:
        connection.execute(_CORRECT, corrections)
    return versions


def differences(engine: Engine, connection: Connection) -> list[RecordKey]:
    """Every record whose body is not what its projection makes now. Empty in a healthy database."""
    rows = {(row.scope, row.kind, row.id): row.body for row in connection.execute(select(record))}
    bodies = project(engine, connection, [Touch(kind, scope_id, id) for scope_id, kind, id in rows])
    return [key for key, body in rows.items() if bodies.get(key) != (body and open_(body))]


def _raise(dialect: str) -> Executable:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(scope)
    made = made.values({"id": bindparam("id"), "version": EMPTY + 1})
    return made.on_conflict_do_update(index_elements=["id"], set_={"version": scope.c.version + 1}).returning(
        scope.c.id, scope.c.version
    )


def _write(dialect: str) -> Executable:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(record)
    fresh = made.excluded
    return made.on_conflict_do_update(
        index_elements=["scope", "kind", "id"], set_={"version": fresh.version, "body": fresh.body, "mark": fresh.mark}
    )


_RAISE = {dialect: _raise(dialect) for dialect in ("postgresql", "sqlite")}
_WRITE = {dialect: _write(dialect) for dialect in ("postgresql", "sqlite")}
_CORRECT = update(scope).where(scope.c.id == bindparam("scope")).values(version=bindparam("last"))
_HELD = select(record.c.id, record.c.body, record.c.mark).where(
    record.c.scope == bindparam("scope"),
    record.c.kind == bindparam("kind"),
    among(record.c.id, "ids"),
)

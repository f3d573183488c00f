"""Somebody has left the organisation: nothing of them stays, and their phones are told to wipe themselves.

Goes by what the copy of a person's own data goes by (server/own_copy.py), so a table that a feature adds later is
emptied of them too. Knows no page, no kind of action and no feature by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, delete, select

from server import members, sessions
from server.own_copy import OPAQUE, owned
from server.people import Person, own_scope
from sync import Engine, Touch, publish
from sync.push import take_turns
from sync.tables import record, scope

OWN = ("person:", "member:")  # scopes that only one person ever holds


def leave(connection: Connection, engine: Engine, person: str, now: int) -> None:
    """Once for good. Others' phones get tombstones of what they were shown; scopes that only this person held go
    whole, as nobody will ever ask for them again."""
    take_turns(connection, person)
    mine = members.own(engine.key, members.networks(connection), person)
    hidden = [*mine.by_network.values(), mine.asking]
    shared = list(_shared(connection))
    sessions.end_for_good(connection, person, now)
    touched = members.forget(connection, engine.key, person)
    for table, name in OPAQUE:
        connection.execute(delete(table).where(name.in_([members.id_of(each) for each in hidden])))
    for table, owner in reversed(list(owned())):  # what hangs on other rows first
        connection.execute(delete(table).where(owner == person))
    connection.execute(delete(Person).where(Person.id == person))
    publish(engine, connection, [*touched, *shared])
    for held, name in ((record, record.c.scope), (scope, scope.c.id)):
        connection.execute(delete(held).where(name.in_([own_scope(person), *hidden])))


def _shared(connection: Connection) -> Iterator[Touch]:
    """Every record that others hold is made again: whatever of it was about this person is then not in it."""
    held = select(record.c.kind, record.c.scope, record.c.id).where(
        record.c.body.is_not(None), *(record.c.scope.not_like(f"{own}%") for own in OWN)
    )
    return (Touch(kind, scope, id) for kind, scope, id in connection.execute(held))

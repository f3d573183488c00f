"""Once a day: what names nobody is written again, so that it cannot be put beside what was written with it.

A row that says nothing of a person still lies where it was put and, on PostgreSQL, carries the number of the
transaction that wrote it, which the rows of a person carry too. docs/traces.md says what is left until then.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from server.db import Db

# Table, which of its rows, and the order they are written in. Each line is one transaction, that waits for writers and
# lets none in; tables of one line are locked in the order in which a push locks them.
NAMELESS = (
    (("membership", "person_id IS NULL", "id"),),
    (("network_asked", "true", "asker, topic"),),
    (("notice_member", "true", "member, notice_id"),),
    (("notice_read", "true", "reader, notice_id"),),
    (("anonymous_count", "true", "kind, area, month"),),
    (("anonymous_id", "true", "id"),),
    (("action", "person = ''", "id"),),
    (("scope", "id LIKE 'member:%'", "id"), ("record", "scope LIKE 'member:%'", "scope, kind, id")),
)
WAIT_SECONDS = 10


async def blur(db: Db) -> None:
    if db.is_sqlite:
        await asyncio.to_thread(_vacuum, make_url(db.url).database or "")
        return
    for tables in NAMELESS:
        await db.write(_again(tables))


def _vacuum(file: str) -> None:
    """The whole file again, each table in the order of its key, and an empty log beside it. Writers wait."""
    with closing(sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _again(tables: tuple[tuple[str, str, str], ...]) -> Callable[[Connection], None]:
    """Deleted and put back, not updated: an updated row may stay on its page, and so beside its neighbours."""

    def write(connection: Connection) -> None:
        for table, which, order in tables:
            connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
            gone = f"DELETE FROM {table} WHERE {which} RETURNING *"  # noqa: S608 every word is from the list above
            again = f"INSERT INTO {table} SELECT * FROM gone ORDER BY {order}"  # noqa: S608
            connection.execute(text(f"WITH gone AS ({gone}) {again}"))

    return write

"""A column in a list of texts: the same answer on both databases, and no table is read from end to end for it."""

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.among import among, listed
from sync.tables import record
from tests.sync.conftest import Store

ROWS = 2000
WANTED = sa.select(record.c.scope).where(
    among(record.c.scope, "scopes"), record.c.kind == "thing", record.c.body.is_not(None)
)
SCOPES = ["s7", "s1999", "s2", "elsewhere", 'O\'Neil, "and" more']


def fill(connection: Connection) -> None:
    rows = [{"scope": f"s{n}", "kind": "thing", "id": "t", "version": 2, "body": "{}"} for n in range(ROWS)]
    connection.execute(record.insert(), rows)


def plan(connection: Connection) -> str:
    text = str(WANTED.compile(connection, compile_kwargs={"render_postcompile": True}))
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (listed(SCOPES), "thing"))
        return "\n".join(row[3] for row in found)
    connection.exec_driver_sql("ANALYZE record")
    found = connection.exec_driver_sql(f"EXPLAIN {text}", (listed(SCOPES), "thing"))
    return "\n".join(row[0] for row in found)


def test_what_is_in_the_list_is_found_and_nothing_else(store: Store) -> None:
    store.run(fill)
    found = store.run(lambda connection: connection.execute(WANTED, {"scopes": listed(SCOPES)}).scalars().all())
    assert sorted(found) == ["s1999", "s2", "s7"]


def test_each_text_is_looked_up_in_the_index_however_many_rows_there_are(store: Store) -> None:
    store.run(fill)
    found = store.run(plan)
    assert "SCAN record" not in found and "Seq Scan on record" not in found
    assert "SEARCH record USING" in found or "Index Scan" in found

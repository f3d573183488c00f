"""Which collection points there are, as phones are told. Knows no stock, no permission and no page."""

from __future__ import annotations

from sqlalchemy import Connection, select

from server.people import PUBLIC
from sync.tables import record

PLACES = (
    select(record.c.id)
    .where(record.c.scope == PUBLIC, record.c.kind == "place", record.c.body.is_not(None))
    .order_by(record.c.id)
)


def places(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(PLACES).scalars())


def desk_scope(place: str) -> str:
    """Where those who hand things over there hold what they need for it."""
    return f"place:{place}"

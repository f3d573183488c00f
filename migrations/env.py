"""Runs migrations on SQLite and PostgreSQL over the app's tables and the engine's."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from server.db import postgresql_engine, sqlite_engine
from server.tables import METADATA

ONE_AT_A_TIME = 4_711_001  # the lock that two `release` steps starting at once wait for


def run(connection: Connection, /, **options: Any) -> None:
    context.configure(connection=connection, target_metadata=METADATA, **options)
    with context.begin_transaction():
        context.run_migrations()


def on_sqlite(url: str) -> None:
    """Changing a table means copying it, and with foreign keys on its children would be deleted with the old one."""
    engine = sqlite_engine(url)
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            run(connection, render_as_batch=True)
            if connection.execute(text("PRAGMA foreign_key_check")).first():
                raise RuntimeError("The migration would leave rows that point nowhere. Nothing was changed.")
    engine.dispose()


async def on_postgresql(url: str) -> None:
    engine = postgresql_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        await connection.run_sync(run)
    await engine.dispose()


url = context.config.attributes["url"]
if url.startswith("sqlite"):
    on_sqlite(url)
else:
    asyncio.run(on_postgresql(url))

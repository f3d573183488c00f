"""A database of each kind with the engine's tables and the small domain, and one way to run work on both."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import sync
from tests.databases import new_database
from tests.sync import domain
from tests.sync.endpoint import START, memory

R = TypeVar("R")


class Store:
    """`run` is one transaction, as the app's Db.write makes it: SQLite, or PostgreSQL by asyncpg and `run_sync`."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run_in_transaction = run
        self.now = START
        self.engine = domain.ENGINE

    def run(self, work: Callable[..., R], *args: Any, **more: Any) -> R:
        result: R = self.run_in_transaction(work, *args, **more)
        return result

    def push(self, person: str, device: str | None, *actions: dict[str, Any] | msgspec.Raw, **more: Any) -> sync.Pushed:
        sent = {"now": self.now, "sent_at": self.now} | more
        return self.run(lambda connection: sync.push(self.engine, connection, person, device, actions, **sent))

    def pull(self, person: str, cursors: dict[str, int] | None = None, **more: Any) -> sync.Pulled:
        def work(connection: Connection) -> sync.Pulled:
            return sync.pull(self.engine, connection, domain.scopes_of(connection, person), cursors or {}, **more)

        return self.run(work)

    def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in self.run(lambda connection: connection.execute(query).mappings().all())]

    def break_(self, place: str | None) -> None:
        def work(connection: Connection) -> None:
            connection.execute(domain.fault.delete())
            if place:
                connection.execute(domain.fault.insert(), {"place": place})

        self.run(work)


def set_up(connection: Connection) -> None:
    sync.metadata.create_all(connection)
    domain.tables.create_all(connection)
    sync.ensure_epoch(connection)


def on_sqlite(_: Path) -> Iterator[Store]:
    engine = memory()

    def run(work: Callable[..., R], *args: Any, **more: Any) -> R:
        with engine.begin() as connection:
            return work(connection, *args, **more)

    run(set_up)
    yield Store(run)
    engine.dispose()


def on_postgresql(url: str) -> Iterator[Store]:
    with asyncio.Runner() as runner:
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:", 1))

        async def begin(work: Callable[..., R], *args: Any, **more: Any) -> R:
            async with engine.begin() as connection:
                return await connection.run_sync(work, *args, **more)

        def run(work: Callable[..., R], *args: Any, **more: Any) -> R:
            return runner.run(begin(work, *args, **more))

        yield Store(run)
        runner.run(engine.dispose())


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    with new_database(postgresql_url) as url:
        for store in on_postgresql(url):
            store.run(set_up)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Empty but for its epoch; the test runs once on each kind of database."""
    if request.param == "sqlite":
        yield from on_sqlite(tmp_path)
        return
    for made in on_postgresql(request.getfixturevalue("postgresql_database")):
        made.run(empty)
        yield made


def empty(connection: Connection) -> None:
    for table in [*sync.metadata.sorted_tables, *domain.tables.sorted_tables]:
        connection.execute(table.delete())
    sync.ensure_epoch(connection)

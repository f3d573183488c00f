"""The one way to the database, on both kinds: nothing lost, nothing half done, one snapshot a read."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from server.db import Db

pytestmark = pytest.mark.anyio

RAISE = text("UPDATE scope SET version = version + 1 WHERE id = :id")
READ = text("SELECT version FROM scope WHERE id = :id")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Db]:
    opened = Db(database_url)
    opened.open()
    await opened.write(_scopes)
    yield opened
    await opened.close()


def _scopes(connection: Connection) -> None:
    for id in ("a", "b"):
        _new(connection, id)


def _new(connection: Connection, id: str) -> None:
    connection.execute(text("INSERT INTO scope (id, version) VALUES (:id, 0)"), {"id": id})


def _raise(connection: Connection, *ids: str) -> None:
    for id in ids:
        connection.execute(RAISE, {"id": id})


def _version(connection: Connection, id: str) -> int:
    return int(connection.execute(READ, {"id": id}).scalar_one())


async def test_no_increment_is_lost_between_many_writers(db: Db) -> None:
    await asyncio.gather(*(db.write(_raise, "a") for _ in range(60)))
    assert await db.read(_version, "a") == 60


async def test_a_write_that_raises_leaves_nothing(db: Db) -> None:
    def half(connection: Connection) -> None:
        _raise(connection, "a")
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(half)
    assert await db.read(_version, "a") == 0
    await db.write(_raise, "a")
    assert await db.read(_version, "a") == 1


async def test_of_writes_that_share_a_commit_only_the_failed_one_is_undone(db: Db) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(RAISE, {"id": "a"})
        raise LookupError

    answers = await asyncio.gather(
        db.write(_raise, "a"), db.write(fail), db.write(_raise, "a"), db.write(_raise, "b"), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [type(None), LookupError, type(None), type(None)]
    assert await db.read(_version, "a") == 2
    assert await db.read(_version, "b") == 1


async def test_nobody_is_told_of_a_write_before_its_commit(db: Db) -> None:
    """Whoever is answered finds it in a snapshot of their own."""

    async def write_then_look(number: int) -> bool:
        await db.write(_new, f"s{number}")
        return await db.read(_version, f"s{number}") == 0

    assert all(await asyncio.gather(*map(write_then_look, range(40))))


async def test_writers_that_lock_each_other_out_both_get_through(db: Db) -> None:
    """On PostgreSQL this is a real deadlock, and the one that lost runs again as a whole."""

    def slowly(connection: Connection, *ids: str) -> None:
        for id in ids:
            connection.execute(RAISE, {"id": id})
            if not db.is_sqlite:
                connection.exec_driver_sql("SELECT pg_sleep(0.1)")

    await asyncio.gather(db.write(slowly, "a", "b"), db.write(slowly, "b", "a"))
    assert await db.read(_version, "a") == await db.read(_version, "b") == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_that_the_server_closed_are_noticed_by_nobody(db: Db) -> None:
    await asyncio.gather(*(db.read(_version, "a") for _ in range(4)))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    await db.write(lambda c: c.execute(text(f"{others} AND pid <> pg_backend_pid()")).all())
    await asyncio.gather(*(db.write(_raise, "a") for _ in range(6)), *(db.read(_version, "b") for _ in range(6)))
    assert await db.read(_version, "a") == 6


async def test_a_read_sees_one_moment_and_cannot_write(db: Db) -> None:
    first = threading.Event()

    def twice(connection: Connection) -> tuple[int, int]:
        before = _version(connection, "a")
        first.set()
        if not db.is_sqlite:  # there a read runs on the loop itself, and nothing can come between
            connection.exec_driver_sql("SELECT pg_sleep(0.2)")
        return before, _version(connection, "a")

    async def between() -> None:
        await asyncio.to_thread(first.wait)
        await db.write(_raise, "a")

    seen, _ = await asyncio.gather(db.read(twice), between())
    assert seen == (0, 0)
    with pytest.raises(DBAPIError):
        await db.read(_raise, "a")


async def test_one_row_straight_from_the_driver(db: Db) -> None:
    await db.write(_raise, "b")
    statements = {"sqlite": "SELECT id, version FROM scope WHERE id = ?1"}
    statements["postgresql"] = "SELECT id, version FROM scope WHERE id = $1"
    assert await db.row(statements, "b") == ("b", 1)
    assert await db.row(statements, "c") is None


async def test_it_can_be_closed_and_opened_again(database_url: str) -> None:
    db = Db(database_url)
    for _ in range(2):
        db.open()
        assert await db.read(lambda connection: connection.execute(text("SELECT 1")).scalar()) == 1
        await db.close()
    with pytest.raises(RuntimeError):
        await db.read(_version, "a")

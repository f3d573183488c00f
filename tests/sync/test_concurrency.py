"""Many at once, on real PostgreSQL: what rules about order and locks are for. Every task has its own connection, and
waits where PostgreSQL makes it wait."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import sync
from sync import Touch
from sync.tables import record
from tests.sync import conftest, domain
from tests.sync.acts import act, add
from tests.sync.endpoint import START

R = TypeVar("R")
A_MOMENT = 0.3  # long enough for a statement that does not have to wait

pytestmark = pytest.mark.anyio


class Several:
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def run(self, work: Callable[..., R], *args: Any) -> R:
        async with self.engine.begin() as connection:
            return await connection.run_sync(work, *args)

    async def push(self, person: str, device: str | None, *actions: dict[str, Any]) -> sync.Pushed:
        return await self.run(pushing, person, device, actions)

    async def pull(self, person: str, cursors: dict[str, int]) -> sync.Pulled:
        """In one snapshot, as the endpoint does it."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                return await connection.run_sync(pulling, person, cursors)


def pushing(connection: Connection, person: str, device: str | None, actions: Any) -> sync.Pushed:
    return sync.push(domain.ENGINE, connection, person, device, actions, now=START, sent_at=START)


def pulling(connection: Connection, person: str, cursors: dict[str, int]) -> sync.Pulled:
    return sync.pull(domain.ENGINE, connection, domain.scopes_of(connection, person), cursors)


@asynccontextmanager
async def several(url: str) -> AsyncIterator[Several]:
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:", 1), pool_size=12)
    try:
        made = Several(engine)
        await made.run(conftest.empty)
        yield made
    finally:
        await engine.dispose()


class Reader:
    """Holds what it was sent, as a phone does."""

    def __init__(self, person: str) -> None:
        self.person = person
        self.cursors: dict[str, int] = {}
        self.held: dict[tuple[str, str, str], tuple[int, str]] = {}

    async def pull(self, database: Several) -> None:
        pulled = await database.pull(self.person, self.cursors)
        for scope, changes in pulled.scopes.items():
            assert changes is not None
            self.cursors[scope] = changes.to
            for id, kind, body, version in changes.docs:
                self.held[scope, kind, id] = (version, bytes(body).decode())


async def same_as_server(database: Several, reader: Reader) -> None:
    def look(connection: Connection) -> dict[tuple[str, str, str], tuple[int, str]]:
        rows = connection.execute(sa.select(record).where(record.c.scope.in_(reader.cursors)))
        return {(row.scope, row.kind, row.id): (row.version, row.body or "null") for row in rows}

    assert reader.held == await database.run(look), "the reader missed nothing"
    assert await database.run(lambda connection: sync.differences(domain.ENGINE, connection)) == []


async def finish(*tasks: Awaitable[Any]) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*tasks)


async def test_a_reader_misses_nothing_of_a_writer_that_commits_late(postgresql_database: str) -> None:
    async with several(postgresql_database) as database:
        reader = Reader("cat")
        await reader.pull(database)
        async with database.engine.connect() as slow:
            await slow.begin()
            await slow.run_sync(pushing, "ann", "d1", [add("slow", tally="t1")])
            quick = asyncio.create_task(database.push("bob", "d2", add("quick", tally="t2")))
            await asyncio.sleep(A_MOMENT)
            await reader.pull(database)
            await slow.commit()
        await finish(quick)
        await reader.pull(database)
        await same_as_server(database, reader)


async def test_readers_miss_nothing_while_many_write(postgresql_database: str) -> None:
    async with several(postgresql_database) as database:
        reader = Reader("person0")
        choose = random.Random(7)

        async def write(writer: int) -> None:
            for number in range(15):
                token = f"{writer}-{number}"
                groups = choose.sample(["g1", "g2", "g3"], 2)
                posted = act("post.write", group=groups[0], token=token), act("post.move", token=token, group=groups[1])
                await database.push(f"person{writer}", f"d{writer}", *posted, add(token))

        async def read() -> None:
            for _ in range(40):
                await reader.pull(database)

        for group in ("g1", "g2", "g3"):
            await database.push("person0", "d0", act("group.join", group=group))
        await finish(*(write(writer) for writer in range(6)), read())
        await reader.pull(database)
        await same_as_server(database, reader)
        assert reader.held["public", "tally", "t1"][1] == '{"total":90}'


async def test_two_writers_of_one_record_both_count(postgresql_database: str) -> None:
    async with several(postgresql_database) as database:
        async with database.engine.connect() as slow:
            await slow.begin()
            await slow.run_sync(pushing, "ann", "d1", [add("slow")])
            quick = asyncio.create_task(database.push("bob", "d2", add("quick")))
            await asyncio.sleep(A_MOMENT)
            await slow.commit()
        await finish(quick)
        reader = Reader("cat")
        await reader.pull(database)
        await same_as_server(database, reader)
        assert reader.held["public", "tally", "t1"][1] == '{"total":2}'


async def test_nobody_deadlocks_over_scopes(postgresql_database: str) -> None:
    """Everybody touches all of many scopes, each in an order of their own."""
    choose = random.Random(7)
    scopes = [f"group:{number}" for number in range(60)]

    def publish(connection: Connection, order: list[str]) -> None:
        sync.publish(domain.ENGINE, connection, [Touch("post", scope, "x", choice=True) for scope in order])

    async with several(postgresql_database) as database:

        async def write() -> None:
            for _ in range(12):
                await database.run(publish, choose.sample(scopes, len(scopes)))

        await finish(*(write() for _ in range(8)))


async def test_the_same_request_many_times_at_once_takes_effect_once(postgresql_database: str) -> None:
    actions = [add(f"t{number}") for number in range(5)]
    async with several(postgresql_database) as database:
        doubles = [database.push("ann", device, *actions) for device in ("d1", "d1", "d2", None) * 3]
        told = await asyncio.gather(*doubles)
        assert all(pushed.outcomes == told[0].outcomes for pushed in told)

        def effects(connection: Connection) -> list[str]:
            return sorted(connection.execute(sa.select(domain.effect.c.token)).scalars())

        assert await database.run(effects) == [f"t{number}" for number in range(5)]


async def test_a_request_that_the_database_wants_again_is_counted_as_no_try(postgresql_database: str) -> None:
    @sync.action("swap", says="Swap")
    def swap(context: sync.Context, args: domain.Move) -> None:
        for thing in (args.token, args.group):
            context.connection.execute(sa.update(domain.post).where(domain.post.c.id == thing).values(text="new"))
            context.connection.execute(sa.text(f"SELECT pg_sleep({A_MOMENT})"))

    engine = sync.Engine.of([swap], [], domain.KEY)

    def work(connection: Connection, person: str, given: dict[str, Any]) -> sync.Pushed:
        return sync.push(engine, connection, person, "d", [given], now=START, sent_at=START)

    def prepare(connection: Connection) -> None:
        rows = [{"id": id, "group": "g1", "text": ""} for id in ("x", "y")]
        connection.execute(domain.post.insert(), rows)

    async with several(postgresql_database) as database:
        await database.run(prepare)
        ways = act("swap", token="x", group="y"), act("swap", token="y", group="x")
        ended = await asyncio.gather(
            database.run(work, "ann", ways[0]), database.run(work, "bob", ways[1]), return_exceptions=True
        )
        failed = [end for end in ended if isinstance(end, DBAPIError)]
        assert len(failed) == 1
        assert sync.retryable(failed[0])
        counted = await database.run(lambda connection: connection.execute(sa.select(sync.tables.later)).all())
        assert counted == []

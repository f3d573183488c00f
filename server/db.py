"""One way to run code on the database: plain functions of a synchronous Connection, the same on SQLite and PostgreSQL.

SQLite: one connection that writes and one that reads, both on the event loop itself (measured faster than on threads).
PostgreSQL: asyncpg, and the same functions inside `run_sync`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, Table, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

from sync import retryable

P = ParamSpec("P")
R = TypeVar("R")

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a phone forgets its copy on our word, so the word must survive a power cut
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-32000",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
    "secure_delete=ON",  # what was deleted is overwritten, not only left out
)
TRIES = 3
SHARE = 16  # writes in one commit; more would only make the first of them wait
RAW_CONNECTIONS = 5


NAMES = {  # so that a migration can name what it changes, on both databases
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The app's own tables. The engine's are in `sync.tables`."""

    metadata = MetaData(naming_convention=NAMES)


def table(of: type[Base]) -> Table:
    """Statements below the handlers are of tables, not classes: they give plain rows, and far quicker."""
    return cast(Table, of.__table__)


class Writing(SQLiteDialect_pysqlite):
    """A write takes its lock at once, so nobody hears "locked" later. Said here and not by an event on the engine:
    with one event there, every statement of every transaction asks for listeners, a twentieth of a push."""

    supports_statement_cache = True
    begin = "BEGIN IMMEDIATE"

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.execute(self.begin)


class Reading(Writing):
    supports_statement_cache = True
    begin = "BEGIN"


registry.register("sqlite.writing", __name__, "Writing")
registry.register("sqlite.reading", __name__, "Reading")


def sqlite_engine(url: str, drivername: str = "sqlite+writing") -> Engine:
    """The driver never begins a transaction by itself: the dialect does."""
    location = make_url(url).set(drivername=drivername)
    if location.database:
        Path(location.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(location, poolclass=NullPool, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def postgresql_engine(url: str, **options: Any) -> AsyncEngine:
    """Phones ask by key. A plan is kept as long as its connection, so one made while a table was nearly empty would go
    on reading all of it when it has grown: plans take the index from the first day."""
    by_key = {"server_settings": {"enable_seqscan": "off"}}
    return create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), connect_args=by_key, **options)


class Job(NamedTuple):
    run: Callable[[Connection], Any]
    answer: asyncio.Future[Any]


class Sqlite:
    """One connection that writes and one that reads. Python runs on the loop, only the disk is waited for on a thread:
    with the writes themselves on a thread, handing the interpreter to and fro took a fifth of the time of a push.

    Writes that wait for each other share a commit, because waiting for the disk is most of what a small one costs.
    A write is short; long work goes in pieces.
    """

    def __init__(self, url: str) -> None:
        self._engine = sqlite_engine(url)
        self._thread = ThreadPoolExecutor(1, "db-write")
        self._writer = self._thread.submit(self._engine.connect).result()
        self._savepoint = cast(Any, self._writer.connection.driver_connection)
        self._waiting: deque[Job] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._reading = sqlite_engine(url, "sqlite+reading")
        self._reader = self._reading.connect()
        self._raw = cast(Any, self._reader.connection.driver_connection)
        self._raw.execute("PRAGMA query_only=ON")

    async def write(self, run: Callable[[Connection], R]) -> R:
        job = Job(run, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        answer: R = await job.answer
        return answer

    async def _write_waiting(self) -> None:
        while self._waiting:
            jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), SHARE))]
            _answer(jobs, await self._commit(jobs))

    async def _commit(self, jobs: list[Job]) -> list[Any]:
        """What each answered or raised. What one raised is undone by its savepoint; a failed commit fails them all."""
        on_disk = partial(asyncio.get_running_loop().run_in_executor, self._thread)
        outcomes = []
        try:
            await on_disk(self._writer.begin)
            for job in jobs:
                outcomes.append(self._attempt(job))
                await asyncio.sleep(0)  # between two writes, others have their turn
            await on_disk(self._writer.commit)
        except Exception as fault:
            await on_disk(self._writer.rollback)
            return [Raised(fault)] * len(jobs)
        return outcomes

    def _attempt(self, job: Job) -> Any:
        self._savepoint.execute("SAVEPOINT job")
        try:
            answer = job.run(self._writer)
        except Exception as fault:
            self._savepoint.execute("ROLLBACK TO SAVEPOINT job")
            answer = Raised(fault)
        self._savepoint.execute("RELEASE SAVEPOINT job")
        return answer

    async def read(self, run: Callable[[Connection], R]) -> R:
        with self._reader.begin():
            return run(self._reader)

    async def row(self, statements: Mapping[str, str], *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._raw.execute(statements["sqlite"], values).fetchone()
        return row

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        self._reader.close()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
        self._thread.shutdown()
        self._engine.dispose()
        self._reading.dispose()


class Raised(NamedTuple):
    fault: Exception


def _answer(jobs: list[Job], outcomes: list[Any]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        if job.answer.done():  # whoever asked has gone; the write stands
            continue
        if isinstance(outcome, Raised):
            job.answer.set_exception(outcome.fault)
        else:
            job.answer.set_result(outcome)


class Postgresql:
    """A read sees one snapshot. A write that lost a race runs again as a whole, which exactly-once makes safe. So does
    what met a connection that the server had closed: asking each time whether it is open costs every request a trip."""

    def __init__(self, url: str) -> None:
        self._engine = postgresql_engine(url, pool_size=10, max_overflow=5)
        self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._opening = asyncio.Lock()
        self._raw: asyncpg.Pool | None = None

    async def write(self, run: Callable[[Connection], R]) -> R:
        return await self._run(self._engine, run)

    async def read(self, run: Callable[[Connection], R]) -> R:
        return await self._run(self._readers, run)

    async def _run(self, engine: AsyncEngine, run: Callable[[Connection], R]) -> R:
        for left in reversed(range(TRIES)):
            try:
                async with engine.begin() as connection:
                    return await connection.run_sync(run)
            except DBAPIError as fault:
                if left == 0 or not (retryable(fault) or fault.connection_invalidated):
                    raise
        raise AssertionError("the last try returns or raises")

    async def row(self, statements: Mapping[str, str], *values: Any) -> tuple[Any, ...] | None:
        pool = await self._raw_pool()
        row = await pool.fetchrow(statements["postgresql"], *values)
        return None if row is None else tuple(row)

    async def _raw_pool(self) -> asyncpg.Pool:
        """Made at the first use: it belongs to the loop that uses it. Nothing is ever left behind to reset."""
        async with self._opening:
            if self._raw is None:
                self._raw = await asyncpg.create_pool(self._url, min_size=1, max_size=RAW_CONNECTIONS, reset=_nothing)
        return self._raw

    async def close(self) -> None:
        if self._raw is not None:
            await self._raw.close()
        await self._engine.dispose()


async def _nothing(_connection: asyncpg.Connection) -> None:
    return None


class Db:
    """Opened in the app's lifespan, so that one app can be started more than once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._opened: Sqlite | Postgresql | None = None

    def open(self) -> None:
        self._opened = Sqlite(self.url) if self.is_sqlite else Postgresql(self.url)

    async def close(self) -> None:
        if self._opened:
            await self._opened.close()
        self._opened = None

    async def read(self, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
        return await self._database.read(lambda connection: run(connection, *args, **named))

    async def write(self, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
        """One transaction: committed when this answers, gone if it raises."""
        return await self._database.write(lambda connection: run(connection, *args, **named))

    async def row(self, statements: Mapping[str, str], *values: Any) -> tuple[Any, ...] | None:
        """The first row of one statement, straight through the driver: for the look that nearly every request takes.
        `statements` is by dialect; one statement sees one snapshot."""
        return await self._database.row(statements, *values)

    @property
    def _database(self) -> Sqlite | Postgresql:
        if self._opened is None:
            raise RuntimeError("The database is not open yet.")
        return self._opened

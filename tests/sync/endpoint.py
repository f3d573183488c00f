"""The smallest server around the engine: what POST /sync does, on a database in memory that can be copied, put back and
switched off at any moment. Stands in for server/sync_api.py."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, event

import sync
from sync.wire import MAX_RECORDS, Reply, decode_request, encode_reply
from tests.sync import domain

START = 1_760_000_000_000
R = TypeVar("R")


class Killed(Exception):
    """The process ended here."""


def memory() -> sa.Engine:
    """One connection, shared by every history: the statements stay compiled, only the pages are put back."""
    made = sa.create_engine("sqlite://", poolclass=sa.StaticPool)

    @event.listens_for(made, "connect")
    def connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


DATABASE = memory()


def raw() -> sqlite3.Connection:
    with DATABASE.connect() as connection:
        driver: Any = connection.connection.driver_connection
    return driver  # type: ignore[no-any-return]


def copy_of(database: sqlite3.Connection) -> sqlite3.Connection:
    """Page by page. SQLite 3.40's own `deserialize` crashes where a compiled statement uses json_each."""
    made = sqlite3.connect(":memory:")
    database.backup(made)
    return made


def empty() -> sqlite3.Connection:
    with DATABASE.begin() as connection:
        sync.metadata.create_all(connection)
        domain.tables.create_all(connection)
        sync.ensure_epoch(connection)
    return copy_of(raw())


EMPTY = empty()


class Endpoint:
    def __init__(self, page: int = MAX_RECORDS) -> None:
        self.now = START
        self.engine = domain.ENGINE
        self.page = page
        self.mended = 0
        self.seen: Counter[str] = Counter()
        EMPTY.backup(raw())

    def copy(self) -> sqlite3.Connection:
        return copy_of(raw())

    def put_back(self, copy: sqlite3.Connection) -> None:
        copy.backup(raw())
        self.run(sync.new_epoch)

    def run(self, work: Callable[..., R], *args: Any, **more: Any) -> R:
        with DATABASE.begin() as connection:
            return work(connection, *args, **more)

    def answer(self, person: str, body: bytes, *, dies: str = "") -> bytes:
        """The reply, empty for 204. `dies` names the moment at which the process is killed, if it is."""
        request = decode_request(body)
        with DATABASE.begin() as connection:
            epoch = sync.current_epoch(connection)
            scopes = domain.scopes_of(connection, person)
            if other := sync.other_epoch(connection, request.epoch):
                self.seen["other epoch"] += 1
                return msgspec.json.encode({"epoch": other})
            quiet = request.epoch and not request.actions and not request.check
            if quiet and sync.unchanged(connection, scopes, request.cursors):
                return b""
        pushed = sync.Pushed([], False, {})
        if request.actions:
            with DATABASE.begin() as connection:
                pushed = sync.push(
                    self.engine,
                    connection,
                    person,
                    request.device,
                    request.actions,
                    now=self.now,
                    sent_at=request.sent_at,
                )
                if dies == "before commit":
                    raise Killed
            if dies == "after commit":
                raise Killed
        with DATABASE.begin() as connection:
            scopes = domain.scopes_of(connection, person)
            pulled = sync.pull(self.engine, connection, scopes, request.cursors, request.check, limit=self.page)
        self.mended += len(pulled.mended)
        self.note(pushed, pulled)
        reply = Reply(
            epoch=epoch,
            now=self.now,
            person=person,
            next=300,
            more=pulled.more,
            new_device=pushed.new_device or msgspec.UNSET,
            outcomes=pushed.outcomes,
            scopes=pulled.scopes,
        )
        return encode_reply(reply)

    def note(self, pushed: sync.Pushed, pulled: sync.Pulled) -> None:
        self.seen["new device"] += pushed.new_device
        self.seen["another page"] += pulled.more
        for _, outcome, code, _ in pushed.outcomes:
            self.seen[code or outcome] += 1
        for changes in pulled.scopes.values():
            self.seen["left" if changes is None else "reset" if changes.reset else "changes"] += 1

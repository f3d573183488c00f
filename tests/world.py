"""The cast for tests: the demo world in a database of its own, phones that sync with it and people who use its pages.

A Phone speaks to the engine as a real one does; a Person speaks HTTP to the real app, as a browser without JavaScript.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from sqlalchemy import Connection, text

from pwa.pages import Page
from server import demo
from server.access import scopes_of
from server.app import create_app
from server.commands import fill
from server.config import Config
from server.db import Db
from server.features import engine, load_content
from sync import Changes, Pulled, Touch, publish, pull, push
from sync.wire import Outcome
from tests.databases import new_database, sqlite_url

P = ParamSpec("P")
R = TypeVar("R")

DAY = 86_400_000
DEVICE_REMOVED, LOG_IN = "device_removed", "log_in"


# Of each kind of record that has a page, whose page is looked at.
EXAMPLES = {"pledge": "p1", "module": "m1", "network": "n1", "guide": "g1", "hand_over": "c1"}


AT_DESKS = {"hand_over": ("helper", "coordinator")}  # whose pages of such a record alone open, of the cast


def reader(page: Page) -> str:
    """Somebody of the cast for whom the page opens."""
    return AT_DESKS[page.of][0] if page.of in AT_DESKS else "nurse"


def path_of(page: Page) -> str:
    return page.path.replace(f"{{{page.of}}}", EXAMPLES[page.of]) if page.of else page.path


class World:
    """A database with the demo world in it. `now` is what the engine is told; a test may move it."""

    def __init__(self, url: str) -> None:
        self.config = Config.for_tests(database_url=url, public_url="http://127.0.0.1:8000")
        self.engine = engine(self.config)
        self.now = time.time_ns() // 1_000_000
        self._closing = ExitStack()
        self._runner = self._closing.enter_context(asyncio.Runner())
        self._db = Db(url)
        self._runner.run(self._open())
        self._client: TestClient[Any] | None = None
        self._ids = itertools.count(1)

    async def _open(self) -> None:
        self._db.open()

    def close(self) -> None:
        self._runner.run(self._db.close())
        self._closing.close()

    def write(self, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
        return self._runner.run(self._db.write(run, *args, **named))

    def read(self, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
        return self._runner.run(self._db.read(run, *args, **named))

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        return self.read(lambda connection: [dict(row._mapping) for row in connection.execute(text(sql), values)])

    def load_content(self, folder: Path) -> None:
        self.write(lambda connection: load_content(self.engine, connection, folder))

    def republish(self, kind: str) -> None:
        """After a test changed domain rows behind the engine's back: the records follow."""
        keys = self.rows("SELECT scope, id FROM record WHERE kind = :kind", kind=kind)
        touched = [Touch(kind, each["scope"], each["id"]) for each in keys]
        self.write(lambda connection: publish(self.engine, connection, touched))

    def phone(self, key: str, device: str = "phone-1") -> Phone:
        return Phone(self, demo.person_id(key), device)

    def new_id(self) -> str:
        return f"action-{next(self._ids):08}"

    @property
    def client(self) -> TestClient[Any]:
        """The real app, started when a test first needs it."""
        if self._client is None:
            app = create_app(self.config, alone=False)
            self._client = self._closing.enter_context(TestClient(app, base_url=self.config.public_url))
        return self._client

    def log_in(self, key: str) -> Person:
        return Person(self).log_in(key)

    def nobody(self) -> Person:
        return Person(self)


class Phone:
    """One replica and one outbox, with the client's rules that matter to an apply: `seq`, `at` and `seen`."""

    def __init__(self, world: World, person: str, device: str) -> None:
        self.world, self.person, self.device = world, person, device
        self.records: dict[tuple[str, str, str], tuple[dict[str, Any] | None, int]] = {}
        self.cursors: dict[str, int] = {}
        self.outbox: list[dict[str, Any]] = []
        self.seq = 0
        self.receive()

    def do(self, kind: str, at: int | None = None, **data: Any) -> Phone:
        """Kept in the outbox: nothing is sent yet."""
        self.seq += 1
        known = self.world.engine.kinds.get(kind)
        action: dict[str, Any] = {"id": self.world.new_id(), "seq": self.seq, "kind": kind, "v": 1}
        action |= {"at": self.world.now if at is None else at, "data": data}
        if known and known.chooses:
            action["seen"] = self.version(known.chooses[0], data[known.chooses[1]])
        self.outbox.append(action)
        return self

    def send(self, sent_at: int | None = None) -> list[tuple[str, str | None]]:
        """Everything in the outbox, then what is new: answers outcome and code of each action."""
        return [(outcome, code) for _, outcome, code, _ in self.push(sent_at)]

    def push(self, sent_at: int | None = None) -> list[Outcome]:
        now = self.world.now
        pushed = self.world.write(self._push, now=now, sent_at=now if sent_at is None else sent_at)
        self.outbox = []
        self.receive()
        return pushed

    def _push(self, connection: Connection, *, now: int, sent_at: int) -> list[Outcome]:
        engine = self.world.engine
        return push(engine, connection, self.person, self.device, self.outbox, now=now, sent_at=sent_at).outcomes

    def receive(self) -> None:
        pulled = self.world.read(self._pull)
        for scope, changes in pulled.scopes.items():
            self._keep(scope, changes)

    def _pull(self, connection: Connection) -> Pulled:
        engine = self.world.engine
        return pull(engine, connection, scopes_of(connection, engine.key, self.person), self.cursors, {})

    def _keep(self, scope: str, changes: Changes | None) -> None:
        if changes is None or changes.reset:
            self.records = {key: value for key, value in self.records.items() if key[0] != scope}
            self.cursors.pop(scope, None)
        if changes is not None:
            for id, kind, body, version in changes.docs:
                self.records[scope, kind, id] = msgspec.json.decode(body), version
            self.cursors[scope] = changes.to

    def version(self, kind: str, id: str) -> int:
        return max((version for key, (_, version) in self.records.items() if key[1:] == (kind, id)), default=0)

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        return {id: body for (_, of, id), (body, _) in self.records.items() if of == kind and body is not None}

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        return self.all(kind).get(id)


class Person:
    """Somebody at a browser without JavaScript."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cookie = ""

    def log_in(self, key: str) -> Person:
        answer = self.post("/demo/log-in", person=key)
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str) -> httpx.Response:
        return self._send("GET", path)

    def do(self, kind: str, page: str, id: str = "", **fields: str) -> httpx.Response:
        return self.post(f"/do/{kind}", {"X-Action-Id": id} if id else {}, page=page, **fields)

    def post(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> httpx.Response:
        return self._send("POST", path, headers, data=fields)

    def sync(self, **message: Any) -> httpx.Response:
        return self._send("POST", "/sync", json={"v": 1, "sent_at": time.time_ns() // 1_000_000, **message})

    def _send(self, method: str, path: str, headers: Mapping[str, str] | None = None, **body: Any) -> httpx.Response:
        client = self._world.client
        client.cookies.clear()
        sent = {"Sec-Fetch-Site": "same-origin", "Cookie": self._cookie, **(headers or {})}
        answer = client.request(method, path, headers=sent, follow_redirects=False, **body)
        if given := re.match(r"[\w-]+=[^;]*", answer.headers.get("set-cookie", "")):
            self._cookie = given[0]
        return answer


@contextmanager
def open_world(url: str) -> Iterator[World]:
    world = World(url)
    try:
        yield world
    finally:
        world.close()


@pytest.fixture(scope="session")
def demo_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the demo world, to copy. DEMO_FILE names one that was made already."""
    if made := os.environ.get("DEMO_FILE"):
        return Path(made)
    migrated_file = request.getfixturevalue("migrated_file")
    file = Path(shutil.copyfile(migrated_file, tmp_path_factory.mktemp("demo") / "template.db"))
    with open_world(sqlite_url(file)) as opened:
        opened.write(fill, opened.config)
    return file


@pytest.fixture(scope="session")
def demo_template(postgresql_url: str, migrated_template: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the demo world, to copy."""
    with new_database(postgresql_url, migrated_template) as url:
        with open_world(url) as opened:
            opened.write(fill, opened.config)
        yield url.rpartition("/")[2]


@pytest.fixture
def sqlite_world(demo_file: Path, tmp_path: Path) -> Iterator[World]:
    with open_world(sqlite_url(Path(shutil.copyfile(demo_file, tmp_path / "world.db")))) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The demo world; the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_world")
        return
    server, template = request.getfixturevalue("postgresql_url"), request.getfixturevalue("demo_template")
    with new_database(server, template) as url, open_world(url) as opened:
        yield opened

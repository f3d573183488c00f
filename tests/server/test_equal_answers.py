"""Nothing that anybody else is answered depends on whether somebody joined a network in private: the same database
twice, one of them with one more private member and then without again, gives the same bytes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from server import sessions
from server.demo import person_id
from server.people import put_role
from sync import publish
from tests.databases import new_database, sqlite_url
from tests.server.onlookers import enter, routes
from tests.server.test_matrix import MATRIX
from tests.world import World, open_world

ONLOOKERS = ("chair", "vicechair", "coordinator", "admin", "manager", "staffside", "newcomer", "private", "")
WHO = "nurse"
TOKEN = "scrape-me-" + "x" * 20
SCRAPE = {"Authorization": f"Bearer {TOKEN}"}
MOMENTS = re.compile(rb'(?<="now":)\d{13}|(?<=T)\d\d:\d\d:\d\d(?=\+00:00)')

Told = dict[str, tuple[int, bytes, Mapping[str, str]]]  # by who and what was asked: status, body, headers


class Side:
    """One of the two databases, its app, and everybody's browser and phone."""

    def __init__(self, world: World, cookies: Mapping[str, str]) -> None:
        self.world = world
        world.client.headers["Accept-Encoding"] = "identity"  # packed, the size depends on the digits of the clock
        self.people = {who: enter(world, "") for who in cookies}
        for who, cookie in cookies.items():
            self.people[who]._cookie = cookie
        self.known: dict[str, dict[str, Any]] = {who: {"device": f"phone-of-{who}"} for who in cookies}
        self.cursors: dict[str, dict[str, int]] = {who: {} for who in cookies}
        self.seq = 0

    def act(self, kind: str, network: str) -> None:
        """Somebody's phone sends one private action: always one request with one action, applied."""
        self.seq += 1
        data = {"network": network} | ({"as": "member", "seen_by": "nobody", "consent": 1} if kind == "join" else {})
        action = {"id": f"action-{self.seq:08}", "seq": self.seq, "kind": f"network.{kind}", "v": 1, "data": data}
        action |= {"at": self.world.now, "seen": self._seen(network)}
        said = self.people[WHO].sync(**self.known[WHO], cursors=self.cursors[WHO], actions=[action]).json()
        assert said["outcomes"][0][1] == "applied"
        self._keep(WHO, said)

    def _seen(self, network: str) -> int:
        found = self.world.rows("SELECT version FROM record WHERE kind = 'membership' AND id = :id", id=network)
        return max([0, *(int(row["version"]) for row in found)])

    def _keep(self, who: str, said: dict[str, Any]) -> None:
        self.known[who] |= {name: said[name] for name in ("person", "epoch") if name in said}
        for scope, changes in said["scopes"].items():
            self.cursors[who] |= {scope: changes["to"]} if changes else {}

    def answers(self) -> Told:
        """Every page and file, a later pull, a pull from the start and a wrong one, for each; then the counters."""
        told: Told = {}
        for who in ONLOOKERS:
            for route, path in routes(self.world.client.app).items():
                if route.startswith("GET "):
                    self._ask(told, f"{who} {route}", "GET", MATRIX["routes"].get(route, {}).get("path", path), who)
            known = self.known[who] if who else {}
            said = self.people[who].sync(**known, cursors=self.cursors[who])
            assert said.status_code in (200, 204), (who, said.text)
            told[f"{who} later pull"] = _told(said)
            if said.status_code == 200:
                self._keep(who, said.json())
            told[f"{who} first pull"] = _told(self.people[who].sync(**{k: v for k, v in known.items() if k != "epoch"}))
        told["metrics"] = _told(self.people[""]._send("GET", "/metrics", SCRAPE))
        return told

    def _ask(self, told: Told, name: str, method: str, path: str, who: str) -> None:
        asked = path.format(**MATRIX["examples"])
        cookie = self.people[who]._cookie
        told[name] = _told(self.people[who]._send(method, asked))
        self.people[who]._cookie = cookie  # a page of the way in gives another


def _told(said: Any) -> tuple[int, bytes, Mapping[str, str]]:
    headers = {name: value for name, value in said.headers.items() if name != "date"}
    return said.status_code, MOMENTS.sub(b"0", said.content), headers


def different(one: Told, other: Told) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


@contextmanager
def twice(world: World, template: str | None, folder: Path) -> Iterator[Sequence[Side]]:
    """The world of before, with everybody logged in, copied and opened a second time."""
    cookies = {who: _log_in(world, who) for who in (*ONLOOKERS, WHO)}
    world.write(put_role, person_id("staffside"), "sponsor", "n2")
    url = world.config.database_url
    if template is None:
        world.read(lambda connection: connection.exec_driver_sql("PRAGMA wal_checkpoint").all())
        copy = folder / "second.db"
        for end in ("", "-wal"):
            shutil.copyfile(f"{make_url(url).database}{end}", f"{copy}{end}")
        with open_world(sqlite_url(copy)) as second:
            yield _sides(world, second, cookies)
        return
    server, name = template, url.rpartition("/")[2]
    world._runner.run(world._db.close())
    with new_database(server, name) as second_url, open_world(second_url) as second:
        world._db.open()
        yield _sides(world, second, cookies)


def _sides(world: World, second: World, cookies: Mapping[str, str]) -> list[Side]:
    for each in (world, second):
        each.config = replace(each.config, metrics_token=TOKEN)
    return [Side(world, cookies), Side(second, cookies)]


def _log_in(world: World, who: str) -> str:
    if not who:
        return ""
    token = sessions.new_token()

    def begin(connection: Connection) -> None:
        publish(world.engine, connection, sessions.begin(connection, person_id(who), token, "Chrome", world.now))

    world.write(begin)
    return f"session={token}"


@pytest.fixture
def sides(world: World, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sequence[Side]]:
    server = None if world.config.is_sqlite else request.getfixturevalue("postgresql_url")
    with twice(world, server, tmp_path) as both:
        for side in both:
            said = side.people[WHO].sync(**side.known[WHO])
            side._keep(WHO, said.json())
        yield both


def test_one_more_private_member_changes_no_answer_to_anybody_else(sides: Sequence[Side]) -> None:
    """The other side does as much that is private, and joins nothing: it leaves what it is not in."""
    with_, without = sides
    assert different(with_.answers(), without.answers()) == [], "the same to begin with"
    with_.act("join", "n2")
    without.act("leave", "n2")
    assert len(with_.world.rows("SELECT id FROM membership")) == 1 + len(
        without.world.rows("SELECT id FROM membership")
    )
    assert different(with_.answers(), without.answers()) == []
    with_.act("leave", "n2")
    without.act("leave", "n2")
    assert different(with_.answers(), without.answers()) == []


def test_a_live_count_of_members_would_be_seen(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is shown an answer that does depend on it: a number in a page, never mind how it is rounded."""
    with twice(sqlite_world, None, tmp_path) as (with_, without):
        for side in (with_, without):
            side._keep(WHO, side.people[WHO].sync(**side.known[WHO]).json())
            side.answers()
        projection = sqlite_world.engine.projections["network"]

        def counted(connection: Connection, keys: Any) -> Any:
            count = connection.exec_driver_sql("SELECT count(*) FROM membership").scalar_one()
            found = projection.project(connection, keys)
            return {key: {**body, "purpose": f"{count} people"} for key, body in found.items()}

        with_.act("join", "n2")
        without.act("leave", "n2")
        for side in (with_, without):
            monkeypatch.setitem(side.world.engine.projections, "network", replace(projection, project=counted))
            side.world.republish("network")
        found = different(with_.answers(), without.answers())
        assert {"chair GET /networks/{network}", "newcomer GET /networks", "admin later pull", "chair first pull"} <= {
            *found
        }
        assert not [name for name in found if name.startswith(" GET")], "and nobody logged out is told it"


def test_a_scope_that_moves_when_somebody_joins_would_be_seen(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in a body is different, only the version of the scope that the members hold."""
    with twice(sqlite_world, None, tmp_path) as (with_, without):
        for side in (with_, without):
            side._keep(WHO, side.people[WHO].sync(**side.known[WHO]).json())
            side.answers()
        with_.act("join", "n2")
        without.act("leave", "n2")
        moved = "UPDATE scope SET version = version + 1 WHERE id = 'network:n2'"
        with_.world.write(lambda connection: connection.exec_driver_sql(moved))
        found = different(with_.answers(), without.answers())
        assert {"chair later pull", "private first pull"} <= {*found} and "newcomer later pull" not in found

"""P-6: nothing tells of anybody that they did not do something. Of 40 people 20 have done what can be done, and 20 have
no record: whatever anybody can open, download or hold names none of the 20, and is the same as if they were not there,
so nothing can be found by taking one from the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, Table

from server.people import PUBLIC, Person, own_scope, put_person
from server.tables import METADATA
from sync import publish
from tests.server.onlookers import EVERYBODY, Onlooker, enter, routes, settle_in
from tests.server.test_matrix import MATRIX, answer
from tests.world import Person as Visitor
from tests.world import Phone, World

TEAMS = ("t2", "t3", "t8", "t12")  # the manager's own, another manager's, those of the onlookers, the newcomer's
LOOKING = [each for each in EVERYBODY if each.id.startswith("x-") or each.key in ("newcomer", "ally")]
FILTERS = "?team=t2&module=m1&finished=no&show=all&sort=name"
CHANGING = re.compile(r"/metrics|/log-|/log_|/static/|/sw\.js|/openapi|/health")  # no people in it, or the time of day
MOMENT = re.compile(r"T\d\d:\d\d:\d\d\+00:00")  # when a log in was last used
# What leaves a positive record of a person, named where it can be.
DONE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("module.finish", {"module": "m1", "version": 1, "gate_met": "yes"}),
    ("pledge.take", {"pledge": "p2", "version": 1, "show": "name"}),
    ("ally.request", {"scheme": "s1", "item": "i2", "collect_at": "c1"}),
    ("network.join", {"network": "n2", "as": "member", "seen_by": "committee", "consent": 1}),
)

Outputs = dict[tuple[str, str], str]


def arrive(world: World, prefix: str) -> list[str]:
    """20 people, five in each of four teams."""
    ids = [f"{prefix}{number:02}" for number in range(20)]

    def make(connection: Connection) -> None:
        for number, id in enumerate(ids):
            row = Person(
                id=id, name=f"Name of {id}", role="Nurse", team_id=TEAMS[number % 4], email=None, demo_key=None
            )
            publish(world.engine, connection, put_person(connection, row))

    world.write(make)
    return ids


def outputs(world: World, entered: Mapping[str, Visitor]) -> Outputs:
    """Everything that there is to open or to take away, and every record, by who gets it."""
    gets = {route: path for route, path in routes(world.client.app).items() if route.startswith("GET ")}
    found: Outputs = {}
    for who in LOOKING:
        person = entered[who.id]
        for route, path in gets.items():
            if not CHANGING.search(route):
                found[who.key, route] = answer(world, person, route, path).text
                if route.startswith("GET /desk"):
                    asked = MATRIX["routes"][route].get("path") or path.format(**MATRIX["examples"])
                    found[who.key, f"{route}{FILTERS}"] = person.get(f"{asked}{FILTERS}").text
        found[who.key, "records"] = _records(world, who)
    return found


def _records(world: World, who: Onlooker) -> str:
    phone = Phone(world, who.id, "a phone")
    return repr(sorted((scope, kind, id, body) for (scope, kind, id), (body, _) in phone.records.items()))


def test_nothing_that_anybody_can_get_tells_who_has_not_done_something(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = sqlite_world
    settle_in(world)
    did = arrive(world, "did")
    for id in did:
        phone = Phone(world, id, "phone")
        for kind, data in DONE:
            phone.do(kind, **data)
        assert {outcome for outcome, _ in phone.send()} == {"applied"}
    entered = {who.id: enter(world, who.id) for who in LOOKING}
    outputs(world, entered)  # a first look is written down, and then there is somebody who looked
    before = outputs(world, entered)
    without = arrive(world, "not")
    after = outputs(world, entered)
    told = "\n".join(after.values())
    assert any(f"Name of {id}" in told for id in did), "those who have done something are there to be seen"
    assert [id for id in without if id in told] == []
    assert [where for where in before if MOMENT.sub("", before[where]) != MOMENT.sub("", after[where])] == []
    with capsys.disabled():
        kinds = len({route for _, route in after})
        print(f"\n{kinds} outputs as {len(LOOKING)} people, of whom nobody is missing", end=" ")


def test_whoever_has_done_nothing_has_a_row_as_a_person_and_no_other(sqlite_world: World) -> None:
    """So there is nothing to make a list of: only what was done is kept."""
    settle_in(sqlite_world)
    without = arrive(sqlite_world, "not")
    for metadata in METADATA:
        for table in metadata.sorted_tables:
            rows = sqlite_world.read(_rows, table)
            about = [row for row in rows if any(each in str(row) for each in without)]
            if table.name in ("record", "scope"):
                own = {own_scope(each) for each in without}
                assert [row for row in about if not own & {str(each) for each in row}] == [], table.name
            else:
                assert len(about) == (len(without) if table.name == "person" else 0), table.name
    shared = sqlite_world.rows("SELECT body FROM record WHERE scope = :scope", scope=PUBLIC)
    assert [row for row in shared if any(each in str(row["body"]) for each in without)] == []


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(table.select())]

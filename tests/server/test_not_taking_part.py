"""Whoever has not taken part is on no list: 40 people, of whom 20 did everything there is to do and 20 did nothing.
Every output there is, found in the registries, is asked for by everybody there is; none of it holds one of the 20."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from server.people import PUBLIC, Person, own_scope, put_person
from server.reports import snapshots
from server.tables import METADATA
from sync import publish
from tests.server.onlookers import EVERYBODY, enter, routes, settle_in
from tests.server.test_matrix import MATRIX, answer
from tests.world import Phone, World

EACH = 20
DID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pledge.take", {"pledge": "p1", "version": 1, "show": "name"}),
    ("module.finish", {"module": "m1", "version": 1, "gate_met": "yes"}),
    ("ally.request", {"scheme": "s1", "item": "i2", "collect_at": "c1"}),
    ("network.join", {"network": "n2", "as": "member", "seen_by": "committee", "consent": 1}),
)


def id_of(number: int, did: bool) -> str:
    return f"zq{'did' if did else 'not'}{number:02}qz"


@pytest.fixture
def forty(sqlite_world: World) -> World:
    """All in one team, one that has a manager who looks at its numbers."""
    world = sqlite_world
    settle_in(world)
    people = [id_of(number, did) for did in (True, False) for number in range(EACH)]

    def make(connection: Connection) -> None:
        for id in people:
            row = Person(id=id, name=f"Name {id}", role=f"Role {id}", team_id="t2", email=f"{id}@x.org", demo_key=None)
            publish(world.engine, connection, put_person(connection, row))

    world.write(make)
    for number in range(EACH):
        phone = Phone(world, id_of(number, True), "phone-1")
        for kind, data in DID:
            phone.do(kind, **data)
        assert {outcome for outcome, _ in phone.send()} <= {"applied", "merged"}
    world.write(snapshots.take, world.engine, world.config, world.now)
    return world


def test_no_output_holds_anybody_who_has_not_taken_part(forty: World, capsys: pytest.CaptureFixture[str]) -> None:
    absent, present = ([id_of(number, did) for number in range(EACH)] for did in (False, True))
    found = {route: path for route, path in routes(forty.client.app).items() if route.startswith("GET ")}
    outputs: dict[str, str] = {}
    for who in [*EVERYBODY, None]:
        id = who.id if who else ""
        person = enter(forty, id)
        for route, path in found.items():
            asks = enter(forty, id) if "/log-in" in route else person  # these may end the log in
            outputs[f"{route} as {id or 'nobody'}"] = answer(forty, asks, route, path).text
        outputs[f"POST /sync as {id or 'nobody'}"] = person.sync(**({"device": f"of-{id}"} if id else {})).text
    told = {name for name, text in outputs.items() for each in absent if each in text}
    assert told == set()
    assert [name for name, text in outputs.items() if present[0] in text], "those who took part can be seen somewhere"
    exports = {route for route in found if MATRIX["routes"][route].get("export")}
    assert exports, "files to take away are among them"
    with capsys.disabled():
        print(f"\nnot taking part: {len(outputs)} outputs, {len(exports)} of them files for each person", end=" ")


def test_whoever_has_not_taken_part_has_a_row_as_a_person_and_no_other(forty: World) -> None:
    """So there is nothing to make a list of: only what was done is kept."""
    absent = [id_of(number, False) for number in range(EACH)]
    for metadata in METADATA:
        for table in metadata.sorted_tables:
            rows = forty.read(
                lambda connection, table: [tuple(row) for row in connection.execute(table.select())], table
            )
            about = [row for row in rows if any(each in str(row) for each in absent)]
            if table.name in ("record", "scope"):
                own = {own_scope(each) for each in absent}
                assert [row for row in about if not own & {str(each) for each in row}] == [], table.name
            else:
                assert len(about) == (EACH if table.name == "person" else 0), table.name
    shared = forty.rows("SELECT body FROM record WHERE scope = :scope", scope=PUBLIC)
    assert [row for row in shared if any(each in str(row["body"]) for each in absent)] == []

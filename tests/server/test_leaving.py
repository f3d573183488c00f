"""Somebody has left: no table holds anything of theirs, nobody else loses anything, and their phone is told."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from server import sessions
from server.demo import CAST, person_id
from server.leaving import leave
from server.members import id_of, networks, own
from server.tables import METADATA
from sync import differences
from tests.server.conftest import Run
from tests.server.test_own_copy import busy
from tests.world import DAY, World

EMAIL = "leaver@example.nhs.uk"
GONE = "private"

Leave = Callable[[str], int]


@pytest.fixture
def leaver(sqlite_world: World) -> str:
    """The private member, who did everything that leaves a row, with an address to be named by."""
    busy(sqlite_world, GONE)
    sql = f"UPDATE person SET email = '{EMAIL}' WHERE id = '{person_id(GONE)}'"
    sqlite_world.write(lambda connection: connection.exec_driver_sql(sql))
    return person_id(GONE)


@pytest.fixture
def leave_command(run: Run, sqlite_world: World) -> Leave:
    """With the key of the app itself: without it, nobody finds a private membership."""
    return lambda email: run("leave", email, SECRET_KEY=sqlite_world.config.secret_key)


def names(world: World, person: str) -> list[str]:
    """What this person is called in the database: by their id, and by what only the server can make of it."""
    mine = world.read(lambda connection: own(world.engine.key, networks(connection), person))
    return [person, *map(id_of, mine.by_network.values()), id_of(mine.asking)]


def found_in(world: World, names: list[str]) -> dict[str, int]:
    """Every table with a row that holds one of these names anywhere in it, and how many."""
    held: dict[str, int] = {}
    for metadata in METADATA:
        for table in metadata.sorted_tables:
            rows = [str(row) for row in world.rows(f"SELECT * FROM {table.name}")]
            if count := sum(any(name in row for name in names) for row in rows):
                held[table.name] = count
    return held


def of_others(world: World, gone: str) -> dict[str, list[dict[str, Any]]]:
    """Everybody else's rows."""
    kept = ("person", "role", "pledging", "session", "device", "action")
    owner = {"person": "id", "device": "person", "action": "person"}
    return {
        table: world.rows(
            f"SELECT * FROM {table} WHERE {owner.get(table, 'person_id')} <> :gone ORDER BY 1, 2", gone=gone
        )
        for table in kept
    }


def test_no_table_holds_anything_of_somebody_who_left(leave_command: Leave, sqlite_world: World, leaver: str) -> None:
    called = names(sqlite_world, leaver)
    before = found_in(sqlite_world, called)
    assert {"membership", "network_asked", "pledging", "role", "session", "record", "scope", "action"} <= before.keys()
    assert leave_command(EMAIL) == 0
    assert found_in(sqlite_world, [*called, EMAIL, f"device-{GONE}"]) == {}


def test_nobody_else_loses_anything(leave_command: Leave, sqlite_world: World, leaver: str) -> None:
    busy(sqlite_world, "member")
    before, joined = of_others(sqlite_world, leaver), sqlite_world.rows("SELECT * FROM membership ORDER BY id")
    theirs = names(sqlite_world, leaver)
    sqlite_world.republish("person")
    assert leave_command(EMAIL) == 0
    assert of_others(sqlite_world, leaver) == before
    assert sqlite_world.rows("SELECT * FROM membership ORDER BY id") == [
        row for row in joined if row["id"] not in theirs
    ]
    assert sqlite_world.read(lambda connection: differences(sqlite_world.engine, connection)) == []


def test_what_the_team_was_shown_becomes_a_tombstone_on_their_phones(
    leave_command: Leave, sqlite_world: World, leaver: str
) -> None:
    mate = sqlite_world.phone("manager")
    name = CAST[GONE][0]
    shown = [id for id, body in mate.all("pledge_shown").items() if body["label"] == name]
    assert shown
    assert leave_command(EMAIL) == 0
    mate.receive()
    assert [mate.get("pledge_shown", id) for id in shown] == [None] * len(shown)
    assert all(("team:t2", "pledge_shown", id) in mate.records for id in shown)


def test_a_second_time_is_the_same_as_once(
    leave_command: Leave, leaver: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave_command(EMAIL) == 0
    assert "They were secretary of n3" in capsys.readouterr().out
    assert leave_command(EMAIL) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert leave_command("nobody") == 1


def test_their_phone_is_told_to_wipe_itself_for_as_long_as_one_that_was_taken_away(
    leave_command: Leave, sqlite_world: World, leaver: str
) -> None:
    phone = sqlite_world.log_in(GONE)
    known = {"device": f"device-{GONE}", "person": leaver}
    assert phone.sync(**known).status_code == 200
    assert leave_command(EMAIL) == 0
    assert phone.get("/me").status_code == 303
    told = phone.sync(**known)
    assert (told.status_code, told.json()["code"]) == (401, "device_removed")
    assert sqlite_world.nobody().sync(**known).json()["code"] == "log_in"
    moment = time.time_ns() // 1_000_000
    sqlite_world.write(sessions.clear_out, moment + (sessions.REVOKED_DAYS - 1) * DAY)
    assert len(sqlite_world.rows("SELECT * FROM ended_log_in")) >= 1
    sqlite_world.write(sessions.clear_out, moment + sessions.REVOKED_DAYS * DAY)
    assert sqlite_world.rows("SELECT * FROM ended_log_in") == []


def test_leaving_is_the_same_on_both_databases(world: World) -> None:
    busy(world, GONE)
    called = names(world, person_id(GONE))
    world.write(leave, world.engine, person_id(GONE), world.now)
    assert found_in(world, called) == {}
    assert world.read(lambda connection: differences(world.engine, connection)) == []

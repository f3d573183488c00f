"""Roles given and taken by command: who holds what, and what is said about each mistake."""

import pytest

from server.access import ROLES
from tests.server.conftest import Run
from tests.world import World


def roles(world: World) -> list[tuple[str, str]]:
    held = world.rows("SELECT role, area FROM role WHERE person_id = 'p-known' ORDER BY role, area")
    return [(row["role"], row["area"]) for row in held]


def desk(world: World) -> str:
    (row,) = world.rows("SELECT body FROM record WHERE scope = 'person:p-known' AND kind = 'person'")
    return str(row["body"])


def test_a_role_is_given_and_taken_and_the_phone_hears_of_both(run: Run, sqlite_world: World, known: str) -> None:
    assert '"desk":0' in desk(sqlite_world)
    assert run("grant", "chair", known.upper(), "n2") == 0
    assert run("grant", "chair", known, "n2") == 0
    assert roles(sqlite_world) == [("chair", "n2")]
    assert '"desk":1' in desk(sqlite_world)
    assert run("revoke", "chair", known, "n2") == 0
    assert roles(sqlite_world) == []
    assert '"desk":0' in desk(sqlite_world)


@pytest.mark.parametrize("area", ["n2", "t2", "c1", ""])
def test_every_role_can_be_given_for_the_kind_of_area_it_has(
    run: Run, sqlite_world: World, known: str, area: str
) -> None:
    kinds = {"n2": "network", "t2": "team", "c1": "place", "": ""}
    given = sorted(role for role, kind in ROLES.items() if kind == kinds[area])
    assert given
    for role in given:
        assert run("grant", role, known, *([area] if area else [])) == 0
    assert roles(sqlite_world) == [(role, area) for role in given]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["boss", "KNOWN"], "There is no role boss. There are: chair,"),
        (["chair", "KNOWN"], "is for one network. Add its id"),
        (["chair", "KNOWN", "n99"], "There is no network n99. There are: n1, n2,"),
        (["manager", "KNOWN", "n2"], "There is no team n2. There are: t1,"),
        (["helper", "KNOWN", "c99"], "There is no place c99. There are: c1, c2."),
        (["admin", "KNOWN", "n2"], "is for everything here. Leave n2 out."),
        (["admin", "nobody@example.org"], "Ask them to log in once"),
        (["admin", "nobody"], "not an email address"),
        ([], "`grant --list` names the roles"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    run: Run, sqlite_world: World, known: str, capsys: pytest.CaptureFixture[str], typed: list[str], said: str
) -> None:
    before = sqlite_world.rows("SELECT * FROM role ORDER BY 1, 2, 3")
    assert run("grant", *(known if word == "KNOWN" else word for word in typed)) == 1
    assert said in capsys.readouterr().err
    assert sqlite_world.rows("SELECT * FROM role ORDER BY 1, 2, 3") == before


def test_all_that_is_wrong_is_told_at_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("grant", "chair", "nobody@example.org", "n99") == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_role_that_is_not_held_cannot_be_taken_and_what_is_held_is_said(
    run: Run, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("grant", "secretary", known, "n3")
    assert run("revoke", "chair", known, "n3") == 1
    assert "What they have: secretary of n3." in capsys.readouterr().err


def test_a_role_of_a_team_that_is_gone_can_still_be_taken(run: Run, sqlite_world: World, known: str) -> None:
    run("grant", "manager", known, "t12")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE role SET area = 't99' WHERE area = 't12'"))
    assert run("revoke", "manager", known, "t99") == 0
    assert roles(sqlite_world) == []


def test_the_only_administrator_keeps_the_role(
    run: Run, sqlite_world: World, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite_world.write(lambda connection: connection.exec_driver_sql("DELETE FROM role"))
    run("grant", "admin", known)
    assert run("revoke", "admin", known) == 1
    assert "the only administrator" in capsys.readouterr().err
    assert roles(sqlite_world) == [("admin", "")]


def test_the_list_has_every_role_and_no_name_of_a_network(
    run: Run, sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("grant", "--list") == 0
    run("grant", "chair", "nobody@example.org", "n99")
    said = "".join(capsys.readouterr())
    assert [line.split()[0] for line in said.splitlines()[: len(ROLES)]] == list(ROLES)
    assert not any(row["name"] in said for row in sqlite_world.rows("SELECT name FROM network"))

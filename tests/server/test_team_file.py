"""Teams from a file: all of it or nothing, every mistake with its line, and nobody loses their team."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.demo import TEAMS, person_id
from sync import differences
from tests.databases import ROOT
from tests.server.conftest import Run
from tests.world import World

Write = Callable[..., str]
HEADER = "id,name,site,inpatient"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file with these lines under the first."""

    def write_file(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> str:
        file = tmp_path / "teams.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding=encoding)
        return str(file)

    return write_file


def teams(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM team ORDER BY id")


def everything() -> list[str]:
    return [f"{id},{name},{site},{'yes' if inpatient else 'no'}" for id, (name, site, inpatient) in TEAMS.items()]


def test_the_example_file_is_one_that_can_be_loaded(run: Run, sqlite_world: World) -> None:
    assert run("load-teams", str(ROOT / "docs/teams.example.csv")) == 0
    (kept,) = sqlite_world.rows("SELECT name, site, inpatient FROM team WHERE id = 't3'")
    assert kept == {"name": "Front of house, days", "site": "Meadowbank main site", "inpatient": 0}


def test_a_new_team_and_a_new_name_reach_the_phones(run: Run, sqlite_world: World, write: Write) -> None:
    lines = [line.replace("Meadow community nursing", "Meadow nursing") for line in everything()]
    assert run("load-teams", write(*lines, "t13,Café team,Trust offices,NO", encoding="utf-8-sig")) == 0
    phone = sqlite_world.phone("nurse")
    assert phone.get("team", "t13") == {"name": "Café team", "site": "Trust offices", "inpatient": 0}
    me = phone.get("person", "me")
    assert me and me["team_name"] == "Meadow nursing"
    assert sqlite_world.read(lambda connection: differences(sqlite_world.engine, connection)) == []


def test_a_team_that_is_gone_goes_and_one_with_people_stays_and_is_said(
    run: Run, sqlite_world: World, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in everything() if not line.startswith(("t5,", "t12,"))]
    assert run("load-teams", write(*lines)) == 0
    said = capsys.readouterr().out
    assert "t5 is not in the file. It is gone from here too." in said
    assert "t12 is not in the file. It stays, because people are in it: 1." in said
    assert "t5" not in sqlite_world.phone("nurse").all("team")
    (row,) = sqlite_world.rows("SELECT team_id FROM person WHERE id = :id", id=person_id("newcomer"))
    assert row["team_id"] == "t12"


def test_a_team_with_a_manager_stays_until_the_role_is_taken(
    run: Run, sqlite_world: World, write: Write, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("grant", "manager", known, "t5")
    lines = [line for line in everything() if not line.startswith("t5,")]
    assert run("load-teams", write(*lines)) == 0
    assert "`revoke manager EMAIL t5`" in capsys.readouterr().out
    run("revoke", "manager", known, "t5")
    run("load-teams", write(*lines))
    assert "t5" not in {team["id"] for team in teams(sqlite_world)}


def test_every_mistake_is_told_with_its_line_and_nothing_changes(
    run: Run, sqlite_world: World, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    before = teams(sqlite_world)
    file = write(
        "t1,Good team,A site,yes",
        "team one,Bad id,A site,yes",
        "t3,,A site,yes",
        "t4,No site,,no",
        "t5,Not said,A site,maybe",
        "t6,Too few,A site",
        "",
        "t1,Again,A site,no",
        "t8,Twin,Same site,no",
        "t9,Twin,Same site,no",
        f"t10,{'x' * 81},A site,no",
    )
    assert run("load-teams", file) == 1
    said = capsys.readouterr().err
    numbers = sorted(int(line.partition("line ")[2].partition(":")[0]) for line in said.splitlines())
    assert numbers == [2, 3, 4, 5, 6, 7, 9, 10, 11, 12]
    assert teams(sqlite_world) == before


@pytest.mark.parametrize(
    ("header", "line", "encoding", "said"),
    [
        ("id;name;site;inpatient", "t1;A;B;yes", "utf-8", f"line 1: write {HEADER}"),
        (HEADER, "t1,Café,B,yes", "latin-1", "CSV UTF-8"),
        (HEADER, 't1,"A,B,yes', "utf-8", 'line 2: a " opens here'),
        (HEADER, "", "utf-8", "there is no team in it"),
    ],
)
def test_a_file_that_is_no_such_file_is_told(
    run: Run, write: Write, capsys: pytest.CaptureFixture[str], header: str, line: str, encoding: str, said: str
) -> None:
    assert run("load-teams", write(line, header=header, encoding=encoding)) == 1
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("load-teams", str(tmp_path / "nowhere.csv")) == 1
    assert "cannot be read" in capsys.readouterr().err

"""The page of numbers and its files: who may see which, and that nothing in them can be asked for, added or run."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from server.access import may_see_number, may_see_numbers
from server.demo import CAST, TEAMS, person_id
from server.people import put_role
from server.reports.export import WHAT, Row, as_csv, safe
from server.reports.published import AREAS, MEMBERS
from tests.reports.crowd import a_month_later, asks, members, people, pledges
from tests.world import Person, World

PAGE = "/desk/numbers"
PATHS = (PAGE, f"{PAGE}.csv", f"{PAGE}.json")
HTML = {"Accept": "text/html"}
READERS = ("chair", "vicechair", "coordinator", "staffside", "manager")
OUTSIDERS = [key for key in CAST if key not in READERS]
EVERYBODY_WHO_READS = [
    *((role, "n2") for role in ("chair", "vicechair", "secretary", "sponsor")),
    *((role, "") for role in ("coordinator", "staffside", "protection")),
]


def get(who: Person, path: str) -> Any:
    answer = who._send("GET", path, HTML)
    return answer.status_code, dict(answer.headers), answer.text


def busy(world: World) -> None:
    members(world, "n1", 40)
    asks(world, "a1", 40)
    crowd = people(world, 80, team="t2")
    pledges(world, "p1", crowd)
    pledges(world, "p2", crowd[:40])
    a_month_later(world)


def file_of(who: Person) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(who.get(f"{PAGE}.csv").text)))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", [*OUTSIDERS, ""])
def test_who_may_not_see_numbers_finds_no_page(sqlite_world: World, key: str, path: str) -> None:
    """The very answer that a page gets which is not there."""
    outsider = sqlite_world.log_in(key) if key else sqlite_world.nobody()
    assert get(outsider, path) == get(outsider, "/desk/nothing-here")
    assert get(outsider, path)[0] == 404


@pytest.mark.parametrize("key", READERS)
def test_who_may_see_numbers_gets_them_privately(sqlite_world: World, key: str) -> None:
    reader = sqlite_world.log_in(key)
    for path in PATHS:
        answer = reader.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-disposition"] == 'attachment; filename="numbers.json"'


@pytest.mark.parametrize(("role", "area"), EVERYBODY_WHO_READS)
def test_a_reader_sees_everybody_and_no_team(role: str, area: str) -> None:
    roles = frozenset({(role, area)})
    assert may_see_numbers(roles)
    assert may_see_number(roles, "network", "n1") and may_see_number(roles, "team", "")
    assert not may_see_number(roles, "team", "t2")
    assert may_see_number(roles, "topic", "a1") == (role == "coordinator")


@pytest.mark.parametrize("role", ["helper", "admin"])
def test_who_looks_after_things_sees_no_numbers(role: str) -> None:
    assert not may_see_numbers(frozenset({(role, "c1" if role == "helper" else "")}))


def test_a_manager_sees_their_own_team_and_nothing_else(sqlite_world: World) -> None:
    busy(sqlite_world)
    manager = sqlite_world.log_in("manager")
    assert {(row["What"], row["Which"]) for row in file_of(manager)} == {("People with a pledge", TEAMS["t2"][0])}
    page = manager.get(PAGE).text
    assert TEAMS["t2"][0] in page and re.findall(r"about \d+", page) in (["about 80"], ["about 85"])
    assert "network" not in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL).lower()


def test_nobody_sees_teams_side_by_side(sqlite_world: World) -> None:
    busy(sqlite_world)
    for key in READERS:
        reader = sqlite_world.log_in(key)
        seen = "".join(reader.get(path).text for path in PATHS)
        others = [name for id, (name, _, _) in TEAMS.items() if name in seen and (key, id) != ("manager", "t2")]
        assert others == [], key


def test_only_the_coordinator_sees_who_asked_for_which_network(sqlite_world: World) -> None:
    busy(sqlite_world)
    asked = {key: [row for row in file_of(sqlite_world.log_in(key)) if "asked" in row["What"]] for key in READERS}
    assert {key for key, rows in asked.items() if rows} == {"coordinator"}
    assert "some interest" in {row["Number"] for row in asked["coordinator"]}


def test_nothing_in_an_address_chooses(sqlite_world: World) -> None:
    busy(sqlite_world)
    coordinator = sqlite_world.log_in("coordinator")
    for path in PATHS:
        asked = f"{path}?team=t2&network=n1&site=1&role=nurse&day=2026-11-03&measure=network_members&month=2026-01"
        assert coordinator.get(asked).content == coordinator.get(path).content
    for beyond in ("/n2", "/t2", "/2026-11"):
        assert coordinator.get(PAGE + beyond).status_code == 404


def test_page_and_files_say_the_same_words_and_no_count(sqlite_world: World) -> None:
    busy(sqlite_world)
    coordinator = sqlite_world.log_in("coordinator")
    rows, page = file_of(coordinator), coordinator.get(PAGE).text
    assert json.loads(coordinator.get(f"{PAGE}.json").text) == [
        {name.lower().replace(" ", "_"): value for name, value in row.items()} for row in rows
    ]
    last = [row for row in rows if row["Month"] == rows[-1]["Month"]]
    assert len({row["Month"] for row in rows}) == 2, "the files hold every month"
    cells = re.findall(r"<td>(.*?)</td>", page)
    assert [cell for cell in cells if cell and not cell.endswith("%")] and len(re.findall("<tbody", page)) == 9
    assert sorted(row["Number"] for row in last) == sorted(cell for cell in cells if cell and not cell.endswith("%"))
    allowed = re.compile(r"fewer than 10|some interest|about \d+[05]")
    assert all(allowed.fullmatch(row["Number"]) for row in rows)
    shares = {row["Which"] for row in last if re.fullmatch(r"about \d+%", row["Share of people with a pledge"])}
    assert len(shares) == 2, "of the two pledges that many took"


def test_no_name_and_no_id_of_anybody_is_in_them(sqlite_world: World) -> None:
    busy(sqlite_world)
    for key in READERS:
        reader = sqlite_world.log_in(key)
        text = reader.get(f"{PAGE}.csv").text + reader.get(f"{PAGE}.json").text
        assert not [name for name, _, _ in CAST.values() if f'"{name}"' in text]
        assert "crowd" not in text and not [each for each in CAST if person_id(each) in text]


def test_somebody_with_two_roles_sees_what_both_may_see(sqlite_world: World) -> None:
    sqlite_world.write(put_role, person_id("manager"), "sponsor", "n1")
    seen = {row["What"] for row in file_of(sqlite_world.log_in("manager"))}
    helped = {"Times a guide helped", "Times a module helped"}
    allies = {"People who signed up", "Items collected", "Allies now"}
    assert seen == {"People in a network", "People with a pledge", "Pledges taken", *helped, *allies}
    assert AREAS.keys() == WHAT.keys()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", " =1+1", "\t=1", "\r\n@x"])
def test_a_spreadsheet_works_nothing_out(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    written = as_csv([Row("2026-11", MEMBERS, "n1", cell, "about 10", "")])
    assert list(csv.reader(io.StringIO(written, newline="")))[1][2] == f"'{cell}"


def test_a_plain_cell_stays_as_it_is() -> None:
    assert safe("-12") == "-12"
    assert safe("Men's network, 5 - 9 = all") == "Men's network, 5 - 9 = all"


def test_a_title_that_is_a_formula_does_no_harm(sqlite_world: World) -> None:
    sqlite_world.write(lambda c: c.exec_driver_sql("UPDATE network SET name = '=HYPERLINK(1)' WHERE id = 'n3'"))
    assert "'=HYPERLINK(1)" in {row["Which"] for row in file_of(sqlite_world.log_in("coordinator"))}

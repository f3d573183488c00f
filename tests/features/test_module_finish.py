"""Finishing a module: each line of the conflict table, what is kept of it and what is not, and the gate it opens."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from pwa.dates import london_date, long_date
from server.demo import CAST, person_id
from server.features.content import FOLDER
from server.features.modules import gate_met
from sync import Args, Context
from tests.world import DAY, Phone, World


def finish(phone: Phone, module: str = "m1", *, days_ago: int = 0, version: int = 1, gate: str = "yes") -> Phone:
    at = phone.world.now - days_ago * DAY
    return phone.do("module.finish", at=at, module=module, version=version, gate_met=gate)


def rows(world: World, key: str = "nurse") -> list[dict[str, object]]:
    return world.rows("SELECT * FROM finished WHERE person_id = :me", me=person_id(key))


def new_version(
    tmp_path: Path, change: Callable[[str], str], *, material: bool, module: str = "wearing-it-well"
) -> Path:
    """A copy of the content in which an editor changed one module and gave it version 2."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "en", dirs_exist_ok=True))
    file = folder / f"modules/{module}.md"
    text = change(file.read_text(encoding="utf-8")).replace("version = 1", "version = 2")
    text = text if material else text.replace("material = true", "material = false")
    file.write_text(text, encoding="utf-8")
    return folder


def reworded(text: str) -> str:
    return text.replace("You kept the promise.", "You have kept the promise.")


# Finish once, twice, on two phones


def test_a_module_that_was_finished_is_kept_with_the_day_it_was_done_and_when_we_heard_of_it(world: World) -> None:
    nurse = finish(world.phone("nurse"), days_ago=2)
    assert nurse.send() == [("applied", None)]
    day = london_date(world.now - 2 * DAY)
    progress = {"module": "m1", "version": 1, "gate_met": "yes", "on": day, "on_text": long_date(day)}
    assert nurse.get("progress", "m1") == progress
    (row,) = rows(world)
    assert (row["done_on"], row["received_at"]) == (day, world.now)


def test_nothing_is_kept_of_how_it_was_done(world: World) -> None:
    finish(world.phone("nurse"), gate="no").send()
    (row,) = rows(world)
    assert row.keys() == {"person_id", "module_id", "version", "gate_met", "done_on", "received_at"}
    nurse = world.phone("nurse", "two")
    nurse.do("module.finish", module="m1", version=1, gate_met="yes", score=3, tries=2)
    assert nurse.send() == [("rejected", "bad_arguments")]


def test_a_module_finished_on_two_phones_is_kept_once_as_when_it_was_first_heard_of(world: World) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    first = world.now
    assert finish(one).send() == [("applied", None)]
    world.now += 3 * DAY
    assert finish(two).send() == [("applied", None)]
    (row,) = rows(world)
    assert (row["done_on"], row["received_at"]) == (london_date(first), first)


@pytest.mark.parametrize("first, second", [("yes", "no"), ("no", "yes")])
def test_of_two_results_the_better_is_kept_in_whatever_order_they_come(world: World, first: str, second: str) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    finish(one, gate=first).send()
    finish(two, gate=second).send()
    assert (two.get("progress", "m1") or {})["gate_met"] == "yes"


@pytest.mark.parametrize("first, second", [(2, 9), (9, 2)])
def test_of_two_days_the_earliest_is_kept_in_whatever_order_they_come(world: World, first: int, second: int) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    finish(one, days_ago=first).send()
    finish(two, days_ago=second).send()
    assert (two.get("progress", "m1") or {})["on"] == london_date(world.now - 9 * DAY)


def test_a_module_that_nobody_knows_is_refused_with_what_to_do(world: World) -> None:
    [(_, outcome, code, detail)] = finish(world.phone("nurse"), "m99").push()
    assert (outcome, code) == ("rejected", "unknown.module")
    assert "choose another" in str(detail["words"])
    assert rows(world) == []


@pytest.mark.parametrize("ahead, shown", [(0, 0), (-29, -29), (-31, 0), (5 * 365, 0)])
def test_the_phones_day_is_kept_while_it_can_be_right(world: World, ahead: int, shown: int) -> None:
    nurse = finish(world.phone("nurse"), days_ago=-ahead)
    assert nurse.send() == [("applied", None)]
    assert (nurse.get("progress", "m1") or {})["on"] == london_date(world.now + shown * DAY)


# A version that changed meanwhile


def test_a_finish_of_an_older_version_counts_and_a_material_change_is_offered(world: World, tmp_path: Path) -> None:
    nurse = finish(world.phone("nurse"))
    world.load_content(new_version(tmp_path, reworded, material=True))
    assert nurse.send() == [("merged", "module.updated")]
    assert (nurse.get("progress", "m1") or {})["version"] == 1
    module = nurse.get("module", "m1") or {}
    assert (module["version"], module["material_version"], module["changed"]) == (2, 2, ["choose"])


def test_a_small_change_changes_nothing_for_those_who_finished(world: World, tmp_path: Path) -> None:
    nurse = finish(world.phone("nurse"))
    world.load_content(new_version(tmp_path, reworded, material=False))
    assert nurse.send() == [("applied", None)]
    module = nurse.get("module", "m1") or {}
    assert (module["version"], module["material_version"], module["changed"]) == (2, 1, [])


def test_what_an_earlier_material_change_brought_is_still_offered_after_a_small_one(
    world: World, tmp_path: Path
) -> None:
    folder = new_version(tmp_path, reworded, material=True)
    world.load_content(folder)
    file = folder / "modules/wearing-it-well.md"
    text = file.read_text(encoding="utf-8").replace("version = 2", "version = 3").replace("true", "false", 1)
    file.write_text(text.replace("Cords can be a risk there.", "Cords can be risky there."), encoding="utf-8")
    world.load_content(folder)
    module = world.phone("nurse").get("module", "m1") or {}
    assert (module["version"], module["material_version"], module["changed"]) == (3, 2, ["choose"])


def test_the_new_version_finished_on_one_phone_is_not_undone_by_an_old_one(world: World, tmp_path: Path) -> None:
    world.load_content(new_version(tmp_path, reworded, material=True))
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    finish(one, version=2).send()
    assert finish(two, version=1, days_ago=3).send() == [("applied", None)]
    progress = two.get("progress", "m1") or {}
    assert (progress["version"], progress["on"]) == (2, london_date(world.now - 3 * DAY))


def test_a_version_that_does_not_exist_counts_as_the_newest(world: World) -> None:
    nurse = finish(world.phone("nurse"), version=7)
    assert nurse.send() == [("applied", None)]
    assert (nurse.get("progress", "m1") or {})["version"] == 1


# The gate


def is_open(world: World, key: str = "nurse", module: str = "m1") -> bool:
    return world.read(gate_met, person_id(key), module, world.now)


def test_the_gate_is_shut_until_it_is_met(world: World) -> None:
    assert not is_open(world)
    finish(world.phone("nurse"), gate="no").send()
    assert not is_open(world)
    finish(world.phone("nurse", "two"), gate="yes").send()
    assert is_open(world) and not is_open(world, "ally")


def test_the_gate_is_open_for_everybody_once_the_module_should_have_been_read_again(world: World) -> None:
    world.write(lambda connection: _review_by(connection, london_date(world.now)))
    assert not is_open(world), "its last day is a day like any other"
    world.now += DAY
    assert is_open(world)


def _review_by(connection: Connection, day: str) -> None:
    connection.exec_driver_sql(f"UPDATE module SET review_by = '{day}'")


def test_a_gate_that_is_not_there_holds_nobody_up(world: World) -> None:
    assert is_open(world, module="m99")


def test_an_action_right_behind_the_finish_finds_the_gate_open(world: World) -> None:
    found: list[bool] = []

    def ask(context: Context, args: Args) -> None:
        found.append(gate_met(context.connection, context.person, "m1", context.now))

    asking = replace(world.engine.kinds["pledge.withdraw"], apply=ask)
    world.engine = replace(world.engine, kinds={**world.engine.kinds, asking.name: asking})
    nurse = world.phone("nurse").do("pledge.withdraw", pledge="p1")
    finish(nurse).do("pledge.withdraw", pledge="p1").send()
    assert found == [False, True]


# What others may see


def test_nobody_elses_phone_hears_of_it_and_whoever_has_not_finished_has_no_row(world: World) -> None:
    before = {key: world.phone(key).records for key in CAST if key != "nurse"}
    had = world.rows("SELECT person_id FROM finished")
    finish(world.phone("nurse")).send()
    assert {key: world.phone(key).records for key in CAST if key != "nurse"} == before
    has = world.rows("SELECT person_id FROM finished")
    assert [row for row in has if row not in had] == [{"person_id": person_id("nurse")}]

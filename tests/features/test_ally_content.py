"""What allies can ask for and where they collect it, as the content files say, and what a bad file is told."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.features.content import FOLDER
from tests.features.test_pledge_content import edit, problems
from tests.world import World

SCHEME, PLACES = "schemes/s1.md", "places.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


def test_the_demo_has_one_scheme_with_five_items_and_two_places(world: World) -> None:
    newcomer = world.phone("newcomer")
    [scheme] = newcomer.all("scheme").values()
    assert (scheme["title"], scheme["state"], scheme["gate"]) == ("Rainbow lanyard", "open", "m1")
    assert [item["kind"] for item in scheme["items"]] == ["sticker", "pin", "reel", "lanyard", "card"]
    assert "respect, badge or not" in scheme["about"][-1]
    assert {id: place["inpatient"] for id, place in newcomer.all("place").items()} == {"c1": False, "c2": True}


FAULTS: dict[str, tuple[str, Callable[[str], str], list[str]]] = {
    "a place that is not there": (
        SCHEME,
        lambda text: text.replace('places = ["c1", "c2"]', 'places = ["c1", "c9"]'),
        ["schemes/s1.md, line 17: places.toml has no place called c9", "line 17"],
    ),
    "a cost of less than nothing": (
        SCHEME,
        lambda text: text.replace("pence = 140", "pence = -140"),
        ["schemes/s1.md, line 19: reorder and pence of i4 cannot be less than 0."],
    ),
    "a cord on a ward": (
        SCHEME,
        lambda text: text.replace('inpatient ward."\nnot_at = ["c2"]', 'inpatient ward."'),
        ["schemes/s1.md, line 19: i4 goes around the neck", "Write not_at = ['c2'] under it."],
    ),
    "a kind we cannot draw": (
        SCHEME,
        lambda text: text.replace('kind = "pin"', 'kind = "mug"'),
        ["line 19: the kind of i2 has to be one of sticker, pin, reel, lanyard, card"],
    ),
    "an item that people may have asked for is gone": (
        SCHEME,
        lambda text: text.replace('id = "i1"', 'id = "i9"'),
        ["i1 is gone but people may have asked for it. Put it back"],
    ),
    "two items with one id": (
        SCHEME,
        lambda text: text.replace('id = "i2"', 'id = "i1"'),
        ["two items are called i1", "i2 is gone"],
    ),
    "nothing to collect at a place": (
        SCHEME,
        lambda text: text.replace('\nkind = "', '\nnot_at = ["c2", "c1"]\nkind = "').replace(
            '\nnot_at = ["c2"]\n', "\n"
        ),
        ["there is nothing to collect at c1. Allow one there", "there is nothing to collect at c2"],
    ),
    "a list of numbers": (
        SCHEME,
        lambda text: text.replace('not_at = ["c2"]', "not_at = [2]"),
        ["line 19: lists under items have to be of words in quotes"],
    ),
    "no such module": (
        SCHEME,
        lambda text: text.replace('gate = "m1"', 'gate = "m9"'),
        ["schemes/s1.md, line 6: there is no module m9"],
    ),
    "a module that is retired": (
        "modules/wearing-it-well.md",
        lambda text: text.replace("gate = true\n", "gate = true\nretired = true\n"),
        ["schemes/s1.md, line 6: module m1 is retired"],
    ),
    "no such pledge": (
        SCHEME,
        lambda text: text.replace('pledge = "p3"', 'pledge = "p33"'),
        ["schemes/s1.md, line 7: there is no pledge p33"],
    ),
    "a link that could run something": (
        SCHEME,
        lambda text: text.replace('gate = "m1"\n', 'gate = "m1"\npolicy_link = "javascript:alert(1)"\n'),
        ["schemes/s1.md, line 7: policy_link has to begin with https://"],
    ),
    "no words below": (
        SCHEME,
        lambda text: text.rpartition("+++")[0] + "+++\n",
        ["schemes/s1.md, line 1: below the fields there have to be some words"],
    ),
    "no promise": (
        SCHEME,
        lambda text: text.replace(text[text.index("promise = [") : text.index("limits")], "promise = []\n"),
        ["promise is empty. Write at least one."],
    ),
    "a field that is missing": (
        SCHEME,
        lambda text: text.replace('gate = "m1"\n', ""),
        ["gate is missing. Add a line"],
    ),
    "a place that people may be on the way to is gone": (
        PLACES,
        lambda text: text.replace('id = "c2"', 'id = "c3"'),
        ["has no place called c2", "places.toml: c2 is gone but people may have been told to come there. Put it back."],
    ),
    "a place without a day": (
        PLACES,
        lambda text: text.replace("days = 3", "days = 300"),
        ["places.toml, line 4: days of c1 has to be from 0 to 60"],
    ),
    "half a place": (
        PLACES,
        lambda text: text.replace("days = 7\n", ""),
        ["number 2 under [[places]] has to have address, days, hours, id, inpatient, title"],
    ),
    "no file of places that can be read": (PLACES, lambda text: text + "[", ["this file cannot be read"]),
}


@pytest.mark.parametrize("name, change, said", FAULTS.values(), ids=FAULTS)
def test_a_bad_file_is_told_where_and_what_to_do(
    sqlite_world: World, folder: Path, name: str, change: Callable[[str], str], said: list[str]
) -> None:
    edit(folder, name, change)
    told = "\n".join(problems(sqlite_world, folder))
    assert [each for each in said if each not in told] == [], told


def test_with_a_bad_file_the_last_good_version_stays(sqlite_world: World, folder: Path) -> None:
    edit(folder, PLACES, lambda text: text.replace("7:00 to 20:00", "noon"))
    edit(folder, SCHEME, lambda text: text.replace('kind = "pin"', 'kind = "mug"'))
    problems(sqlite_world, folder)
    assert (sqlite_world.phone("nurse").get("place", "c1") or {})["hours"] == "Every day, 7:00 to 20:00"


def test_a_place_can_change_its_hours(sqlite_world: World, folder: Path) -> None:
    edit(folder, PLACES, lambda text: text.replace("7:00 to 20:00", "8:00 to 18:00"))
    sqlite_world.load_content(folder)
    assert (sqlite_world.phone("nurse").get("place", "c1") or {})["hours"] == "Every day, 8:00 to 18:00"


def test_a_scheme_that_was_paused_stays_paused_when_its_file_is_read_again(sqlite_world: World) -> None:
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE scheme SET state = 'paused'"))
    sqlite_world.load_content(FOLDER)
    assert (sqlite_world.phone("nurse").get("scheme", "s1") or {})["state"] == "paused"

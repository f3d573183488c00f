"""Pledges as their content files say: the twelve, what a bad file is told, and wordings that change or retire."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.features import ContentProblems
from server.features.content import FOLDER
from tests.world import World

Edit = Callable[[str], str]

NEW_TEXT = "I will ask people what name they like, and use it every time."
OLD_TEXT = "I will ask people what name they like to be called, and use it."
OLD = f'\n[[earlier]]\nversion = 1\ntitle = "Ask the name"\ntext = "{OLD_TEXT}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


def edit(folder: Path, name: str, change: Edit) -> None:
    file = folder / name
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def reword(folder: Path) -> None:
    """p1 gets new words, as an editor would do it."""
    edit(folder, "pledges/p1.md", lambda text: f"{text.split('+++')[0]}+++{_second(text)}+++\n{NEW_TEXT}\n")


def _second(text: str) -> str:
    return text.split("+++")[1].replace("version = 1", "version = 2") + OLD


def retire(folder: Path, name: str = "p3") -> None:
    edit(folder, f"pledges/{name}.md", lambda text: text.replace("version = 1", "version = 1\nretired = true"))


def problems(world: World, folder: Path) -> list[str]:
    with pytest.raises(ContentProblems) as raised:
        world.load_content(folder)
    return raised.value.problems


def test_there_are_twelve_pledges_in_order(world: World) -> None:
    pledges = world.phone("newcomer").all("pledge")
    assert sorted(pledges, key=lambda id: pledges[id]["order"]) == [f"p{n}" for n in range(1, 13)]
    assert pledges["p12"]["prompt"] == "On the first ___ of the month, I will ___"
    assert pledges["p11"]["audience"] == "managers"


def test_loading_the_same_content_again_changes_no_version(world: World) -> None:
    before = world.rows("SELECT scope, kind, id, version FROM record ORDER BY 1, 2, 3")
    world.load_content(FOLDER)
    assert world.rows("SELECT scope, kind, id, version FROM record ORDER BY 1, 2, 3") == before


def test_a_wording_that_was_seen_is_accepted_after_it_changed(world: World, folder: Path) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=1, show="nobody")
    reword(folder)
    world.load_content(folder)
    assert nurse.send() == [("merged", "text.changed")]
    assert (nurse.get("pledging", "p1") or {})["version"] == 1
    pledge = nurse.get("pledge", "p1") or {}
    assert (pledge["version"], pledge["text"]) == (2, NEW_TEXT)
    assert pledge["earlier"][0]["text"] == OLD_TEXT


def test_the_new_words_can_be_taken_and_the_day_stays(world: World, folder: Path) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=1, show="team")
    nurse.send()
    first = (nurse.get("pledging", "p1") or {})["on"]
    reword(folder)
    world.load_content(folder)
    nurse.receive()
    world.now += 5 * 86_400_000
    assert nurse.do("pledge.take", pledge="p1", version=2, show="team").send() == [("applied", None)]
    held = nurse.get("pledging", "p1") or {}
    assert (held["version"], held["on"]) == (2, first)


def test_a_version_that_does_not_exist_counts_as_the_newest(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=7, show="nobody")
    assert nurse.send() == [("applied", None)]
    assert (nurse.get("pledging", "p1") or {})["version"] == 1


def test_a_retired_pledge_taken_late_still_counts(world: World, folder: Path) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p3", version=1, show="nobody")
    retire(folder)
    world.load_content(folder)
    assert nurse.send() == [("merged", "retired.pledge")]
    assert "p3" in nurse.all("pledging")


BROKEN: dict[str, tuple[str, Edit, str]] = {
    "a field is missing": (
        "pledges/p2.md",
        lambda text: text.replace('module = "m2"\n', ""),
        "p2.md, line 1: module is missing",
    ),
    "a field is misspelt": (
        "pledges/p2.md",
        lambda text: text.replace("prompt =", "promt ="),
        "p2.md, line 6: promt is not",
    ),
    "a number is words": (
        "pledges/p2.md",
        lambda text: text.replace("order = 2", 'order = "2"'),
        "line 3: order has to be a whole",
    ),
    "a field is empty": ("pledges/p2.md", lambda text: text.replace('"m2"', '""'), "module is empty"),
    "there is no body": ("pledges/p2.md", lambda text: text.rpartition("+++")[0] + "+++\n", "one paragraph"),
    "there are no fences": ("pledges/p2.md", lambda text: text.replace("+++\n", ""), "p2.md, line 1: put +++"),
    "it is not TOML": ("pledges/p2.md", lambda text: text.replace('"m2"', "m2"), "p2.md: the fields at the top"),
    "an id is used twice": ("pledges/p2.md", lambda text: text.replace('"p2"', '"p1"'), "another file has the same id"),
    "the words changed": ("pledges/p2.md", lambda text: text.replace("instead of", "and not"), "Write version = 2"),
    "old words are lost": (
        "pledges/p2.md",
        lambda text: text.replace("version = 1", "version = 2"),
        "every earlier wording",
    ),
    "a contact is unknown": (
        "help/speak-up.md",
        lambda text: text.replace('["acas",', '["acme",'),
        "org.toml has no contact called acme",
    ),
    "a phone is missing": ("org.toml", lambda text: text.replace('phone = "999"\n', ""), "has to have id, name, phone"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_file_is_named_with_its_line_and_remedy_and_changes_nothing(
    world: World, folder: Path, case: str
) -> None:
    name, change, told = BROKEN[case]
    before = world.rows("SELECT * FROM record ORDER BY scope, kind, id")
    edit(folder, "pledges/p5.md", lambda text: text.replace("Inclusion team", "Another team"))
    edit(folder, name, change)
    assert any(told in problem for problem in problems(world, folder)), problems(world, folder)
    assert world.rows("SELECT * FROM record ORDER BY scope, kind, id") == before


def test_a_pledge_file_that_is_gone_is_asked_back(world: World, folder: Path) -> None:
    (folder / "pledges/p4.md").unlink()
    assert problems(world, folder) == [
        "pledges/p4.md: this file is gone but people may hold the pledge. Put it back with retired = true."
    ]


def test_all_problems_of_all_features_are_told_together(world: World, folder: Path) -> None:
    edit(folder, "pledges/p2.md", lambda text: text.replace('module = "m2"\n', ""))
    edit(folder, "org.toml", lambda text: text.replace('phone = "999"\n', ""))
    assert len(problems(world, folder)) == 2

"""Statements as their files say: what a bad file is told, who may read one, and words that are plain."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.demo import CAST
from server.features.content import FOLDER
from server.features.statements import IDS
from tests.features.test_pledge_content import edit, problems
from tests.world import World

Edit = Callable[[str], str]

MAIN = re.compile(r"<main.*</main>", re.S)
LONGEST = 20  # words in a sentence
BROKEN: dict[str, tuple[str, Edit, str]] = {
    "a field is missing": (
        "privacy.md",
        lambda text: text.replace("version = 1\n", ""),
        "statements/privacy.md, line 1: version is missing. Add a line",
    ),
    "a date is words": (
        "accessibility.md",
        lambda text: text.replace("written = 2026-11-27", 'written = "today"'),
        "statements/accessibility.md, line 6: written has to be a date",
    ),
    "no page has its name": (
        "privacy.md",
        lambda text: text.replace('id = "privacy"', 'id = "secrets"'),
        "statements/privacy.md, line 2: id has to be the name of the file",
    ),
    "there is no heading": (
        "privacy.md",
        lambda text: text.replace("## ", ""),
        "statements/privacy.md, line 1: below the fields there has to be a heading",
    ),
    "a contact is unknown": (
        "privacy.md",
        lambda text: text.replace('"ico"', '"icon"'),
        "statements/privacy.md, line 8: org.toml has no contact called icon",
    ),
    "a thing that is kept does not say how long": (
        "storage.md",
        lambda text: text.replace('how_long = "Until a new version takes its place."\n', "", 1),
        "statements/storage.md, line 9: number 6 under [[kept]] has to have how_long, name, remove, what, where",
    ),
    "a part of it has no words": (
        "storage.md",
        lambda text: text.replace('what = "always empty here"', "what = 0", 1),
        "statements/storage.md, line 30: number 6 under [[kept.parts]] has to have name, what",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_statement_is_named_with_its_line_and_remedy_and_changes_nothing(
    sqlite_world: World, folder: Path, case: str
) -> None:
    name, change, told = BROKEN[case]
    before = sqlite_world.rows("SELECT * FROM record ORDER BY scope, kind, id")
    edit(folder, f"statements/{name}", change)
    assert [problem.startswith(told) for problem in problems(sqlite_world, folder)] == [True]
    assert sqlite_world.rows("SELECT * FROM record ORDER BY scope, kind, id") == before


def test_a_statement_that_is_gone_is_asked_back(sqlite_world: World, folder: Path) -> None:
    (folder / "statements/storage.md").unlink()
    told = "statements/storage.md: this file is gone. Put it back: its page needs it."
    assert problems(sqlite_world, folder) == [told]


def test_new_words_reach_a_phone_and_help_stays(world: World, folder: Path) -> None:
    phone = world.phone("nurse")
    before = phone.all("help")
    edit(folder, "statements/privacy.md", lambda text: text.replace("as little about you", "almost nothing of you"))
    world.load_content(folder)
    phone.receive()
    assert "almost nothing of you" in phone.all("statement")["privacy"]["lede"][0]
    assert phone.all("help") == before != {}
    assert sorted(phone.all("statement")) == sorted(IDS)


@pytest.mark.parametrize("id", IDS)
def test_a_statement_is_the_same_for_everybody_and_says_nothing_of_anyone(sqlite_world: World, id: str) -> None:
    def read(visitor_key: str | None) -> str:
        visitor = sqlite_world.log_in(visitor_key) if visitor_key else sqlite_world.nobody()
        return "".join(MAIN.findall(visitor.get(f"/{id}").text))

    outside = read(None)
    assert f'data-record="statement:{id}"' in outside
    assert read("newcomer") == read("nurse") == outside
    assert not [name for name, _, _ in CAST.values() if f">{name}<" in outside]


@pytest.mark.parametrize("id", IDS)
def test_a_statement_is_written_in_short_calm_sentences(id: str) -> None:
    front, body = (FOLDER / f"statements/{id}.md").read_text(encoding="utf-8").split("+++\n")[1:]
    said = re.findall(r'"(.*)"', front) + [line.lstrip("#- ") for line in body.splitlines()]
    sentences = [sentence for line in said for sentence in re.split(r"(?<=[.:])\s", line)]
    assert [each for each in sentences if len(each.split()) > LONGEST] == []
    assert not re.search(r"!|\*|sign in|click here|tap here", body, re.IGNORECASE)


@pytest.mark.parametrize("path", ["/", "/log-in", "/help", "/none"])
def test_every_page_leads_to_the_statements(sqlite_world: World, path: str) -> None:
    foot = sqlite_world.log_in("newcomer")._send("GET", path, {"Accept": "text/html"}).text.partition("<footer")[2]
    assert re.findall(r'href="/(\w+)"', foot) == ["look", "privacy", "accessibility", "storage"]

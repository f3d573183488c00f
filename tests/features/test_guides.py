"""Guides, the policy and words to borrow, as their files say: what a bad file is told, and what a page warns of."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from pwa.dates import london_date, long_date
from server.features.content import FOLDER
from server.features.guide_files import WORDS_IN_A_MINUTE, _months_after
from server.site import now
from tests.features.test_pledge_content import edit, problems
from tests.world import World

Edit = Callable[[str], str]

GUIDE, POLICY, BORROWED = "guides/record-details.md", "policies/inclusion-policy.md", "words_to_borrow.toml"
TODAY = date.fromisoformat(london_date(now()))
MAIN = re.compile(r"<main.*</main>", re.S)
# What nobody may miss, wherever they read it.
RED_LINES = ("cannot be undone", "17 or under", "Staff in this trust cannot change a national record")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to change."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


def swap(old: str, new: str) -> Edit:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def page(world: World, path: str = "/guides/g1") -> str:
    answer = world.nobody().get(path)
    assert answer.status_code == 200
    found = MAIN.search(answer.text)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[0]))


def checked(reviewed: date, review_by: date) -> Edit:
    def change(text: str) -> str:
        text = re.sub(r"reviewed = \S+", f"reviewed = {reviewed}", text, count=1)
        return re.sub(r"review_by = \S+", f"review_by = {review_by}", text, count=1)

    return change


def test_the_guide_and_its_red_lines_are_in_the_copy_that_every_phone_holds(world: World) -> None:
    """Nobody has to log in for it, so it is there before anybody does."""
    guide = world.phone("newcomer").all("guide")["g1"]
    said = str(guide["text"])
    for line in RED_LINES:
        assert line in said and line in str(guide["steps"])
    assert guide["reviewed"] and guide["reviewed_text"] == long_date(guide["reviewed"])
    assert {scope for scope, kind, _ in world.phone("newcomer").records if kind == "guide"} == {"open"}


def test_anybody_reads_in_four_steps_what_to_do_who_looks_after_it_and_when_it_was_checked(
    sqlite_world: World,
) -> None:
    said = page(sqlite_world)
    guide = sqlite_world.phone("newcomer").all("guide")["g1"]
    at = [said.index(title) for title in ("What you can do now", "What you cannot do", "Who can", "What to say")]
    assert at == sorted(at)
    assert said.index(guide["reviewed_text"]) < at[0], "the date stands at the top"
    for shown in (guide["review_by_text"], guide["owner"], f"Version {guide['version']}", *RED_LINES):
        assert shown in said


def test_the_four_steps_are_read_in_60_seconds(sqlite_world: World) -> None:
    steps = sqlite_world.phone("newcomer").all("guide")["g1"]["steps"]
    assert sum(len(text.split()) for each in steps for text in [each["title"], *each["points"]]) <= WORDS_IN_A_MINUTE


def test_past_its_review_a_guide_says_that_it_is_being_checked(sqlite_world: World, folder: Path) -> None:
    assert "is being checked" not in page(sqlite_world)
    edit(folder, GUIDE, checked(TODAY - timedelta(60), TODAY - timedelta(1)))
    sqlite_world.load_content(folder)
    assert "This page is being checked. Ask Inclusion team before you rely on it." in page(sqlite_world)
    assert "Being checked" in page(sqlite_world, "/help")


def test_past_its_review_a_guide_is_no_source_for_a_module_and_the_module_says_so(
    sqlite_world: World, folder: Path
) -> None:
    nurse = sqlite_world.log_in("nurse")
    assert "being checked" not in nurse.get("/learn/m2").text
    edit(folder, GUIDE, checked(TODAY - timedelta(60), TODAY - timedelta(1)))
    sqlite_world.load_content(folder)
    assert "which is being checked. Ask before you rely on either." in nurse.get("/learn/m2").text
    assert "being checked" not in nurse.get("/learn/m3").text, "it does not lead there"


def test_on_the_day_of_its_review_a_guide_still_stands(sqlite_world: World, folder: Path) -> None:
    edit(folder, GUIDE, checked(TODAY - timedelta(60), TODAY))
    sqlite_world.load_content(folder)
    assert "is being checked" not in page(sqlite_world)


def test_what_says_something_new_is_marked_for_a_month_and_a_small_edit_is_not(
    sqlite_world: World, folder: Path
) -> None:
    newer = swap("version = 1\nmaterial = false", "version = 2\nmaterial = false")
    edit(folder, GUIDE, newer)
    edit(folder, GUIDE, checked(TODAY - timedelta(3), TODAY + timedelta(60)))
    edit(folder, GUIDE, swap("It usually starts the change.", "It usually begins the change."))
    sqlite_world.load_content(folder)
    assert "begins the change" in page(sqlite_world) and "Changed" not in page(sqlite_world)
    edit(folder, GUIDE, swap("version = 2\nmaterial = false", 'version = 3\nmaterial = true\nchanges = "Ask first."'))
    sqlite_world.load_content(folder)
    assert "Changed If you read it before, read it again: Ask first." in page(sqlite_world)
    assert "Changed" in page(sqlite_world, "/help")
    edit(folder, GUIDE, checked(TODAY - timedelta(31), TODAY + timedelta(30)))
    sqlite_world.load_content(folder)
    assert "Changed" not in page(sqlite_world)


def test_a_new_version_reaches_every_phone_at_its_next_contact(world: World, folder: Path) -> None:
    nurse = world.phone("nurse")
    edit(folder, GUIDE, swap("version = 1", "version = 2"))
    edit(folder, GUIDE, swap("Some care depends", "Some of the care depends"))
    world.load_content(folder)
    nurse.receive()
    assert nurse.all("guide")["g1"]["version"] == 2 and "Some of the care" in str(nurse.all("guide")["g1"]["text"])


def test_other_words_under_the_same_version_are_refused_and_the_last_good_ones_stay(
    sqlite_world: World, folder: Path
) -> None:
    edit(folder, GUIDE, swap("which cannot be undone", "which can be undone"))
    assert problems(sqlite_world, folder) == [
        "guides/record-details.md, line 6: the words are not those of version 1. Give it the next number."
    ]
    assert "cannot be undone" in page(sqlite_world)


BROKEN: dict[str, tuple[str, Edit, str]] = {
    "four-months": (
        GUIDE,
        checked(date(2026, 11, 2), date(2027, 3, 2)),
        "guides/record-details.md, line 10: review_by has to be after 2026-11-02, and 2027-02-02 or before",
    ),
    "reviewed after its review": (
        GUIDE,
        checked(date(2026, 11, 2), date(2026, 11, 2)),
        "guides/record-details.md, line 10: review_by has to be after 2026-11-02",
    ),
    "no owner": (GUIDE, swap('owner = "Inclusion team"\n', ""), "line 1: owner is missing. Add a line: owner ="),
    "a step is gone": (
        GUIDE,
        swap('[[steps]]\ntitle = "Who can"', '[[steps]]\ntitle = "Who knows"'),
        "line 14: the steps have to be called What you can do now, What you cannot do, Who can, What to say",
    ),
    "too long for 60 seconds": (
        GUIDE,
        swap("The surgery should explain the choices.", "more " * 60),
        "Make them 200 or fewer, so that they can be read in 60 seconds.",
    ),
    "something new that is not said": (GUIDE, swap("material = false", "material = true"), "say what is different now"),
    "nobody to ask": (
        GUIDE,
        swap('"inclusion", "information_governance"', '"inclusions"'),
        "no contact called inclusions",
    ),
    "markup": (GUIDE, swap("Promise a result", "<b>Promise</b> a result"), "line 79: HTML is not used here"),
    "nine lines": (
        POLICY,
        swap('    "Nobody is treated badly for speaking up.",\n', ""),
        "the summary has to be 10 lines",
    ),
    "a policy for five years": (POLICY, swap("review_by = 2027-11-01", "review_by = 2031-11-01"), "12 months after"),
    "a situation twice": (BORROWED, swap('id = "ask-name"', 'id = "name"'), "two are called name"),
    "a situation without words": (BORROWED, swap('"I would rather not say.",', '"",'), "the phrases of no"),
}


@pytest.mark.parametrize(("name", "change", "told"), BROKEN.values(), ids=BROKEN)
def test_a_bad_file_is_told_where_and_what_to_do(
    sqlite_world: World, folder: Path, name: str, change: Edit, told: str
) -> None:
    before = page(sqlite_world), page(sqlite_world, "/policy"), page(sqlite_world, "/words")
    edit(folder, name, change)
    found = problems(sqlite_world, folder)
    assert [each for each in found if told in each], found
    assert (page(sqlite_world), page(sqlite_world, "/policy"), page(sqlite_world, "/words")) == before


def test_three_months_end_on_a_day_that_there_is() -> None:
    assert _months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert _months_after(date(2026, 12, 31), 3) == date(2027, 3, 31)


def test_the_policy_is_ten_lines_and_then_all_of_it(sqlite_world: World) -> None:
    said = page(sqlite_world, "/policy")
    policy = sqlite_world.phone("newcomer").all("policy")["inclusion"]
    assert len(policy["summary"]) == 10
    assert said.index("In 10 lines") < said.index(policy["summary"][0]) < said.index("All of it")
    assert policy["owner"] in said and policy["reviewed_text"] in said and policy["review_by_text"] in said


def test_words_to_borrow_are_short_enough_to_say(sqlite_world: World) -> None:
    situations = sqlite_world.phone("newcomer").all("situation")
    phrases = [phrase for each in situations.values() for phrase in each["phrases"]]
    assert len(situations) >= 8 and len(phrases) == len(set(phrases))
    said = page(sqlite_world, "/words")
    for phrase in phrases:
        assert len(phrase.split()) <= 20 and phrase.replace("'", "&#39;") in said, phrase


def test_a_box_for_own_words_has_no_name_no_memory_and_no_spelling_check(sqlite_world: World) -> None:
    """A browser may send what is typed to its maker to look at its spelling, and may fill it in another day."""
    found = re.search(r"<form[^>]*data-own-words.*?</form>", sqlite_world.nobody().get("/help").text, re.S)
    assert found
    form, boxes = found[0].partition(">")[0], re.findall(r"<textarea[^>]*>", found[0])
    assert not re.search(r"action=|method=|hx-", form) and "hidden" in form
    assert len(boxes) == 5
    for box in boxes:
        assert "name=" not in box and 'autocomplete="off"' in box and 'spellcheck="false"' in box
    assert 'type="submit"' not in found[0]

"""Module files: what each mistake is told, with file, line and remedy; and that no file at all is a fault of ours."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.features import ContentProblems
from server.features.content import FOLDER
from server.features.module_files import ModuleFile, read
from tests.world import World

Edit = Callable[[str], str]
FILE = "modules/wearing-it-well.md"
TEXT = (FOLDER / FILE).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


def problems(folder: Path) -> list[str]:
    with pytest.raises(ContentProblems) as raised:
        read(folder, {})
    return raised.value.problems


def swap(old: str, new: str) -> Edit:
    assert old in TEXT, old
    return lambda text: text.replace(old, new, 1)


def at(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


BEST = '- [x] "Thank you for asking me.'
FEEDBACK = "  > You kept the promise. You were easy to talk to, and honest about what you know.\n"
SCENE, CHOOSE, PAUSE = "You are walking", "? What do you say first?", "% What would you want"

# What an editor did, the line it is told of, and what is told.
MISTAKES: dict[str, tuple[Edit, int, str]] = {
    "a field is missing": (swap('owner = "Inclusion team"\n', ""), 1, "owner is missing. Add a line"),
    "a field is misspelt": (swap("minutes =", "minuets ="), at("minutes ="), "minuets is not a field we know"),
    "a number is words": (swap("minutes = 4", 'minutes = "4"'), at("minutes ="), "minutes has to be a whole"),
    "a number is far off": (swap("minutes = 4", "minutes = 90"), at("minutes ="), "from 1 to 15"),
    "it is some other kind": (swap('"module"', '"event"'), at("kind ="), 'kind is "module"'),
    "the id is not the file": (swap('id = "wearing', 'id = "waering'), at("id ="), "the name of the file"),
    "a list holds numbers": (swap('["HIA6"]', "[6]"), at("tags ="), "a list of words in quotes"),
    "days go back": (swap("[3, 14, 60]", "[14, 3, 60]"), at("refreshers ="), "rising, like [3, 14, 60]"),
    "the review is long past it": (
        swap("review_by = 2027-05-01", "review_by = 2028-05-01"),
        at("review_by ="),
        "more than 12 months after reviewed",
    ),
    "the review is too early": (
        swap("review_by = 2027-05-01", "review_by = 2026-10-01"),
        at("review_by ="),
        "later than reviewed",
    ),
    "the law is looked at too seldom": (
        lambda text: swap("review_by = 2027-05-01", "review_by = 2027-10-01")(text).replace(SCENE, "By law you"),
        at("review_by ="),
        "at most 6 months",
    ),
    "there is no title": (swap("# What a badge or lanyard says\n", ""), at("## Scene") - 1, "There are 0"),
    "there are two titles": (swap("## Choose", "# Another\n\n## Choose"), at("# What a badge"), "There are 2"),
    "a part is misspelt": (swap("## One idea", "## An idea"), at("# What a badge"), "in this order: Scene"),
    "a part is gone": (swap("## Choose\n", ""), at("# What a badge"), "in this order: Scene"),
    "a part is bare": (lambda text: text[: text.index(SCENE)] + text[text.index("## Choose") :], at(SCENE), "no words"),
    "words stand before the parts": (swap("## Scene", "Hello.\n\n## Scene"), at("## Scene"), "before the first part"),
    "a question is unknown": (swap(CHOOSE, "?maybe Which?"), at(CHOOSE), "?maybe is no kind of question"),
    "a question says nothing": (swap(CHOOSE, "?"), at(CHOOSE), "the question is missing"),
    "a mark is unknown": (swap(BEST, BEST.replace("x", "?")), at(CHOOSE), "between [ and ] goes x for best"),
    "nothing is best": (swap(BEST, BEST.replace("x", "~")), at(CHOOSE), "0 answers marked [x]"),
    "two are best": (swap("- [~]", "- [x]"), at(CHOOSE), "2 answers marked [x]"),
    "an answer has no mark": (swap(BEST, BEST.replace("[x] ", "")), at(BEST), "begins with - [x]"),
    "an answer says nothing": (swap('- [ ] "Oh, I just wear it for the team."', "- [ ]"), at('- [ ] "Oh'), "missing"),
    "feedback is missing": (swap(FEEDBACK, ""), at(BEST), "the line under it that starts with > is missing"),
    "feedback is short": (swap(FEEDBACK, "  > Yes, that is right.\n"), at(BEST), "4 words. It needs 8 to 45"),
    "feedback is long": (swap(FEEDBACK, f"  > {'So it is. ' * 16}\n"), at(BEST), "48 words. It needs 8 to 45"),
    "feedback is not set in": (swap(FEEDBACK, f"{FEEDBACK}And kind.\n"), at(FEEDBACK) + 1, "belongs to no answer"),
    "unsure has other answers": (swap("- [ ] True", "- [ ] Yes"), at("?unsure"), "True, False, Not sure"),
    "a prompt is missing": (swap(PAUSE, "What would you want"), at("## Pause") + 1, "no prompt yet"),
    "there are two prompts": (swap(PAUSE, f"% And what else?\n\n{PAUSE}"), at(PAUSE) + 2, "one prompt is enough"),
    "a plan has no gap": (swap("______", "help"), at("% If someone"), "a plan has a gap"),
    "a day has no question": (swap("[3, 14, 60]", "[3, 14]"), at("## Refreshers") + 1, "one for each of the 2 days"),
    "help is not there": (swap("help:speak-up", "help:speak-down"), at("- help:"), "no page called help:speak-down"),
    "help is no link": (swap("- help:speak-up", "Ask someone."), at("- help:"), "this is no link"),
    "a link leads away": (
        swap(SCENE, "[Look](https://example.org/) here. You"),
        at(SCENE),
        "https://example.org/ is not allowed",
    ),
    "there is HTML": (swap(SCENE, "You <b>are</b>"), at(SCENE), "HTML is not used here"),
    "there is HTML in an answer": (swap("I just wear it", "I <b>just</b> wear it"), at('- [ ] "Oh'), "HTML"),
    "a sentence goes on and on": (
        swap("He sees your\nlanyard, comes over", f"He {'sees it and ' * 10}comes"),
        at(SCENE),
        "Make two of it: 25 is the limit",
    ),
    "there are too many words": (swap(SCENE, "So it is. " * 70 + SCENE), at("# What a badge"), "down to 650"),
    "it may hurt and nobody says so": (swap(SCENE, "Somebody was assaulted. You"), at(SCENE), "needs a content_note"),
    "it names somebody": (swap(SCENE, "Ask Jane Smith. You"), at(SCENE), "“Jane Smith” reads like a real person"),
    "it names somebody by title": (swap(SCENE, "Ask Dr. Patel. You"), at(SCENE), "reads like a real person"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_file_its_line_and_what_to_do(folder: Path, case: str) -> None:
    change, line, told = MISTAKES[case]
    changed = change(TEXT)
    assert changed != TEXT
    (folder / FILE).write_text(changed, encoding="utf-8")
    found = problems(folder)
    assert any(each.startswith(f"{FILE}, line {line}: ") and told in each for each in found), found
    assert all(each.endswith(".") and each.startswith(FILE) for each in found), found


def test_all_mistakes_of_all_modules_are_told_together(folder: Path) -> None:
    (folder / FILE).write_text(swap(BEST, BEST.replace("x", "~"))(swap("minutes = 4", "minutes = 4")(TEXT)))
    other = folder / "modules/deaf-aware.md"
    other.write_text(other.read_text(encoding="utf-8").replace("minutes", "minuets"), encoding="utf-8")
    assert len(problems(folder)) == 3  # a field missing and a field too many, and no best answer


def test_two_modules_cannot_have_one_number(folder: Path) -> None:
    (folder / FILE).write_text(swap("number = 1", "number = 2")(TEXT), encoding="utf-8")
    found = problems(folder)
    assert len(found) == 2 and all("another file has the same number" in each for each in found)


def test_the_last_good_version_stays_while_a_file_has_a_mistake(world: World, folder: Path) -> None:
    before = world.rows("SELECT * FROM record ORDER BY scope, kind, id")
    good = folder / "modules/deaf-aware.md"
    good.write_text(good.read_text(encoding="utf-8").replace("Inclusion team", "Another team"), encoding="utf-8")
    (folder / FILE).write_text(swap(FEEDBACK, "")(TEXT), encoding="utf-8")
    with pytest.raises(ContentProblems):
        world.load_content(folder)
    assert world.rows("SELECT * FROM record ORDER BY scope, kind, id") == before
    (folder / FILE).write_text(TEXT, encoding="utf-8")
    world.load_content(folder)
    assert (world.phone("nurse").get("module", "m4") or {})["owner"] == "Another team"


@pytest.mark.parametrize(
    "change, told",
    [
        (
            swap("You kept the promise.", "You have kept it."),
            "the words changed but the version did not. Write version = 2",
        ),
        (swap("version = 1", "version = 3"), ""),
        (swap("number = 1", "number = 7"), "people know it as number 1. Write number = 1 again."),
        (swap('owner = "Inclusion team"', 'owner = "People team"'), ""),
        (lambda text: text.replace("\n\n## ", "\n\n\n## "), ""),
        (swap("- help:speak-up\n", "- help:speak-up\n- module:deaf-aware\n"), ""),
    ],
    ids=["words", "version", "number", "owner", "layout", "links"],
)
def test_words_that_people_have_seen_change_with_their_version_and_nothing_else_needs_one(
    world: World, folder: Path, change: Edit, told: str
) -> None:
    (folder / FILE).write_text(change(TEXT), encoding="utf-8")
    if not told:
        world.load_content(folder)
        return
    with pytest.raises(ContentProblems) as raised:
        world.load_content(folder)
    assert any(told in each for each in raised.value.problems), raised.value.problems


def test_an_older_version_than_people_have_seen_and_a_file_that_is_gone_are_asked_back(
    world: World, folder: Path
) -> None:
    file = folder / FILE
    file.write_text(swap("version = 1", "version = 4")(TEXT), encoding="utf-8")
    world.load_content(folder)
    file.write_text(TEXT, encoding="utf-8")
    (folder / "modules/deaf-aware.md").unlink()
    with pytest.raises(ContentProblems) as raised:
        world.load_content(folder)
    seen, gone = raised.value.problems
    assert "people have already seen version 4" in seen
    assert gone == "modules/deaf-aware.md: this file is gone but people may have finished it. Put it back."


# No file is a fault of ours

LINES = TEXT.splitlines(keepends=True)
MARKS = "#?%->[]<`*_=+\x00\u2028\ufeff"
PIECES = (
    *("## Scene\n", "## Refreshers\n", "?order x\n", "1. x\n", "- [x]\n", "  > \n", "+++\n", "<script>", "[["),
    *("[a](javascript:x)", "version = 1e9\n", "reviewed = 2026-02-30\n", "number = 99999999999999999999\n"),
)
BITS = st.sampled_from([*MARKS, *PIECES])
EDITS = st.lists(st.tuples(st.integers(0, len(LINES)), st.sampled_from(["put", "cut", "join"]), BITS), max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_whatever_is_done_to_a_file_it_is_read_or_told_of(tmp_path: Path, edits: list[tuple[int, str, str]]) -> None:
    lines = [*LINES]
    for place, how, bit in edits:
        if how == "put":
            lines.insert(place, bit)
        elif lines:
            number = place % len(lines)
            lines[number] = "" if how == "cut" else bit + lines[number].rstrip("\n")
    _reads_or_tells(tmp_path, "".join(lines).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"+++\n{text}\n+++\n".encode())))
def test_whatever_a_file_holds_it_is_told_of(tmp_path: Path, held: bytes) -> None:
    _reads_or_tells(tmp_path, held)


@pytest.mark.parametrize(
    "front", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a = 1979-99-99", "a = 2026-11-01T99:00:00"]
)
def test_fields_that_nobody_could_read_are_told_of(tmp_path: Path, front: str) -> None:
    assert _reads_or_tells(tmp_path, f"+++\n{front}\n+++\n".encode()) is None


def _reads_or_tells(tmp_path: Path, held: bytes) -> list[ModuleFile] | None:
    (tmp_path / "modules").mkdir(exist_ok=True)
    (tmp_path / FILE).write_bytes(held)
    try:
        return read(tmp_path, {})
    except ContentProblems as found:
        assert found.problems and all(each.startswith(("modules/", "modules:")) for each in found.problems)
        return None

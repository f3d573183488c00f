"""The six modules as a phone gets them, and the example that those who write begin with."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from server.features.content import FOLDER
from server.features.module_files import ModuleFile, read

STEPS = ["scene", "choose", "idea", "again", "pause", "action", "more"]
MODULES = {each.id: each for each in read(FOLDER, {})}
GUIDE = Path(__file__).parents[2] / "docs/modules.md"
EVERY = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())


def questions(module: ModuleFile) -> list[dict[str, Any]]:
    asked = [question for step in module.body["steps"] for question in step["questions"]]
    return asked + [each["question"] for each in module.body["refreshers"]]


def step(module: ModuleFile, id: str) -> dict[str, Any]:
    return next(each for each in module.body["steps"] if each["id"] == id)


def test_there_are_six_modules_and_the_first_is_the_gate() -> None:
    assert sorted(MODULES) == [f"m{number}" for number in range(1, 7)]
    assert [id for id in sorted(MODULES) if MODULES[id].body["gate"]] == ["m1"]
    assert [id for id in sorted(MODULES) if MODULES[id].body["topic"] == "private"] == ["m2"]
    assert "racist abuse" in MODULES["m3"].body["note"]


@EVERY
def test_a_module_is_four_minutes_of_seven_steps_with_an_owner_and_a_day_to_read_it_again(module: ModuleFile) -> None:
    body = module.body
    assert [each["id"] for each in body["steps"]] == STEPS
    assert body["minutes"] == 4 and 300 <= body["words"] <= 650
    assert body["owner"] and body["reviewed"] < body["review_by"] and body["review_by_text"] == "Saturday 1 May 2027"
    assert [each["day"] for each in body["refreshers"]] == [3, 14, 60]
    assert step(module, "scene")["blocks"] and step(module, "idea")["blocks"] and body["help"]
    assert step(module, "choose")["questions"] and step(module, "again")["questions"]
    assert step(module, "pause")["prompt"] and "______" in step(module, "action")["prompt"]


@EVERY
def test_every_answer_is_told_why_and_every_question_has_an_id_of_its_own(module: ModuleFile) -> None:
    asked = questions(module)
    assert len({each["id"] for each in asked}) == len(asked)
    for question in asked:
        assert question["text"] and (question["kind"] == "words") == (question["options"] == [])
        assert len({each["id"] for each in question["options"]}) == len(question["options"])
        for option in question["options"]:
            assert option["text"] and 8 <= len(option["feedback"].split()) <= 45


def test_every_kind_of_question_is_asked_somewhere() -> None:
    asked = {question["kind"] for module in MODULES.values() for question in questions(module)}
    assert asked == {"choose", "many", "order", "spot", "unsure", "words"}


def test_the_best_answer_is_not_always_in_the_same_place_and_no_order_is_shown_as_it_should_be() -> None:
    asked = [question for module in MODULES.values() for question in questions(module)]
    places = [
        next(at for at, option in enumerate(question["options"]) if option["grade"] == "best")
        for question in asked
        if question["kind"] == "choose"
    ]
    assert len(places) > 20 and max(places.count(at) for at in range(3)) < len(places) * 2 / 3
    for question in asked:
        shown = [option["place"] for option in question["options"]]
        if question["kind"] == "order":
            assert sorted(shown) == [*range(1, len(shown) + 1)] and any(a > b for a, b in pairwise(shown))
        else:
            assert set(shown) <= {0}


def test_what_must_not_be_missing_is_said() -> None:
    said = {id: str(module.body) for id, module in MODULES.items()}
    assert "Not wearing one tells you nothing about a colleague." in said["m1"]
    assert "Every member of staff should treat people well, badge or not." in said["m1"]
    assert "I do not know, but I can help you find out" in said["m1"]
    assert "check identity in the usual way" in said["m2"]
    assert "Safety first." in said["m3"]
    assert "Do not promise to keep everything secret." in said["m6"]


def test_the_example_for_those_who_write_is_read_as_it_stands_with_every_kind_of_question(tmp_path: Path) -> None:
    found = re.search(r"^```\n(\+\+\+\n.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    for name in ("modules", "help"):
        (tmp_path / name).mkdir()
    (tmp_path / "modules/a-good-start.md").write_text(found[1], encoding="utf-8")
    help = (FOLDER / "help/speak-up.md").read_text(encoding="utf-8")
    (tmp_path / "help/speak-up.md").write_text(help, encoding="utf-8")
    (module,) = read(tmp_path, {})
    kinds = [each["kind"] for each in questions(module)]
    assert (module.id, kinds) == ("m7", ["choose", "many", "order", "spot", "unsure", "choose", "words", "choose"])
    assert [each["kind"] for each in step(module, "idea")["blocks"]] == ["p", "h3", "ul"]
    assert module.body["help"] == [{"href": "/help", "text": "If it just happened"}]
    many = questions(module)[1]["options"]
    assert {each["id"]: each["grade"] for each in many} == {"a": "best", "b": "best", "c": "avoid"}

"""Rules out of argument classes, and the validator that phones share. The shared vectors run on both sides."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
import pytest
from msgspec import Meta

from sync import Args
from sync.forms import Rule, check, rules

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "forms.json"


class Everything(Args, frozen=True):
    show: Annotated[Literal["name", "nobody"], Meta(description="Choose who may see it.")]
    thing: str
    short: Annotated[str, Meta(max_length=3)] = ""
    number: Annotated[int, Meta(ge=1, le=5)] = 1
    any_number: int = 0
    note: Annotated[str | None, Meta(description="Say why.")] = None


RULES = rules(Everything)


def rule(name: str) -> Rule:
    return next(rule for rule in RULES if rule["name"] == name)


def test_rules_follow_the_fields_of_the_class() -> None:
    assert [rule["name"] for rule in RULES] == ["show", "thing", "short", "number", "any_number", "note"]
    assert rule("show") == {
        "name": "show",
        "type": "enum",
        "required": True,
        "values": ["name", "nobody"],
        "words": "Choose who may see it.",
    }
    assert rule("short") == {
        "name": "short",
        "type": "text",
        "required": False,
        "max_length": 3,
        "words": "Write something here, up to 3 letters.",
    }
    assert json.loads(json.dumps(RULES)) == RULES


def test_a_field_without_a_description_has_plain_words() -> None:
    names = ("thing", "number", "any_number", "note")
    assert [rule(name)["words"] for name in names] == [
        "Write something here.",
        "Write a number from 1 to 5.",
        "Write a whole number.",
        "Say why.",
    ]


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ({"show": "name", "thing": "x"}, {"show": "name", "thing": "x"}),
        ({"show": " name ", "thing": "\r\na\r\nb\t"}, {"show": "name", "thing": "a\nb"}),
        ({"show": "name", "thing": "x", "number": " 5 "}, {"show": "name", "thing": "x", "number": 5}),
        ({"show": "name", "thing": "x", "number": "", "page": "/p"}, {"show": "name", "thing": "x"}),
        ({"show": "name", "thing": "x", "short": "😀😀😀"}, {"show": "name", "thing": "x", "short": "😀😀😀"}),
        ({"show": "name", "thing": "\u00a0"}, {"show": "name", "thing": "\u00a0"}),
        ({"show": "name", "thing": "x", "any_number": "-007"}, {"show": "name", "thing": "x", "any_number": -7}),
    ],
)
def test_a_good_form_becomes_typed_arguments(form: dict[str, str], data: dict[str, Any]) -> None:
    assert check(RULES, form) == (data, [])
    assert msgspec.convert(data, Everything)


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, ["show", "thing"]),
        ({"show": "everybody", "thing": "x"}, ["show"]),
        ({"show": "name", "thing": " \n"}, ["thing"]),
        ({"show": "name", "thing": "a\0b"}, ["thing"]),
        ({"show": "name", "thing": "x", "short": "four"}, ["short"]),
        ({"show": "name", "thing": "x", "number": "6"}, ["number"]),
        ({"show": "name", "thing": "x", "number": "1.5"}, ["number"]),
        ({"show": "name", "thing": "x", "number": "٣"}, ["number"]),
        ({"show": "name", "thing": "x", "any_number": "1" * 16}, ["any_number"]),
    ],
)
def test_a_form_that_is_not_filled_in_says_where_and_what_to_do(form: dict[str, str], fields: list[str]) -> None:
    problems = check(RULES, form)[1]
    assert [problem["field"] for problem in problems] == fields
    assert all(problem["words"] == rule(problem["field"])["words"] for problem in problems)


@pytest.mark.parametrize("field", [float, bool, list[str], Literal[1, 2], Annotated[str, Meta(pattern="x")], str | int])
def test_what_a_phone_could_not_check_the_same_way_is_refused_at_start(field: Any) -> None:
    made = msgspec.defstruct("Made", [("field", field)], bases=(Args,), frozen=True, kw_only=True)
    with pytest.raises(TypeError, match=r"Made\.field"):
        rules(cast(type[Args], made))


SHARED = json.loads(VECTORS.read_text())


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["name"])
def test_a_form_gives_the_same_here_as_on_a_phone(case: dict[str, Any]) -> None:
    data, problems = check(SHARED["rules"], case["form"])
    words = {rule["name"]: rule["words"] for rule in SHARED["rules"]}
    assert data == case["data"]
    assert problems == [{"field": name, "words": words[name]} for name in case["problems"]]

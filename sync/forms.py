"""One small validator for forms. Its rules come from the argument classes and go to the phone as JSON, where a twin
checks the same forms with the same words (tests/vectors/forms.json). Knows nothing of HTML."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from msgspec import inspect

from sync.actions import Args
from sync.wire import SAFE, place

NOT_USABLE = "Something in this was missing, so we could not use it. Please do it again."
_BLANKS = " \t\n\r\f\v"
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)


class Rule(TypedDict):
    name: str
    type: str  # text, enum, integer
    required: bool
    words: str
    values: NotRequired[list[str]]
    min: NotRequired[int]
    max: NotRequired[int]
    max_length: NotRequired[int]


class Problem(TypedDict):
    field: str
    words: str


def rules(args: type[Args]) -> list[Rule]:
    """In the order of the fields. What a phone could not check the same way is refused here, when the server starts."""
    described = cast(inspect.StructType, inspect.type_info(args))
    return [rule(args, field) for field in described.fields]


def rule(args: type[Args], field: inspect.Field) -> Rule:
    found, description = plain(field.type)
    made: Rule = {"name": field.encode_name, "type": "text", "required": field.required, "words": ""}
    match found:
        case inspect.LiteralType(values=values) if all(isinstance(value, str) for value in values):
            made |= {"type": "enum", "values": [str(value) for value in values]}
        case inspect.IntType(gt=None, lt=None, multiple_of=None):
            made["type"] = "integer"
            made |= {"min": -SAFE if found.ge is None else found.ge, "max": SAFE if found.le is None else found.le}
        case inspect.StrType(pattern=None) if (found.min_length or 0) <= 1:
            if found.max_length is not None:
                made["max_length"] = found.max_length
        case _:
            raise TypeError(f"{args.__name__}.{field.name}: a form can hold text, a whole number or one of some words")
    made["words"] = description or default_words(made)
    return made


def plain(type: inspect.Type) -> tuple[inspect.Type, str | None]:
    """Without its description, and without the None of an optional field."""
    description = None
    while True:
        if isinstance(type, inspect.Metadata):
            description = (type.extra_json_schema or {}).get("description", description)
            type = type.type
        elif isinstance(type, inspect.UnionType):
            rest = [one for one in type.types if not isinstance(one, inspect.NoneType)]
            if len(rest) != 1:
                return type, description
            type = rest[0]
        else:
            return type, description


def default_words(rule: Rule) -> str:
    if rule["type"] == "enum":
        return "Choose one of these."
    if rule["type"] == "integer":
        if rule["min"] > -SAFE and rule["max"] < SAFE:
            return f"Write a number from {rule['min']} to {rule['max']}."
        return "Write a whole number."
    if "max_length" in rule:
        return f"Write something here, up to {rule['max_length']} letters."
    return "Write something here."


def check(rules: Sequence[Rule], form: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The typed arguments, and what to put right. What no rule names is left out; so are empty optional fields."""
    data: dict[str, Any] = {}
    problems: list[Problem] = []
    for rule in rules:
        text = form.get(rule["name"], "").replace("\r\n", "\n").strip(_BLANKS)
        if not text and not rule["required"]:
            continue
        value = read(rule, text)
        if value is None:
            problems.append({"field": rule["name"], "words": rule["words"]})
        else:
            data[rule["name"]] = value
    return data, problems


def read(rule: Rule, text: str) -> str | int | None:
    if not text or "\0" in text:
        return None
    if rule["type"] == "integer":
        number = int(text) if _WHOLE.fullmatch(text) else None
        return number if number is not None and rule["min"] <= number <= rule["max"] else None
    if rule["type"] == "enum":
        return text if text in rule["values"] else None
    return text if len(text) <= rule.get("max_length", SAFE) else None


def words_for(args: type[Args], error: Exception) -> str:
    """The words of the field that arguments were refused for, when there is one such field."""
    try:
        return next((rule["words"] for rule in rules(args) if rule["name"] == place(error)), NOT_USABLE)
    except TypeError:
        return NOT_USABLE

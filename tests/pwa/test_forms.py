"""The two validators say the same of every form: shared vectors, and forms made up at random."""

from __future__ import annotations

import json
import random
from typing import Any, cast

import pytest

from sync.forms import Rule, check
from tests.quick import ROOT, call, quick

VECTORS = json.loads((ROOT / "tests/vectors/forms.json").read_text(encoding="utf-8"))
RULES = cast(list[Rule], VECTORS["rules"])
WORDS = {rule["name"]: rule["words"] for rule in RULES}
PIECES = [
    "p1",
    "team",
    "2",
    "-0",
    "007",
    " ",
    "\r\n",
    "\n",
    "\t",
    "\v",
    "\0",
    "🌈",
    "é",
    "\u00a0",
    "\u2028",
    "\ufeff",
    "٢",
    "1e3",
    "9" * 15,
]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_server_reads_a_form_as_the_vector_says(case: dict[str, Any]) -> None:
    problems = [{"field": name, "words": WORDS[name]} for name in case["problems"]]
    assert check(RULES, case["form"]) == (case["data"], problems)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_worker_reads_a_form_as_the_vector_says(case: dict[str, Any]) -> None:
    problems = [{"field": name, "words": WORDS[name]} for name in case["problems"]]
    assert call(quick("pwa/worker/forms.js"), "check", RULES, case["form"]) == {
        "data": case["data"],
        "problems": problems,
    }


def test_both_read_random_forms_alike() -> None:
    context, chance = quick("pwa/worker/forms.js"), random.Random(11)
    for _ in range(500):
        form = {rule["name"]: "".join(chance.choices(PIECES, k=chance.randrange(4))) for rule in RULES}
        data, problems = check(RULES, form)
        assert call(context, "check", RULES, form) == {"data": data, "problems": problems}, form

"""Random templates give the same bytes from Python and from JavaScript, and both refuse the same ones."""

import os
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from pwa.compile import SUBSET
from tests.pwa.random_templates import Data, Generator
from tests.pwa.twins import Refused, Twins

PAGES, TIMES = 20, 2  # pages of one set of templates, and contexts for each
ENOUGH = 2000
SEED = int(os.environ.get("FUZZ_SEED") or datetime.now(UTC).strftime("%Y%m%d"))


class Different(AssertionError):
    """The two servers do not agree."""


def compare(twins: Twins, seed: int) -> tuple[Counter[str], set[str]]:
    """One set of templates: how many of its pages rendered alike, how many both refused, and the constructs used."""
    made = Generator(seed)
    data = Data(random.Random(seed))
    templates = made.templates(PAGES)
    used = twins.take(templates)
    score: Counter[str] = Counter()
    for page in range(PAGES):
        alike = [_alike(twins, f"{page}.html", data.context(), seed, templates) for _ in range(TIMES)]
        score["rendered" if any(alike) else "refused by both"] += 1
    return score, used


def _alike(twins: Twins, page: str, context: dict[str, Any], seed: int, templates: dict[str, str]) -> bool:
    python, javascript = twins.render(page, context)
    if isinstance(python, Refused) and isinstance(javascript, Refused):
        return False
    if python != javascript:
        raise Different(f"set {seed}, {page}\n{templates}\n{context}\nPython: {python}\nJavaScript: {javascript}")
    return True


def test_at_least_2000_random_pages_are_the_same_bytes_from_both_servers() -> None:
    twins, score, used, seed = Twins(), Counter[str](), set[str](), SEED * 1000
    print(f"FUZZ_SEED={SEED}")
    while score["rendered"] < ENOUGH:
        more, constructs = compare(twins, seed)
        score, used, seed = score + more, used | constructs, seed + 1
    print(dict(score), f"{seed - SEED * 1000} sets of templates")
    assert used == SUBSET, "the generator does not make everything that the subset has"
    assert score["rendered"] > 3 * score["refused by both"], "most random pages must render, not be refused"


FAULTS = {
    "an apostrophe escaped another way": ("&#39;", "&#x27;"),
    "an empty list that is true": ("return v.length > 0;", "return true;"),
    "an empty record that is true": ("Object.keys(v).length > 0 :", "true :"),
    "length in UTF-16 units": ("[...v] :", "v :"),
    "order by UTF-16 unit": ("return unit(x) - unit(y)", "return x - y"),
    "a number equal to its text": ("  return a === b;", "  return a == b;"),
    "true not equal to 1": ("return Number(a) === b;", "return false;"),
    "a collection in the order it came": ("by(Object.keys(v).map((k) => [k, v[k]]))", "Object.values(v)"),
    "an order that is not kept": ("? whole(x.order) : 0", "? 0 : 0"),
    "a name that is not there is empty text": ("n in c && c[n] !== undefined ? c[n] : new Undefined(n)", 'c[n] ?? ""'),
    "true put out as text": (
        "isText(v) || Number.isSafeInteger(v)",
        'isText(v) || typeof v === "boolean" || Number.isSafeInteger(v)',
    ),
    "a macro's answer escaped twice": ("v instanceof Markup ? v.html : String", "String"),
    "what is joined to markup left as it is": ('parts.map(out).join("")', 'parts.map((v) => v.html ?? v).join("")'),
    "a key of every object taken for a key of this one": ("Object.prototype.hasOwnProperty.call(o, k) && ", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fuzz_test_notices(fault: str) -> None:
    twins = Twins(changed=FAULTS[fault])
    with pytest.raises(AssertionError):
        for seed in range(400):
            compare(twins, seed)

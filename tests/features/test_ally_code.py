"""The code to collect something: both sides know a real one, and no slip of the finger makes another."""

import itertools
import json
import random

import pytest
import quickjs

from server.features.ally_code import SIGNS, check, code_of, is_code
from tests.quick import ROOT, call, quick

VECTORS = json.loads((ROOT / "tests/vectors/ally_code.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def js() -> quickjs.Context:
    return quick("pwa/features/ally/code.js")


@pytest.mark.parametrize("text", VECTORS["codes"])
def test_both_sides_know_a_code_as_people_type_it(js: quickjs.Context, text: str) -> None:
    assert is_code(text) and call(js, "isCode", text)


@pytest.mark.parametrize("text", VECTORS["not_codes"])
def test_both_sides_know_what_is_no_code(js: quickjs.Context, text: str) -> None:
    assert not is_code(text) and not call(js, "isCode", text)


def test_one_mistyped_sign_is_always_caught() -> None:
    for code in _some():
        wrong = {code[:n] + sign + code[n + 1 :] for n in range(4) for sign in SIGNS} - {code}
        assert len(wrong) == 4 * (len(SIGNS) - 1)
        assert [each for each in wrong if is_code(each)] == []


def test_two_signs_that_changed_places_are_always_caught() -> None:
    for code in _some():
        for one, other in itertools.combinations(range(4), 2):
            signs = list(code)
            signs[one], signs[other] = signs[other], signs[one]
            assert signs == list(code) or not is_code("".join(signs))


def test_no_sign_looks_like_another_and_none_is_a_vowel() -> None:
    for alike in ("0OQ", "1IL", "2Z", "5S", "8B", "6G", "UV"):
        assert len(set(alike) & set(SIGNS)) <= 1
    assert set("AEIOU") & set(SIGNS) == set()


def _some() -> list[str]:
    """Some of all there are, and always the same ones."""
    chance = random.Random(5)
    firsts = ["".join(chance.choices(SIGNS, k=3)) for _ in range(100)]
    return [each + check(each) for each in firsts]


def test_the_code_of_a_name_is_a_code_and_always_the_same() -> None:
    codes = [code_of(f"{number:032x}") for number in range(1, 100)]
    assert all(is_code(code) for code in codes) and len(set(codes)) == len(codes)
    assert codes == [code_of(f"{number:032x}") for number in range(1, 100)]

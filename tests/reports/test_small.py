"""How a count may be told: never a few, never exactly; no months, bands or totals give one person away."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.small import LEAST_BASE, Rule, Shown, share, show
from tests.reports.attacker import Tell, a_chair_reads, as_we_do, only_rounded

FEW = "fewer than 10"
RULES = [Rule(), Rule(8, 5), Rule(10, 6), Rule(12, 10)]
COUNTS = st.integers(0, 20_000)
MONTHS = 24
CHAIRS = 400


def tellings(count: int, rule: Rule, before: Shown | None) -> list[Shown]:
    """What may be told of a count, one for each grid."""
    return [show(count, rule, grid, before) for grid in range(rule.round_to)]


def befores(rule: Rule, count: int) -> Iterator[Shown | None]:
    """All that can have been told a month ago: nothing yet, a few, or any number near and far."""
    yield None
    yield Shown("", None)
    least = -(-rule.min_count // rule.round_to) * rule.round_to
    yield from (Shown("", about) for about in range(least, count + 5 * rule.round_to, rule.round_to))


def changes(told: Sequence[str]) -> int:
    return sum(a != b for a, b in pairwise(told))


def history(count: Sequence[int], grids: Sequence[int], rule: Rule) -> list[str]:
    told: list[Shown] = []
    for each, grid in zip(count, grids, strict=True):
        told.append(show(each, rule, grid, told[-1] if told else None))
    return [each.words for each in told]


@pytest.mark.parametrize("count", range(10))
def test_fewer_than_ten_people_are_told_as_that_and_nobody_too(count: int) -> None:
    rule = Rule()
    assert {each.words for before in befores(rule, count) for each in tellings(count, rule, before)} == {FEW}


@pytest.mark.parametrize("rule", RULES)
@given(st.data())
def test_a_count_below_the_least_is_never_told_whatever_was_told_before(rule: Rule, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, rule.min_count - 1))
    for before in befores(rule, count):
        assert {each.words for each in tellings(count, rule, before)} == {f"fewer than {rule.min_count}"}


@pytest.mark.parametrize("rule", RULES)
@given(COUNTS)
def test_a_count_that_is_told_is_round_and_near_and_not_below_the_least(rule: Rule, count: int) -> None:
    near = (count + rule.round_to, count, count - rule.round_to)
    befores_ = [None, Shown("", None), *(Shown("", each // rule.round_to * rule.round_to) for each in near)]
    for before in befores_:
        for told in (each.kept() for each in tellings(count, rule, before)):
            if told is not None:
                assert told % rule.round_to == 0 and told >= rule.min_count
                assert abs(told - count) <= rule.furthest
            else:
                assert count <= rule.min_count + 4 * rule.blur, "a large number is told"


@given(COUNTS)
def test_the_first_time_a_count_is_told_it_is_one_of_the_two_nearest(count: int) -> None:
    for about in (each.kept() for each in tellings(count, Rule(), None)):
        assert count < 14 if about is None else abs(about - count) < 5


@pytest.mark.parametrize("rule", RULES)
@given(st.integers(0, 120))
def test_one_person_more_changes_what_is_told_for_one_grid_at_most(rule: Rule, count: int) -> None:
    for before in befores(rule, count):
        alone, with_one = tellings(count, rule, before), tellings(count + 1, rule, before)
        changed = [a.words for a, b in zip(alone, with_one, strict=True) if a.words != b.words]
        assert len(changed) <= 1, (count, before and before.kept())


@given(st.integers(0, 200), st.lists(st.integers(0, 4), min_size=120, max_size=120))
def test_months_cannot_be_averaged_while_nobody_comes_or_goes(count: int, grids: list[int]) -> None:
    """Each month has a grid of its own; told anew each time, 24 of them would give the count away."""
    told = history([count] * len(grids), grids, Rule())
    assert changes(told) <= 2


@given(st.integers(10, 200), st.integers(1, 200))
def test_what_is_told_does_not_swing_between_two_counts(count: int, seed: int) -> None:
    """One person who comes and goes every month is not seen to."""
    chance = random.Random(seed)
    grids = [chance.randrange(5) for _ in range(60)]
    told = history([count + month % 2 for month in range(60)], grids, Rule())
    assert changes(told) <= 3


def found_out(tell: Tell) -> float:
    """How often a chair ends up certain whether one person joined privately."""
    chance = random.Random(2026)
    certain = 0
    for _ in range(CHAIRS):
        true, chair = a_chair_reads(tell, MONTHS, chance)
        sure = chair.sure_that_one_joined()
        certain += (sure if true.one_joined else 1 - sure) > 0.95
    return certain / CHAIRS


def test_a_chair_who_reads_all_names_and_numbers_for_two_years_does_not_learn_who_joined_privately() -> None:
    assert found_out(as_we_do) < 0.05


def test_rounding_alone_would_have_told_that_chair() -> None:
    """Why there are grids at all."""
    assert found_out(only_rounded) > 0.35


def test_a_total_less_the_cell_beside_it_is_no_count() -> None:
    """Every table of two cells and a total there is in this range, by every grid: whoever knows the rule and what was
    told finds at least two counts that fit the cell, but for one table in a hundred thousand, where all three lie at
    the very end of what their words can mean."""
    rule, grids = Rule(), range(5)

    @cache
    def told(count: int, grid: int) -> str:
        return show(count, rule, grid, None).words

    @cache
    def fit(words: str) -> frozenset[int]:
        return frozenset(count for count in range(100) if any(told(count, grid) == words for grid in grids))

    @cache
    def left(one: str, other: str, total: str) -> int:
        return len([count for count in fit(one) if any(count + beside in fit(total) for beside in fit(other))])

    tables = [
        left(told(one, grid), told(other, beside), told(one + other, above))
        for one, other in product(range(10, 35), repeat=2)
        for grid, beside, above in product(grids, repeat=3)
    ]
    assert len([counts for counts in tables if counts < 2]) * 50_000 < len(tables)


def test_what_is_told_is_no_number() -> None:
    told: Any = show(40, Rule(), 0, None)
    for misuse in (str, int, sum, "{}".format, lambda shown: shown + shown, lambda shown: shown < shown):
        with pytest.raises(TypeError):
            misuse(told)
    assert "40" not in re.sub(r"0x[0-9a-f]+", "", repr(told))  # where it is in memory may be anything


def test_other_words_may_stand_for_a_few() -> None:
    assert show(3, Rule(), 0, None, "some interest").words == "some interest"
    assert show(40, Rule(), 0, None, "some interest").words == "about 40"


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 4), st.integers(0, 4))
def test_a_share_is_told_of_fifty_people_or_more_only(base: int, part: int, one: int, other: int) -> None:
    rule, part = Rule(), min(part, base)
    for before in befores(rule, base):
        told = share(show(part, rule, one, None), show(base, rule, other, before), rule)
        if told:
            assert base >= LEAST_BASE and part >= rule.min_count
            assert told == "less than 5%" or int(told.removeprefix("about ").removesuffix("%")) % 5 == 0


def test_a_share_is_made_of_what_was_told_and_of_nothing_else() -> None:
    rule = Rule()
    assert share(Shown("", 30), Shown("", 60), rule) == "about 50%"
    assert share(Shown("", 10), Shown("", 600), rule) == "less than 5%"
    assert share(Shown("", 70), Shown("", 65), rule) == "about 100%"
    assert share(Shown("", 30), Shown("", 55), rule) == ""
    assert share(Shown("", None), Shown("", 500), rule) == ""
    assert share(Shown("", 30), Shown("", None), rule) == ""

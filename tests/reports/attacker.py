"""Somebody who reads every number of every month and knows how they are made: a chair, who sees each named member.

Keeps every story that would have led to what was told, with how likely it is: how many are in the network privately,
and whether one more joined privately in a certain month. Knows the rule but not the grids, so each month it weighs all
of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.reports.small import Rule, Shown, show

RULE = Rule()
GRIDS = range(RULE.round_to)
MOST_PRIVATE = 15

Tell = Callable[[int, int, Shown | None], Shown]  # a count, a grid, and what was told last


def as_we_do(count: int, grid: int, before: Shown | None) -> Shown:
    return show(count, RULE, grid, before)


def only_rounded(count: int, _grid: int, _before: Shown | None) -> Shown:
    """What domain knowledge asks for at least: hidden below 10, else the nearest 5."""
    about = None if count < RULE.min_count else (count + 2) // 5 * 5
    return Shown("", about)


@dataclass(frozen=True)
class Story:
    private: int
    one_joined: bool

    def count(self, named: int, since: bool) -> int:
        return named + self.private + (self.one_joined and since)


class Chair:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.stories = {Story(n, joined): 1.0 for n in range(MOST_PRIVATE + 1) for joined in (False, True)}

    def read(self, told: Shown, named: int, since: bool, before: Shown | None) -> None:
        for story in list(self.stories):
            count = story.count(named, since)
            fitting = sum(self._tell(count, grid, before).kept() == told.kept() for grid in GRIDS)
            self.stories[story] *= fitting / len(GRIDS)
            if not fitting:
                del self.stories[story]

    def sure_that_one_joined(self) -> float:
        return sum(likely for story, likely in self.stories.items() if story.one_joined) / sum(self.stories.values())


def a_chair_reads(tell: Tell, months: int, chance: random.Random) -> tuple[Story, Chair]:
    """What was true, and what the chair makes of it."""
    true = Story(chance.randint(0, MOST_PRIVATE - 3), chance.random() < 0.5)
    named, chair, before = chance.randint(3, 40), Chair(tell), None
    for month, named_now in enumerate(_coming_and_going(named, months, chance)):
        since = month >= months // 2
        told = tell(true.count(named_now, since), chance.choice(GRIDS), before)
        chair.read(told, named_now, since, before)
        before = told
    return true, chair


def _coming_and_going(named: int, months: int, chance: random.Random) -> Iterator[int]:
    for _ in range(months):
        named = max(1, named + chance.choice((-1, 0, 0, 0, 1)))
        yield named

"""How many are there: the sum of what was written down since the last count, in whatever order it arrives."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import pytest

from server.features.shelf import DAY, LOOK_BACK_DAYS, counted, days_left

NOW = 1_764_000_000_000


class Move(NamedTuple):
    """In the order in which they come."""

    what: str
    number: int
    at: int
    id: int = 0


STORIES = [
    ("nothing was written down", [], 0),
    ("everything that happens", [("delivery", 10), ("issue", 1), ("return", 1), ("damage", 2), ("back", 1)], 9),
    ("a count is the new base", [("delivery", 10), ("issue", 1), ("count", 7), ("issue", 1)], 6),
    ("a count of none", [("delivery", 10), ("count", 0)], 0),
    ("the later count", [("count", 3), ("delivery", 5), ("count", 9), ("issue", 1)], 8),
    ("more handed over than there were", [("count", 1), ("issue", 1), ("issue", 1)], -1),
    ("counted again after that", [("count", 1), ("issue", 1), ("issue", 1), ("count", 4)], 4),
]


@pytest.mark.parametrize(("story", "moves", "there"), STORIES, ids=[story for story, *_ in STORIES])
def test_what_is_there_is_the_same_in_every_order_of_arrival(
    story: str, moves: list[tuple[str, int]], there: int
) -> None:
    in_order = [Move(what, number, NOW + minute) for minute, (what, number) in enumerate(moves)]
    for arrived in permutations(in_order):
        assert counted([each._replace(id=id) for id, each in enumerate(arrived)]) == there, story


def test_what_was_done_before_a_count_and_arrives_after_it_is_in_the_count() -> None:
    assert counted([Move("count", 4, NOW), Move("issue", 1, NOW - 60_000), Move("issue", 1, NOW + 60_000)]) == 3


def test_of_one_millisecond_the_order_of_the_phone_decides() -> None:
    assert counted([Move("count", 4, NOW, 1), Move("issue", 1, NOW, 2)]) == 3
    assert counted([Move("issue", 1, NOW, 1), Move("count", 4, NOW, 2)]) == 4


def test_days_left_go_by_what_was_handed_over_in_the_last_four_weeks() -> None:
    shelf = [Move("count", 20, NOW - 40 * DAY), Move("issue", 5, NOW - 2 * DAY), Move("issue", 3, NOW - DAY)]
    assert days_left([*shelf, Move("back", 1, NOW)], NOW) == 13 * LOOK_BACK_DAYS // 7
    assert days_left([*shelf, Move("damage", 4, NOW)], NOW) == 8 * LOOK_BACK_DAYS // 8, "damage is no habit"
    assert days_left([Move("issue", 2, NOW)], NOW) == 0, "below zero there is none"
    assert days_left([Move("count", 20, NOW), Move("issue", 5, NOW - 30 * DAY)], NOW) is None

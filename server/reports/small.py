"""Small numbers: how a count of people may be told. The one place for this rule. Pure: knows no table and no page.

A count below the least is never told; any other is told to the nearest 5 or so. Rounding alone would give one person
away: "about 10" that becomes "about 15" says that somebody joined, and who reads the names of a network can tell how
many others are in it. So a count is first moved to the nearest number of a grid that only the server knows, another
one for each number and month, and what was told last stays while it is near. docs/privacy-numbers.md has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST_MIN_COUNT, LEAST_ROUND_TO = 8, 5
LEAST_BASE = 50  # people of whom a share may be told


@dataclass(frozen=True)
class Rule:
    min_count: int = 10
    round_to: int = 5

    @property
    def blur(self) -> int:
        """How far the grid may move a count."""
        return self.round_to // 2

    @property
    def furthest(self) -> int:
        """How far from the truth a number may ever be."""
        return self.round_to + self.blur


class Shown:
    """What may be told of one count: words. It is no number and holds no count, only what was rounded, so that nothing
    can add it up and no template can print it; `kept` is for the table of what was published."""

    __slots__ = ("_about", "words")

    def __init__(self, words: str, about: int | None) -> None:
        self.words = words
        self._about = about

    def kept(self) -> int | None:
        return self._about

    def __str__(self) -> str:
        raise TypeError("A published number is told by its words.")


def show(count: int, rule: Rule, secret: int, before: Shown | None, few: str = "") -> Shown:
    """`secret` names the grid; `before` is what was told last. `few` are other words for "fewer than 10"."""
    about = _about(count, rule, secret, before)
    return Shown(few or f"fewer than {rule.min_count}" if about is None else f"about {about}", about)


def share(part: Shown, base: Shown, rule: Rule) -> str:
    """How much of `base` is `part`, where both were told and `base` is 50 people or more for sure; else nothing.
    Made of what is public already, so it tells nothing new."""
    some, all_ = part.kept(), base.kept()
    if some is None or all_ is None or all_ - rule.furthest < LEAST_BASE:
        return ""
    percent = min(100, _nearest(100 * some // all_, rule.round_to))
    return f"about {percent}%" if percent else f"less than {rule.round_to}%"


def _about(count: int, rule: Rule, secret: int, before: Shown | None) -> int | None:
    """Nothing for a few: whatever the grid, its number for a count below the least is below the first limit. Whatever
    was told is left only by more than a grid and one person can move it, or it would change from month to month with
    nobody coming or going, and the months could be averaged."""
    blurred = count + rule.blur - (count + rule.blur - secret) % rule.round_to
    told = before.kept() if before else None
    if blurred < rule.min_count + rule.blur:
        return None
    if before and told is None and blurred <= rule.min_count + 3 * rule.blur:
        return None
    if told is not None and _is_told(told, rule) and abs(blurred - told) <= rule.round_to:
        return told
    return _nearest(blurred, rule.round_to)


def _is_told(number: int, rule: Rule) -> bool:
    """Also by the rule of today: it may have become stricter."""
    return number >= rule.min_count and number % rule.round_to == 0


def _nearest(number: int, to: int) -> int:
    return (number + to // 2) // to * to

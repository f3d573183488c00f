"""Actions as a phone would send them, short to write in a test."""

import itertools
from typing import Any

from tests.sync.endpoint import START

numbers = itertools.count(1)


def act(kind: str, *, v: int = 1, **data: Any) -> dict[str, Any]:
    number = next(numbers)
    return {"id": f"a{number}", "seq": number, "kind": kind, "v": v, "at": START, "data": data}


def take(show: str = "name", *, seen: int | None = None, thing: str = "p1") -> dict[str, Any]:
    return act("thing.take", thing=thing, show=show) | ({} if seen is None else {"seen": seen})


def withdraw(*, seen: int | None = None, thing: str = "p1") -> dict[str, Any]:
    return act("thing.withdraw", thing=thing) | ({} if seen is None else {"seen": seen})


def add(name: str = "x", amount: int = 1, tally: str = "t1") -> dict[str, Any]:
    return act("tally.add", v=2, tally=tally, token=name, amount=amount)


def frail(name: str = "x") -> dict[str, Any]:
    return act("frail.do", token=name)

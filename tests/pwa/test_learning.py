"""What the phone makes of answers and of days, how one went, and which question comes next."""

from __future__ import annotations

from typing import Any

import pytest
import quickjs

from tests.quick import call, quick

TODAY = "2026-12-11"


@pytest.fixture(scope="module")
def script() -> quickjs.Context:
    context = quick("pwa/page/grades.js", "pwa/page/refresher.js")
    context.eval("globalThis.$day = (...given) => nextDay(...given)?.toISOString().slice(0, 10) ?? null;")
    return context


def options(*grades: str, places: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    placed = places or (0,) * len(grades)
    return [
        {"id": id, "grade": grade, "place": place} for id, grade, place in zip("abcd", grades, placed, strict=False)
    ]


THREE = options("best", "could", "avoid")
TICKS = options("best", "best", "could", "avoid")
ORDER = options("best", "best", "best", places=(2, 3, 1))


@pytest.mark.parametrize(
    ("kind", "given", "chosen", "grade"),
    [
        *[(kind, THREE, [], "") for kind in ("choose", "many", "order", "spot", "unsure")],
        *[(kind, THREE, ["a"], "best") for kind in ("choose", "spot", "unsure")],
        ("choose", THREE, ["b"], "could"),
        ("choose", THREE, ["c"], "avoid"),
        ("many", TICKS, ["a", "b"], "best"),
        ("many", TICKS, ["a", "b", "c"], "best"),
        ("many", TICKS, ["a"], "could"),
        ("many", TICKS, ["c"], "could"),
        ("many", TICKS, ["a", "b", "d"], "avoid"),
        ("order", ORDER, ["c", "a", "b"], "best"),
        ("order", ORDER, ["c", "b", "a"], "avoid"),
    ],
)
def test_an_answer_is_graded_by_what_the_question_says(
    script: quickjs.Context, kind: str, given: list[Any], chosen: list[str], grade: str
) -> None:
    assert call(script, "grade", kind, given, chosen) == grade


@pytest.mark.parametrize(
    ("grades", "met"),
    [
        (["best", "could"], True),
        (["best", "avoid"], False),
        (["best", "could", "best", "could", "avoid"], True),
        (["best", "could", "best", "avoid"], False),
        (["best", ""], False),
        ([], True),
    ],
)
def test_the_gate_wants_four_of_five_answers_that_would_work(
    script: quickjs.Context, grades: list[str], met: bool
) -> None:
    assert call(script, "enough", grades) == met


def asked(*given: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [{"module": module, "on": on, "after": after} for module, on, after in given]


M1 = asked(("m1", "2026-11-27", 3), ("m1", "2026-11-27", 14), ("m1", "2026-11-27", 60))
M2 = asked(("m2", "2026-12-08", 3), ("m2", "2026-12-08", 14))


@pytest.mark.parametrize(
    ("questions", "kept", "today", "after"),
    [
        (M1, {}, "2026-11-29", None),
        (M1, {}, "2026-11-30", 3),
        (M1, {}, TODAY, 14),  # the one after 3 days was missed, and is not caught up on
        (M1, {"asked": {"m1": 14}}, "2027-01-25", None),
        (M1, {"asked": {"m1": 14}}, "2027-01-26", 60),
        (M1, {"asked": {"m1": 60}}, "2028-01-01", None),
        (M1, {"day": TODAY}, TODAY, None),  # one a day
        (M1, {"day": "2026-12-10"}, TODAY, 14),
        (M1, {"off": True}, TODAY, None),
        (M1 + M2, {"asked": {"m1": 14}}, TODAY, 3),
    ],
)
def test_at_most_one_question_a_day_comes_and_none_is_caught_up_on(
    script: quickjs.Context, questions: list[Any], kept: dict[str, Any], today: str, after: int | None
) -> None:
    found = call(script, "due", questions, kept, today)
    assert (found and found["after"]) == after


@pytest.mark.parametrize(
    ("today", "day"),
    [("2026-11-27", "2026-11-30"), ("2026-11-30", "2026-12-11"), (TODAY, "2027-01-26"), ("2027-01-26", None)],
)
def test_the_next_question_has_its_day(script: quickjs.Context, today: str, day: str | None) -> None:
    assert call(script, "$day", "2026-11-27", [3, 14, 60], today) == day

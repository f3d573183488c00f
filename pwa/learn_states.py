"""What the library and a module can look like, for states.py: by page and kind, what a state is
given, or why there is none.

Plain values only. The modules are the organisation's own, but for one that has every kind of question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Given = Mapping[str, Any] | str


def progress(id: str, **other: Any) -> dict[str, dict[str, Any]]:
    done = {"module": id, "version": 1, "gate_met": "yes", "on": "2026-11-20", "on_text": "Friday 20 November 2026"}
    return {id: {**done, **other}}


def text(words: str) -> dict[str, Any]:
    return {"kind": "p", "items": [[{"text": words, "strong": False, "href": ""}]]}


def option(id: str, words: str, grade: str, place: int = 0) -> dict[str, Any]:
    return {"id": id, "text": words, "grade": grade, "place": place, "feedback": f"This is why: {words.lower()}."}


def question(id: str, kind: str, words: str, *options: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "kind": kind, "text": words, "options": list(options)}


def step(id: str, title: str, *questions: dict[str, Any], prompt: str = "") -> dict[str, Any]:
    return {
        "id": id,
        "title": title,
        "blocks": [text(f"{title}, in a few words.")],
        "questions": [*questions],
        "prompt": prompt,
    }


CHOOSE = question(
    *("q1", "choose", "What do you say first?"),
    *(option("a", "Ask the name", "best"), option("b", "Say hello", "could"), option("c", "Guess", "avoid")),
)
MANY = question(
    *("q2", "many", "What helps?"),
    *(option("a", "Light on your face", "best"), option("b", "Plain words", "best"), option("c", "Shout", "avoid")),
)
ORDER = question(
    *("q3", "order", "What comes first?"),
    *(option("a", "Thank", "best", 1), option("b", "Listen", "best", 2), option("c", "Agree what next", "best", 3)),
)
UNSURE = question(
    *("q4", "unsure", "A badge tells you who is safe."),
    *(option("true", "True", "avoid"), option("false", "False", "best"), option("unsure", "Not sure", "could")),
)
WORDS = question("q5", "words", "How would you say it?")
EVERY_KIND = {
    **{"position": 1, "name": "all", "version": 2, "material_version": 2, "changed": ["choose"], "minutes": 4},
    **{"title": "Every kind of question", "summary": "All of them, once.", "words": 322, "topic": "public"},
    **{"note": "Rude words are spoken of.", "gate": True, "owner": "Inclusion team"},
    **{"reviewed": "2026-05-01", "reviewed_text": "1 May 2026", "review_by": "2026-11-01"},
    **{"review_by_text": "1 November 2026", "help": [{"href": "/help", "text": "Speak up"}]},
    "refreshers": [{"day": 3, "question": UNSURE}],
    "steps": [
        step("scene", "Scene"),
        step("choose", "Choose", CHOOSE, MANY, ORDER, UNSURE, WORDS),
        step("pause", "Pause", prompt="When did it help you?"),
        step("action", "One action", prompt="If I meet someone new, then I will ______."),
    ],
}
MADE = {"m1": EVERY_KIND}
HELD = {**progress("m2"), **progress("m4", version=1)}
BEFORE = {"progress": progress("m1"), "module": MADE}
LONG_AGO = "Monday 9 November 2026 at 09:05"
SAVES = [("Finish a module", "saved")]
NOT_ASKED = "It asks the person for nothing; home and the outbox say what needs them."

LEARNING: Mapping[str, Mapping[str, Given]] = {
    "learn": {
        "usual": {"records": {"progress": HELD}},
        "empty": {"records": {"module": {}}},
        "offline": {"records": {"progress": HELD}, "offline": True},
        "stale": {"records": {"progress": HELD}, "offline": True, "stale": LONG_AGO},
        "error": "It has no form; what goes wrong shows the page “problem”.",
        "needs-you": NOT_ASKED,
        "saved": {"records": {"progress": HELD}, "outbox": SAVES, "states": {"progress:m2": "saved"}},
        "changed": {"records": BEFORE},
    },
    "module": {
        "usual": {},
        "empty": "A module that is not here is the page “not found”.",
        "offline": {"offline": True},
        "stale": {"offline": True, "stale": LONG_AGO},
        "error": {"problems": [("", "storage.full")]},
        "needs-you": NOT_ASKED,
        "saved": {"records": {"progress": progress("m1")}, "outbox": SAVES, "states": {"progress:m1": "saved"}},
        "sent": {"records": {"progress": progress("m1")}, "states": {"progress:m1": "sent"}},
        "changed": {"records": BEFORE},
        "due": {"records": {"module": MADE}},
    },
}

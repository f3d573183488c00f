"""What a collection desk can look like, for the table in states.py: what each state is given besides the content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TODAY = "2026-11-23"
DAY_TEXT = "Monday 23 November 2026"
LONG_AGO = "Monday 9 November 2026 at 09:05"

Records = Mapping[str, Mapping[str, Any]]

HANDED = [
    {"code": "K7M7", "item": "i4", "title": "Safety-release lanyard", "on": TODAY, "on_text": DAY_TEXT},
    {"code": "2XTW", "item": "i2", "title": "Pin badge", "on": TODAY, "on_text": DAY_TEXT},
]
CHECK = {
    f"c1-{code}": {"place": "c1", "code": code, "on": on, "on_text": text, "until": until}
    for code, on, text, until in [
        ("2222", TODAY, DAY_TEXT, "2026-12-07"),
        ("YYYM", "2026-11-02", "Monday 2 November 2026", "2026-11-16"),
    ]
}


def at_desk(
    handed: Sequence[Mapping[str, str]], checks: Records | None = None, lanyards: int = 7
) -> dict[str, Records]:
    """What those who stand at a collection desk hold."""
    titles = {"i1": "Sticker", "i2": "Pin badge", "i4": "Safety-release lanyard"}
    desk = {"order": 0, "title": "Reception, main site", "handed": handed, "handed_on": TODAY if handed else ""}
    desk |= {"items": [{"value": id, "text": title} for id, title in titles.items()]}
    there = {"i1": (40, 0), "i2": (12, 3), "i4": (lanyards, 2)}
    shelf = {
        f"c1-{id}": {"order": n, "place": "c1", "item": id, "title": titles[id], "in_hand": in_hand, "ready": ready}
        for n, (id, (in_hand, ready)) in enumerate(there.items())
    }
    return {"hand_over": {"c1": desk}, "stock": shelf, "check_code": checks or {}}


TAKEN_BACK = {
    "id": "0199-a",
    "page": "/hand-over/c1",
    "kind": "stock.put_back",
    "said": "handed",
    "fields": [{"name": "place", "value": "c1"}, {"name": "code", "value": "K7M7"}],
}
WAITS = [("Hand something over", "saved")]
REFUSED = [("Hand something over", "needs-you", "14:02", "unknown.place")]
DESK = {"records": at_desk(HANDED)}
SAVED = {"collecting:c1-K7M7": "saved"}

AT_DESK: Mapping[str, Mapping[str, Any]] = {
    "usual": DESK,
    "empty": {"records": at_desk([])},
    "offline": DESK | {"offline": True},
    "stale": DESK | {"offline": True, "stale": LONG_AGO},
    "error": DESK
    | {"problems": [("code", "code.mistyped"), ("number", "Write how many, as a number from 0.")]}
    | {"more": {"values": {"number": "-3"}}},
    "needs-you": {"records": at_desk(HANDED, CHECK, -1), "outbox": REFUSED},
    "saved": DESK | {"outbox": WAITS, "states": SAVED | {"stock:c1-i4": "saved"}},
    "undo": DESK | {"outbox": WAITS, "states": SAVED, "more": {"undo": TAKEN_BACK}},
}

"""What the page of the ally scheme is drawn from in each of its states. Knows no page and no template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Records = Mapping[str, Mapping[str, Any]]
Kinds = Mapping[str, Records]

_DONE: Records = {
    "m1": {"module": "m1", "version": 1, "gate_met": "yes", "on": "2026-11-20", "on_text": "Friday 20 November 2026"}
}
_READY = {
    **{"scheme": "s1", "item": "i2", "collect_at": "c1", "state": "ready", "with_person": 0, "code": "K7M7"},
    **{"on": "2026-11-20", "on_text": "Friday 20 November 2026", "expected": "", "expected_text": ""},
    **{"collected_on": "", "collected_on_text": ""},
}
_COMES = {"code": "", "expected": "2026-11-26", "expected_text": "Thursday 26 November 2026"}
_THERE = {"code": "", "collected_on": "2026-11-22", "collected_on_text": "Sunday 22 November 2026"}


def _mine(state: str, **other: Any) -> Records:
    comes = _COMES if state in ("asked", "waiting") else _THERE if state == "collected" else {}
    return {"s1": {**_READY, "state": state, **comes, **other}}


_PAUSED: Records = {
    "s1": {
        "order": 1,
        "title": "Rainbow lanyard",
        "state": "paused",
        "gate": "m1",
        "pledge": "p3",
        "commitment": "I will listen.",
        "promise": ["You can talk to me, and I will listen."],
        "limits": "You are not expected to have all the answers.",
        "about": ["Every member of staff should treat you with respect, badge or not."],
        "items": [{"id": "i2", "title": "Pin badge", "kind": "pin", "note": "Pins to a collar.", "not_at": []}],
        "places": ["c1"],
        "version": 1,
        "owner": "Inclusion team",
        "review_by": "2027-05-01",
        "review_by_text": "Saturday 1 May 2027",
        "policy_link": "",
    }
}

# By kind: the records a page is given besides the content of the organisation, and what it says of them.
ALLYING: Mapping[str, tuple[Kinds, Mapping[str, str]]] = {
    "usual": ({"progress": _DONE}, {}),
    "empty": ({"scheme": {}}, {}),
    "needs-you": ({"progress": _DONE}, {"ally:s1": "needs-you"}),
    "saved": ({"progress": _DONE, "ally": _mine("asked", expected="")}, {"ally:s1": "saved"}),
    "sent": ({"progress": _DONE, "ally": _mine("ready")}, {}),
    "waiting": ({"progress": _DONE, "ally": _mine("waiting")}, {"ally:s1": "waiting"}),
    "collected": ({"progress": _DONE, "ally": _mine("collected")}, {}),
    "learning": ({}, {}),
    "changed": ({"progress": _DONE, "ally": _mine("asked"), "scheme": _PAUSED}, {}),
}

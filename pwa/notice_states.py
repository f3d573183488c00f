"""What the inbox is drawn from in each of its states. Knows no page and no template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Records = Mapping[str, Mapping[str, Any]]
Kinds = Mapping[str, Records]


def _notice(number: int, kind: str, title: str, text: str, **other: Any) -> dict[str, Any]:
    usual = {"topic": "news", "private": 0, "href": "", "ask": "", "event": "", "from": "Inclusion team", "version": 1}
    when = {"at": 1795424520000 - number, "at_text": "Monday 23 November 2026 at 09:02", "on": "2026-11-23"}
    return {
        **usual,
        **when,
        **{"notice": f"k{number}", "order": number, "kind": kind, "title": title, "body": [text], "state": "on"},
        **{"expires": "2026-12-23", **other},
    }


_CALLED_OFF = _notice(1, "cancelled", "Feel Good Friday is off", "The hall has no heating. We will find another day.")
_NEWS = _notice(2, "message", "A new policy to read", "It is ten lines long.", href="/policy")
_INSIDE = _notice(
    3, "message", "We meet in the library", "Come as you are.", topic="n1", private=1, **{"from": "Chair"}
)
_READ: Records = {"k2": {"notice": "k2"}}

# By kind: the records a page is given besides the content of the organisation.
TOLD: Mapping[str, Kinds] = {
    "usual": {"notice": {"k1": _CALLED_OFF, "k2": _NEWS, "k3": _INSIDE}, "notice_read": _READ},
    "empty": {},
    "sent": {"notice": {"k2": _NEWS}, "notice_read": _READ},
    "changed": {
        "notice": {
            "k1": {**_CALLED_OFF, "state": "corrected", "version": 2},
            "k2": {**_NEWS, "state": "withdrawn", "title": "", "body": [], "href": ""},
        },
        "notice_read": _READ,
    },
}

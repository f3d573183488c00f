"""What the states of states.py are made of: records as a phone holds them, and what a page is given beside them.

Plain values only. Modules, the ally scheme, the collection desk and the log in have files of their own.
"""

from __future__ import annotations

from typing import Any

TODAY = "2026-11-23"


def pledging(id: str, **other: Any) -> dict[str, dict[str, Any]]:
    taken = {"pledge": id, "version": 1, "show": "name", "shown": "own", "on": "2026-11-16"}
    later = {"on_text": "Monday 16 November 2026", "how": "", "how_on": "", "how_on_text": "", "ask_from": "2026-12-16"}
    return {id: {**taken, **later, **other}}


def device(label: str, since: str, seen: str) -> dict[str, str]:
    return {"label": label, "since_text": since, "seen_text": seen}


DID = pledging("p4", show="nobody", shown="", how="did", how_on=TODAY, how_on_text="Monday 23 November 2026")
MINE = {**pledging("p1"), **DID}
DUE = pledging("p1", on="2026-10-19", on_text="Monday 19 October 2026", ask_from="2026-11-18")
TEAM = {"s1": {"pledge": "p1", "label": "Team lead"}}
NEW_WORDS = {
    "order": 1,
    "title": "Ask the name",
    "text": "I will ask people what name they like to be called, and use it.",
    "version": 2,
    "prompt": "If I meet someone new, then I will ___",
    "module": "m2",
    "audience": "everyone",
    "retired": False,
    "earlier": [{"version": 1, "title": "Ask the name", "text": "I will ask people what name they like."}],
    "owner": "Inclusion team",
    "review_on": "2027-05-01",
    "review_on_text": "Saturday 1 May 2027",
}
INSIDE = {"as": "member", "seen_by": "committee", "consent": 1, "since": "2026-11", "since_text": "November 2026"}
INSIDE |= {"read_text": "Monday 16 November 2026"}
NOTES = {
    "k1": {
        **{"network": "n1", "order": -1, "on": TODAY, "on_text": "Monday 23 November 2026"},
        **{"title": "Next time", "text": "We meet in the library.\nCome as you are."},
    },
    "n1": {"network": "n1", "order": 0, "text": "Welcome. The chair answers every message."},
}
PAUSED = {
    "order": 1,
    "name": "Thrive Together",
    "state": "paused",
    "purpose": "For ethnic minority colleagues and allies.",
    "welcome": "Colleagues from ethnic minorities, and allies.",
    "rhythm": "2nd Tuesday of the month",
    "contact": "thrive.together@example.org",
    "roles": ["Chair"],
    "gives": ["People to talk to who know"],
    "never": ["Share the list of names"],
    "said": [],
    "rules": ["What is said here stays here."],
    "owner": "Inclusion team",
    "review_on": "2027-05-01",
    "review_on_text": "Saturday 1 May 2027",
}
DEVICES = {
    "this": device("Chrome on Android", "Monday 2 November 2026", "Monday 23 November 2026"),
    "other": device("Firefox on Windows", "Friday 9 October 2026", "Thursday 12 November 2026"),
}

GUIDE = {
    "order": 1,
    "title": "Changing a name or other details in a health record",
    "for": "A person asks you today.",
    "steps": [{"title": "What you can do now", "points": ["Thank them for telling you."]}],
    "text": [{"kind": "p", "items": [[{"text": "The surgery usually starts it.", "strong": False, "href": ""}]]}],
    "ask": "Inclusion team",
    "calls": [{"name": "Inclusion team", "phone": "01632 960107", "link": "tel:01632960107"}],
    "changes": "The rule for people aged 17 or under is new.",
    "changed_until": "2026-12-20",
    "recheck_days": 7,
    "owner": "Inclusion team",
    "version": 2,
    "reviewed": "2026-11-20",
    "reviewed_text": "Friday 20 November 2026",
    "review_by": "2027-02-01",
    "review_by_text": "Monday 1 February 2027",
}

PEOPLE = [{"person": "nurse", "name": "Community nurse", "about": "Visits people at home, often with no signal"}]

LEARNT = {"m1": {"module": "m1", "version": 1, "gate_met": "yes", "on": TODAY, "on_text": "Monday 23 November 2026"}}

UNDO = {
    "id": "0199-a",
    "page": "/pledges/p1",
    "kind": "pledge.take",
    "said": "withdrawn",
    "fields": [
        {"name": name, "value": value} for name, value in [("pledge", "p1"), ("version", "1"), ("show", "name")]
    ],
}

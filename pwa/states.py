"""The table of states: what each page of pages.py can look like. The gallery and the browser tests draw every one.

A page shows each kind of KINDS or says in one line why it cannot; MORE are shown where there is something to see.
Nobody waits for a page (the phone draws it whole from what it holds), so no page has a loading state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pwa.ally_states import ALLYING
from pwa.learn_states import LEARNING
from pwa.log_in_states import LOGGING_IN
from pwa.notice_states import TOLD
from pwa.pages import PAGES, Page
from pwa.state_records import DEVICES, DUE, GUIDE, INSIDE, LEARNT, MINE, NEW_WORDS, NOTES, PAUSED, PEOPLE, TEAM, UNDO
from pwa.stock_states import AT_DESK

KINDS = ("usual", "empty", "offline", "stale", "error", "needs-you")
MORE = ("saved", "sent", "waiting", "due", "changed", "undo", "logged-out", "code", "shared", "learning", "collected")

LONG_AGO = "Monday 9 November 2026 at 09:05"

Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One thing in the outbox. `says` is its key in the copy deck."""

    text: str
    state: str
    when: str = "14:02"
    says: str = ""
    tries: int = 0


@dataclass(frozen=True)
class State:
    """What a page is given besides the content of the organisation, which `records` may replace kind by kind.

    `states` is by record, as a page has it; `problems` are pairs of a field and a key in the copy deck or words.
    """

    records: Mapping[str, Records] = field(default_factory=dict)
    outbox: Sequence[Row] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[tuple[str, str]] = ()
    stale: str = ""
    shared: int = 0
    offline: bool = False
    logged_in: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)


Shown = Mapping[str, State | str]  # by kind: a state, or why there is none


# What the states are made of

WAITS = Row("Take the pledge “Ask the name”", "saved")
STILL = Row("Say how “Check in within a day” is going", "saved", says="saved.still", tries=3)
SENT = Row("Take the pledge “Check in within a day”", "sent", when="Sent 14:02")
REFUSED = Row("Take the pledge “Leave room for every family”", "needs-you", says="unknown.pledge")

JOINS = Row("Join a network", "saved")
NOT_JOINED = Row("Join a network", "needs-you", says="join.closed")

READING = Row("Mark a message as read", "saved")

NOTHING = State()
BELONGS = State({"membership": {"n1": INSIDE}, "post": NOTES})
HOLDS = State({"pledging": MINE})
CHOICE = State({"pledge_shown": TEAM})
OUTBOX = State(outbox=(WAITS, SENT))
LOG_INS = State({"device": DEVICES})
READS = State(logged_in=False)


def away(usual: State) -> dict[str, State]:
    """With no signal, for a while and for long."""
    return {"offline": replace(usual, offline=True), "stale": replace(usual, offline=True, stale=LONG_AGO)}


NO_FORM = "It has no form; what goes wrong shows the page “problem”."
NOT_ASKED = "It asks the person for nothing; home and the outbox say what needs them."


def log_in(**other: Any) -> State:
    blank = {"step": "email", "email": "", "code": "", "people": [], "directory": ""}
    return State(logged_in=False, more={"log_in": {**blank, **other}})


def learning(given: Mapping[str, Any] | str) -> State | str:
    if isinstance(given, str):
        return given
    return State(**{**given, "outbox": [Row(*row) for row in given.get("outbox", ())]})


STATEMENT: Shown = {
    "usual": READS,
    "empty": State({"statement": {}}, logged_in=False),
    **away(READS),
    "error": NO_FORM,
    "needs-you": NOT_ASKED,
}

# The table

STATES: Mapping[str, Shown] = {
    "home": {
        "usual": HOLDS,
        "empty": NOTHING,
        **away(HOLDS),
        "error": State({"pledging": DUE}, problems=[("", "storage.full")]),
        "needs-you": replace(HOLDS, outbox=[REFUSED]),
        "saved": replace(HOLDS, outbox=[WAITS], states={"pledging:p1": "saved"}),
        "due": State({"pledging": DUE}),
    },
    "pledges": {
        "usual": HOLDS,
        "empty": State({"pledge": {}}),
        **away(HOLDS),
        "error": NO_FORM,
        "needs-you": State(outbox=[REFUSED], states={"pledging:p2": "needs-you"}),
        "saved": replace(HOLDS, outbox=[WAITS], states={"pledging:p1": "saved"}),
        "waiting": replace(HOLDS, states={"pledging:p1": "waiting"}),
    },
    "pledge": {
        "usual": CHOICE,
        "empty": "A pledge that is not here is the page “not found”.",
        **away(CHOICE),
        "error": replace(CHOICE, problems=[("show", "Choose who may see it.")]),
        "needs-you": replace(CHOICE, outbox=[REFUSED], states={"pledging:p1": "needs-you"}),
        "saved": replace(HOLDS, outbox=[WAITS], states={"pledging:p1": "saved"}),
        "sent": replace(HOLDS, states={"pledging:p1": "sent"}),
        "waiting": replace(HOLDS, states={"pledging:p1": "waiting"}),
        "changed": State({"pledging": MINE, "pledge": {"p1": NEW_WORDS}}),
        "undo": replace(CHOICE, outbox=[WAITS], states={"pledging:p1": "saved"}, more={"undo": UNDO}),
    },
    "networks": {
        "usual": BELONGS,
        "empty": State({"network": {}, "topic": {}}),
        **away(BELONGS),
        "error": State(problems=[("topic", "Choose what it would be for.")]),
        "needs-you": State(outbox=[NOT_JOINED], states={"membership:n1": "needs-you"}),
        "saved": replace(BELONGS, outbox=[JOINS], states={"membership:n1": "saved"}),
        "changed": State({"network": {"n1": PAUSED}, "asking": {"a2": {"topic": "a2"}}}),
    },
    "network": {
        "usual": NOTHING,
        "empty": "A network that is not here is the page “not found”.",
        **away(BELONGS),
        "error": State(problems=[("as", "Choose how you join."), ("seen_by", "Choose who may see your name.")]),
        "needs-you": State(outbox=[NOT_JOINED], states={"membership:n1": "needs-you"}),
        "saved": replace(BELONGS, outbox=[JOINS], states={"membership:n1": "saved"}),
        "sent": BELONGS,
        "changed": State({"network": {"n1": PAUSED}}),
    },
    **{page: {kind: learning(given) for kind, given in shown.items()} for page, shown in LEARNING.items()},
    "ally": {
        **{kind: State(records, states=states) for kind, (records, states) in ALLYING.items()},
        **away(State(ALLYING["sent"][0])),
        "error": State(ALLYING["usual"][0], problems=[("item", "Choose what you would like.")]),
    },
    "hand-over": {
        kind: State(**{**given, "outbox": [Row(*row) for row in given.get("outbox", ())]})
        for kind, given in AT_DESK.items()
    },
    "inbox": {
        **{kind: State(records) for kind, records in TOLD.items()},
        **away(State(TOLD["usual"])),
        "error": State(TOLD["usual"], problems=[("name", "Open the page again, then choose.")]),
        "needs-you": NOT_ASKED,
        "saved": State(TOLD["usual"], outbox=[READING], states={"notice_read:k2": "saved"}),
    },
    "outbox": {
        "usual": OUTBOX,
        "empty": NOTHING,
        "offline": replace(OUTBOX, offline=True),
        "stale": State(outbox=[STILL], offline=True, stale=LONG_AGO),
        "error": replace(OUTBOX, problems=[("", "outbox.sending")]),
        "needs-you": State(outbox=[REFUSED, SENT]),
    },
    "me": {
        "usual": HOLDS,
        "empty": State({"pledge": {}}, more={"me": {"name": "Community nurse", "team_name": "", "role_text": "Nurse"}}),
        **away(HOLDS),
        "error": replace(HOLDS, outbox=[WAITS], shared=1, problems=[("unsent", "log_out.choose")]),
        "needs-you": NOT_ASKED,
        "saved": replace(HOLDS, outbox=[WAITS, STILL]),
        "shared": replace(HOLDS, outbox=[WAITS, REFUSED], shared=1),
    },
    "devices": {
        "usual": LOG_INS,
        "empty": State({"device": {}}),
        **away(LOG_INS),
        "error": replace(LOG_INS, problems=[("", "unknown.device")]),
        "needs-you": replace(LOG_INS, states={"device:other": "needs-you"}),
        "saved": replace(LOG_INS, outbox=[WAITS], states={"device:other": "saved"}),
    },
    "data": {
        "usual": replace(
            LOG_INS,
            records={"pledging": MINE, "progress": LEARNT, "device": DEVICES, "membership": {"n1": INSIDE}},
        ),
        "empty": State({"device": {}}),
        **away(replace(LOG_INS, records={"pledging": MINE, "device": DEVICES})),
        "error": NO_FORM,
        "needs-you": NOT_ASKED,
        "saved": replace(HOLDS, outbox=[WAITS]),
    },
    "install": {
        "usual": NOTHING,
        "empty": "The steps are always the same.",
        **away(NOTHING),
        "error": NO_FORM,
        "needs-you": NOT_ASKED,
    },
    "phone": {
        "usual": NOTHING,
        "empty": "What it says is about the phone, and there always is one.",
        **away(NOTHING),
        "error": NO_FORM,
        "needs-you": NOT_ASKED,
        "saved": State(outbox=[WAITS, REFUSED]),
    },
    "help": {
        "usual": NOTHING,
        "empty": State({"help": {}, "organisation": {}}),
        **away(NOTHING),
        "error": NO_FORM,
        "needs-you": NOT_ASKED,
        "logged-out": READS,
    },
    "guide": {
        "usual": READS,
        "empty": "A guide that is not here is the page “not found”.",
        **away(READS),
        "error": NO_FORM,
        "needs-you": NOT_ASKED,
        "due": State({"guide": {"g1": {**GUIDE, "review_by": "2026-11-01"}}}, logged_in=False),
        "changed": State({"guide": {"g1": GUIDE}}, logged_in=False),
    },
    "words": {**STATEMENT, "empty": State({"situation": {}}, logged_in=False)},
    "policy": {**STATEMENT, "empty": State({"policy": {}}, logged_in=False)},
    "look": {
        "usual": READS,
        "empty": "There is always a choice of colours.",
        **away(READS),
        "error": "Every choice will do.",
        "needs-you": NOT_ASKED,
    },
    "privacy": STATEMENT,
    "accessibility": STATEMENT,
    "storage": STATEMENT,
}

# Pages that only one of the two servers makes, or that stand in for another: they show what they have.

BESIDE: Mapping[Page, Shown] = {
    Page("log-in", "/log-in", "layout/log_in.html", "Log in"): {
        "usual": log_in(people=PEOPLE),
        "error": replace(log_in(), problems=[("email", "Write your work email address, like name@example.nhs.uk.")]),
        "directory": log_in(directory="Meadowbank account"),
        "code": log_in(step="code", email="nurse@example.nhs.uk", code="482913"),
    },
    **{
        Page(f"log-in-{name}", f"/log-in/{name}", f"features/log_in/{name.replace('-', '_')}.html", title): {
            kind: State(more=more, problems=problems, logged_in="own" in more)
            for kind, (more, problems) in shown.items()
        }
        for (name, title), shown in LOGGING_IN.items()
    },
    Page("not-found", "/not-found", "layout/not_found.html", "We cannot find that page"): {"usual": NOTHING},
    Page("offline", "/offline", "layout/offline.html", "This page needs signal"): {"offline": State(offline=True)},
    Page("wiped", "/wiped", "layout/wiped.html", "Removed from this phone"): {
        "usual": State(logged_in=False, more={"why": "all"}),
        "offline": State(logged_in=False, offline=True, more={"why": "lease"}),
    },
    Page("problem", "/problem", "layout/problem.html", "Something went wrong"): {
        "error": replace(READS, problems=[("", "It is not your fault. Wait a minute, then try again.")])
    },
}


def states() -> Iterator[tuple[Page, str, State]]:
    """Every page and state there is to look at, in the order of the tables."""
    for page, shown in [*((page, STATES[page.id]) for page in PAGES), *BESIDE.items()]:
        for kind, state in shown.items():
            if isinstance(state, State):
                yield page, kind, state


def gaps(pages: Sequence[Page] = PAGES, table: Mapping[str, Shown] = STATES) -> list[str]:
    """What the table does not say, by page and kind."""
    missing = [
        f"{page.id}: no state “{kind}”, and no reason"
        for page in pages
        for kind in KINDS
        if not table.get(page.id, {}).get(kind)
    ]
    unknown = [
        f"{id}: there is no kind “{kind}”"
        for id, shown in table.items()
        for kind in shown
        if kind not in (*KINDS, *MORE)
    ]
    return missing + unknown

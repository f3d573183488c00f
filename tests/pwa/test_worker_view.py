"""What a page is given by the worker: the view, the states beside records, the outbox; and which page a path is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from pwa import pages
from tests.quick import call, quick

AT = 1763906520000  # 23 November 2025, 14:02 in London
WORDS = {
    "saved.title": "Saved on this phone",
    "saved.still": "Still saved.",
    "sent": "Sent {time}",
    "needs_you.title": "Needs you",
    "waiting.title": "Waiting list",
    "log_in.needed": "Log in first.",
    "outbox.sending": "On its way.",
}
KINDS = {
    "pledge.take": {"says": "Take “{pledge}” for {show}", "chooses": ["pledging", "pledge"]},
    "pledge.drop": {"says": "Drop “{pledge}”", "chooses": ["pledging", "pledge"]},
    "bad.luck": {"says": "Bad luck", "chooses": None},
    "note.write": {"says": "Write a note", "chooses": None},
}
SCRIPT = """
const REDUCERS = {
  "pledge.take": (view, { pledge, show }, { on, on_text }) => (
    view.put("pledging", pledge, { ...view.get("pledging", pledge), show, on, on_text })),
  "pledge.drop": (view, { pledge }) => view.remove("pledging", pledge),
  "note.write": (view, { text }) => view.put("note", "n1", { text }),
  "bad.luck": () => { throw new Error("a bug"); },
};
globalThis.seen = (records, actions, kinds, words, now, loggedIn) => {
  const { view, keys } = reduced(records, actions, { reducers: REDUCERS, undoing: {}, kinds });
  return {
    pledging: view.collection("pledging"), note: view.collection("note"), none: view.get("pledging", "never"),
    states: states(actions, keys, { words, now }), rows: rows(actions, view, { kinds, words, now, loggedIn }),
  };
};
"""
HELD = [{"kind": "pledge", "id": "p1", "version": 1, "body": {"title": "Ask the name", "order": 2}}]


def action(id: str, kind: str, **rest: Any) -> dict[str, Any]:
    data = rest.pop("data", {"pledge": "p1", "show": "team"})
    return {"id": id, "seq": 1, "kind": kind, "at": AT, "data": data, "sent": 0, "tries": 0, **rest}


def settled(id: str, kind: str = "pledge.take", outcome: str = "applied", **rest: Any) -> dict[str, Any]:
    return action(id, kind, **{"outcome": outcome, "code": None, "at_server": AT, "words": "", **rest})


def seen(
    waiting: list[dict[str, Any]] | None = None,
    done: list[dict[str, Any]] | None = None,
    *,
    records: list[dict[str, Any]] = HELD,
    now: int = AT,
    logged_in: bool = True,
) -> dict[str, Any]:
    context = quick("pwa/worker/view.js", "pwa/worker/receipts.js")
    context.eval(SCRIPT)
    actions = {"waiting": waiting or [], "settled": done or []}
    found: dict[str, Any] = call(context, "seen", records, actions, KINDS, WORDS, now, logged_in)
    return found


def test_what_is_waiting_is_reduced_over_the_replica_in_order() -> None:
    found = seen([action("a", "pledge.take"), action("b", "pledge.take", data={"pledge": "p1", "show": "name"})])
    assert found["pledging"] == {
        "p1": {"id": "p1", "show": "name", "on": "2025-11-23", "on_text": "Sunday 23 November 2025"}
    }
    assert seen([action("a", "pledge.take"), action("b", "pledge.drop")])["pledging"] == {}


def test_what_is_settled_changes_nothing_in_the_view() -> None:
    found = seen(done=[settled("a")])
    assert found["pledging"] == {} and found["none"] is None


def test_a_record_shows_the_state_of_the_latest_action_about_it() -> None:
    state = {"state": "saved", "text": "Saved on this phone"}
    assert seen([action("a", "pledge.take")], [settled("z")])["states"] == {"pledging:p1": state}
    assert seen(done=[settled("z")])["states"] == {"pledging:p1": {"state": "sent", "text": "Sent 14:02"}}
    refused = seen(done=[settled("y"), settled("z", outcome="rejected")])
    assert refused["states"] == {"pledging:p1": {"state": "needs-you", "text": "Needs you"}}
    waits = seen(done=[settled("z", outcome="merged", code="waitlist.seat")])
    assert waits["states"] == {"pledging:p1": {"state": "waiting", "text": "Waiting list"}}


def test_a_record_that_only_a_reducer_names_has_a_state_too() -> None:
    assert list(seen([action("a", "note.write", data={"text": "x"})])["states"]) == ["note:n1"]


def test_a_receipt_of_another_day_says_the_day() -> None:
    text = seen(done=[settled("z")], now=AT + 86_400_000)["states"]["pledging:p1"]["text"]
    assert text == "Sent Sunday 23 November 2025"


def test_one_bad_reducer_leaves_every_other_action_and_page_working() -> None:
    found = seen([action("a", "bad.luck"), action("b", "pledge.take")])
    assert list(found["pledging"]) == ["p1"] and found["rows"][0]["text"] == "Bad luck"


def test_the_outbox_says_in_words_what_was_done_and_with_what() -> None:
    row = seen([action("a", "pledge.take", data={"pledge": "p1", "show": "{pledge}"})])["rows"][0]
    assert row["text"] == "Take “Ask the name” for {pledge}"
    assert seen([action("a", "pledge.drop", data={"pledge": "p77"})])["rows"][0]["text"] == "Drop “p77”"
    assert row | {"text": ""} == {
        "id": "a",
        "kind": "pledge.take",
        "text": "",
        "can_delete": 1,
        "tries": 0,
        "state": "saved",
        "when_text": "14:02",
        "words": "",
    }


def test_the_outbox_says_why_something_waits() -> None:
    tried = seen([action("a", "pledge.drop", tries=2), action("b", "pledge.drop", tries=3)])["rows"]
    assert [row["words"] for row in tried] == ["", "Still saved."]
    sending = seen([action("a", "pledge.drop", sent=1)])["rows"][0]
    assert (sending["can_delete"], sending["words"]) == (0, "On its way.")
    assert seen([action("a", "pledge.drop")], logged_in=False)["rows"][0]["words"] == "Log in first."


def test_the_outbox_shows_what_waits_first_and_then_answers_latest_first() -> None:
    found = seen([action("w", "pledge.drop")], [settled("s1"), settled("s2", outcome="rejected", words="No.")])
    assert [(row["id"], row["state"], row["words"]) for row in found["rows"]] == [
        ("w", "saved", ""),
        ("s2", "needs-you", "No."),
        ("s1", "sent", ""),
    ]


PATHS = [
    "/",
    "/pledges",
    "/pledges/",
    "/pledges/p1",
    "/pledges/p1/x",
    "/pledges/a%20b",
    "/pledges/-_Z9",
    "/pledges/" + "x" * 65,
    "/pledges/é",
    "/outbox",
    "/me/devices",
    "/help",
    "/log-in",
    "/PLEDGES",
    "",
    "//",
    "/pledges/p1\n",
]


@pytest.mark.parametrize("path", PATHS)
def test_both_servers_find_the_same_page_at_a_path(path: str) -> None:
    table = [asdict(page) for page in pages.PAGES]
    found = call(quick("pwa/worker/router.js"), "match", json.loads(json.dumps(table)), path)
    expected = pages.match(path)
    assert (found and (found["page"]["id"], found["params"])) == (expected and (expected[0].id, expected[1]))


@pytest.mark.parametrize(
    ("method", "path", "navigates", "way"),
    [
        ("GET", "/static/app.css", False, "asset"),
        ("GET", "/pledges", True, "page"),
        ("GET", "/pledges", False, "page"),
        ("GET", "/desk", True, "elsewhere"),
        ("GET", "/log-in", True, "elsewhere"),
        ("GET", "/health", False, None),
        ("POST", "/do/pledge.take", False, "act"),
        ("POST", "/log-out", True, "door"),
        ("POST", "/demo/log-in", True, "door"),
        ("GET", "/log-in/directory", True, "elsewhere"),
        ("GET", "/log-in/directory/back", True, "door"),
        ("POST", "/sync", False, None),
        ("POST", "/anonymous", False, None),
        ("PUT", "/pledges", False, None),
    ],
)
def test_each_request_goes_its_way(method: str, path: str, navigates: bool, way: str | None) -> None:
    table = [asdict(page) for page in pages.PAGES]
    asked = {"method": method, "path": path, "navigates": navigates}
    assert call(quick("pwa/worker/router.js"), "route", asked, table) == way

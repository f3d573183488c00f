"""A form in the worker: kept before it is called saved, sent one way only, and no word of it lost."""

from __future__ import annotations

from typing import Any

import pytest
import quickjs

from tests.quick import call, quick

SHIMS = """
Object.hasOwn ??= (it, key) => Object.prototype.hasOwnProperty.call(it, key);
let minted = 0;
globalThis.crypto = { randomUUID: () => `00000000-0000-4000-8000-00000000000${++minted}` };
globalThis.Response = class {
  constructor(body, { status, headers }) { Object.assign(this, { body, status, headers }); }
};
"""
BUILT = """
export const BUILD = "b1";
export const APP = { name: "Test" };
export const HEADERS = { "x-y": "z" };
export const LANGUAGES = {};
export const CALM = { title: "", body: "" };
export const PAGES = [
  { id: "home", path: "/", template: "page.html", needs: [], public: false, of: null },
  { id: "pledge", path: "/pledges/{pledge}", template: "page.html", 
    needs: ["pledge"], public: false, of: "pledge" },
  { id: "outbox", path: "/outbox", template: "page.html", needs: [], public: false, of: null },
];
"""
LANGUAGE = """
const words = {
  "storage.full": "This phone is full.", "outbox.sending": "On its way.", "saved.title": "Saved on this phone",
};
const titles = { home: "Home", pledge: "A pledge", outbox: "Your outbox", "not-found": "None" };
const kinds = { "pledge.take": { v: 2, says: "Take “{pledge}”", chooses: ["pledging", "pledge"], rules: [
  { name: "pledge", type: "text", required: true, words: "Choose one." },
  { name: "show", type: "enum", required: true, values: ["name", "team"], words: "Choose who." },
] } };
export const speaking = async () => ({ words, titles, kinds, draw: (template, context) => globalThis.draw(context) });
"""
INDEX = "export const reducers = {};\n"
GOOD = {"page": "/pledges/p1", "pledge": "p1", "show": "team"}
ID = "0199aaaa-0000-7000-8000-000000000001"


@pytest.fixture
def phone() -> quickjs.Context:
    modules = {"pwa/worker/built.js": BUILT, "pwa/worker/language.js": LANGUAGE, "pwa/features/index.js": INDEX}
    context = quick("tests/pwa/memory_act.js", shims=SHIMS, modules=modules)
    pledge = {"scope": "public", "kind": "pledge", "id": "p1", "version": 3, "body": {"title": "Ask the name"}}
    gone = {"scope": "person:p9", "kind": "pledging", "id": "p1", "version": 7, "body": None}
    call(context, "holds", [pledge, gone])
    return context


def posts(
    phone: quickjs.Context, kind: str = "pledge.take", form: dict[str, str] = GOOD, **options: Any
) -> dict[str, Any]:
    found: dict[str, Any] = call(phone, "posts", kind, form, options)
    return found


def test_a_form_is_kept_with_its_own_id_and_what_was_in_sight(phone: quickjs.Context) -> None:
    said = posts(phone, headers={"hx-request": "true", "x-action-id": ID})
    kept = said["waiting"][0]
    assert (kept["id"], kept["kind"], kept["v"], kept["seen"], kept["data"]) == (
        ID,
        "pledge.take",
        2,
        7,
        {"pledge": "p1", "show": "team"},
    )
    assert said["status"] == 200 and said["asked"] == ["send"]
    assert said["body"]["states"] == {"pledging:p1": {"state": "saved", "text": "Saved on this phone"}}
    assert said["headers"]["x-rendered-by"] == "worker" and said["headers"]["x-y"] == "z"


def test_the_same_form_twice_with_one_id_is_one_action(phone: quickjs.Context) -> None:
    posts(phone, headers={"x-action-id": ID})
    assert len(posts(phone, headers={"x-action-id": ID})["waiting"]) == 1


def test_a_plain_form_is_answered_by_going_to_its_page(phone: quickjs.Context) -> None:
    said = posts(phone, headers={})
    assert (said["status"], said["headers"]["location"]) == (303, "/pledges/p1") and len(said["waiting"]) == 1


def test_a_page_that_no_table_has_is_the_home_page(phone: quickjs.Context) -> None:
    assert posts(phone, form=GOOD | {"page": "https://elsewhere.example/"}, headers={})["headers"]["location"] == "/"


def test_a_form_with_problems_keeps_its_words_and_nothing_else(phone: quickjs.Context) -> None:
    said = posts(phone, form={"page": "/pledges/p1", "pledge": "p1", "extra": "<b>"})
    assert said["status"] == 422 and said["waiting"] == [] and said["asked"] == []
    assert said["body"]["problems"] == [{"field": "show", "words": "Choose who."}]
    assert said["body"]["values"] == {"pledge": "p1", "extra": "<b>"}


def test_what_the_phone_cannot_keep_the_server_may(phone: quickjs.Context) -> None:
    said = posts(phone, fails=True, server={"status": 200, "headers": {}, "body": "from the server"})
    assert said["body"] == "from the server" and said["asked"] == ["server"]


def test_a_full_phone_without_signal_says_so_and_keeps_every_word_on_the_screen(phone: quickjs.Context) -> None:
    said = posts(phone, fails=True)
    assert said["status"] == 507 and said["asked"] == ["server"]
    assert said["body"]["problems"] == [{"field": "", "words": "This phone is full."}]
    assert said["body"]["values"] == {"pledge": "p1", "show": "team"} and said["body"]["states"] == {}


def test_after_it_is_kept_it_is_never_sent_another_way(phone: quickjs.Context) -> None:
    said = posts(phone, breaks=True)
    assert said["status"] == 303 and said["asked"] == ["send"] and len(said["waiting"]) == 1


def test_an_action_is_deleted_unless_it_is_on_its_way(phone: quickjs.Context) -> None:
    posts(phone, headers={"x-action-id": ID})
    call(phone, "sends", ID)
    said = posts(phone, "outbox.delete", {"action": ID})
    assert said["status"] == 409 and said["body"]["problems"] == [{"field": "", "words": "On its way."}]
    assert len(said["waiting"]) == 1
    other = posts(phone)["waiting"][1]["id"]
    said = posts(phone, "outbox.delete", {"action": other})
    assert said["status"] == 200 and [each["id"] for each in said["waiting"]] == [ID]


def test_deleting_what_is_not_there_is_done_already(phone: quickjs.Context) -> None:
    assert posts(phone, "outbox.delete", {"action": "never"})["status"] == 200
    assert posts(phone, "outbox.again", {"action": "never"})["waiting"] == []
    assert posts(phone, "outbox.discard", {"action": "never"})["status"] == 200


def test_a_page_of_a_record_that_is_not_held_is_not_found(phone: quickjs.Context) -> None:
    assert call(phone, "gets", "/pledges/p1")["status"] == 200
    assert call(phone, "gets", "/pledges/p2")["status"] == 404


@pytest.mark.parametrize(
    ("kind", "known"), [("pledge.take", True), ("outbox.send", True), ("constructor", False), ("x.y", False)]
)
def test_only_kinds_of_the_table_are_taken(phone: quickjs.Context, kind: str, known: bool) -> None:
    assert call(phone, "known", kind) is known

"""Log out, and who uses this phone: what is said before anything goes, and what stays."""

from __future__ import annotations

from typing import Any

import pytest
import quickjs

from tests.pwa.test_worker_act import BUILT, INDEX, SHIMS
from tests.pwa.worker_phone import ME, NO_HEALTH, action, outcome, reply, row, scope
from tests.quick import call, quick

PAGES = BUILT.replace(
    "\n];",
    '\n  { id: "me", path: "/me", template: "page.html", needs: [], public: false, of: null },'
    '\n  { id: "phone", path: "/me/phone", template: "page.html", needs: [], public: false, of: null },\n];',
)
LANGUAGE = """
const words = {
  "storage.full": "Full.", "log_out.choose": "Choose.", "log_out.not_sent": "Not all was sent.", "saved.title": "Saved",
};
const titles = { home: "Home", me: "About you" };
const kinds = { "pledge.take": { v: 1, says: "Take it", chooses: null, rules: [] } };
export const speaking = async () => ({ words, titles, kinds, draw: (template, context) => globalThis.draw(context) });
"""


@pytest.fixture
def phone() -> quickjs.Context:
    modules = {"pwa/worker/built.js": PAGES, "pwa/worker/language.js": LANGUAGE, "pwa/features/index.js": INDEX}
    timers = "globalThis.setTimeout = () => {};\n"  # nothing here is waited for: a send has its answer at once
    context = quick("tests/pwa/memory_doors.js", shims=SHIMS + timers, modules=modules)
    call(context, "workFor", ME)
    call(context, "syncWith", [reply(public=scope(1, row("e1")))], {"force": True})
    return context


@pytest.fixture
def shared(phone: quickjs.Context) -> quickjs.Context:
    posts(phone, "/shared", shared="yes", page="/")
    return phone


def posts(phone: quickjs.Context, path: str, *script: Any, signal: bool = True, **form: str) -> dict[str, Any]:
    found: dict[str, Any] = call(phone, "posts", path, form, {"script": list(script), "signal": signal})
    return found


def does(phone: quickjs.Context, id: str = "a1") -> None:
    call(phone, "act", "add", action(id))


def logs_out(phone: quickjs.Context, unsent: str | None = None, *script: Any, signal: bool = True) -> dict[str, Any]:
    return posts(phone, "/log-out", *script, signal=signal, **({"unsent": unsent} if unsent else {}))


def stays(said: dict[str, Any], words: str, waiting: int) -> None:
    assert (said["person"], said["waiting"], said["asked"]) == (ME, waiting, 0)
    assert (said["status"], said["body"]["page"]["id"]) == (422, "me")
    assert said["body"]["problems"] == [{"field": "unsent", "words": words}]


def everything_went(said: dict[str, Any]) -> None:
    assert (said["person"], said["waiting"], said["wiped"]) == (None, None, "all")
    assert (said["status"], said["location"]) == (303, "/")


@pytest.mark.parametrize("signal", [True, False])
def test_on_a_shared_phone_nothing_stays_after_log_out(shared: quickjs.Context, signal: bool) -> None:
    call(shared, "plans", ME, "on Monday")
    said = logs_out(shared, signal=signal)
    everything_went(said)
    assert (said["shared"], said["revoke"]) == ("yes", 0 if signal else 1)


@pytest.mark.parametrize("choice", [None, "keep", "anything"])
def test_on_a_shared_phone_what_is_not_sent_is_asked_about_first(shared: quickjs.Context, choice: str | None) -> None:
    does(shared)
    stays(logs_out(shared, choice), "Choose.", 1)


def test_on_a_shared_phone_without_signal_send_leaves_the_person_logged_in(shared: quickjs.Context) -> None:
    does(shared)
    said = logs_out(shared, "send", NO_HEALTH)
    stays(said, "Not all was sent.", 1)
    assert said["body"]["values"] == {"unsent": "send"}


def test_on_a_shared_phone_send_sends_and_then_everything_goes(shared: quickjs.Context) -> None:
    does(shared)
    everything_went(logs_out(shared, "send", reply(outcome("a1"))))


def test_on_a_shared_phone_what_is_refused_while_it_is_sent_is_seen_before_it_goes(shared: quickjs.Context) -> None:
    does(shared)
    stays(logs_out(shared, "send", reply(outcome("a1", "rejected", "x", "No."))), "Not all was sent.", 0)
    everything_went(logs_out(shared))


def test_on_a_shared_phone_delete_deletes(shared: quickjs.Context) -> None:
    does(shared)
    everything_went(logs_out(shared, "delete", signal=False))


@pytest.mark.parametrize("choice", [None, "keep", "anything"])
def test_on_a_phone_of_ones_own_what_is_not_sent_is_kept_locked(phone: quickjs.Context, choice: str | None) -> None:
    does(phone)
    said = logs_out(phone, choice)
    assert (said["person"], said["waiting"], said["wiped"]) == (None, 1, "")
    assert said["location"] == "/log-in"


def test_on_a_phone_of_ones_own_send_keeps_what_could_not_go(phone: quickjs.Context) -> None:
    does(phone)
    said = logs_out(phone, "send", NO_HEALTH, signal=False)
    assert (said["person"], said["waiting"], said["revoke"], said["location"]) == (None, 1, 1, "/help")


def test_on_a_phone_of_ones_own_delete_removes_everything_without_signal(phone: quickjs.Context) -> None:
    does(phone)
    said = logs_out(phone, "delete", signal=False)
    everything_went(said)
    assert said["revoke"] == 1


def test_the_answer_leads_back_to_its_page_and_asks_no_server(phone: quickjs.Context) -> None:
    said = posts(phone, "/shared", shared="yes", page="/me/phone")
    assert (said["status"], said["location"], said["shared"], said["asked"]) == (303, "/me/phone", "yes", 0)
    assert posts(phone, "/shared", shared="no", page="https://else.example/")["location"] == "/"
    assert posts(phone, "/shared", shared="perhaps")["shared"] == ""


def test_a_full_phone_says_that_it_could_not_keep_the_answer(phone: quickjs.Context) -> None:
    call(phone, "act", "fail", ME)
    said = posts(phone, "/shared", shared="no", page="/me/phone")
    assert (said["status"], said["body"]["problems"]) == (507, [{"field": "", "words": "Full."}])


def test_logging_in_again_ends_what_was_said_of_the_removal(shared: quickjs.Context) -> None:
    logs_out(shared)
    assert posts(shared, "/log-in", email="nurse@example.nhs.uk")["wiped"] == ""

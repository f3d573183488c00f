"""The same page from both servers: the real app over HTTP, the worker's own modules in QuickJS over what /sync sent.

Knows the worker's modules by name and no page: what is asked for and compared is in test_parity.py.
"""

from __future__ import annotations

import difflib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import quickjs

from pwa.assets import said_in
from pwa.pages import PAGES
from server.site import Site
from tests.quick import call, quick
from tests.world import World

BUILT = "pwa/worker/built.js"

# A replica and an outbox as the worker's store gives them, in memory; the browser's cache and its class for answers.
SHIMS = """
Object.hasOwn ??= (object, key) => Object.prototype.hasOwnProperty.call(object, key);
globalThis.Response = class { constructor(body, init) { Object.assign(this, { body, status: init.status ?? 200 }); } };
globalThis.$keep = (said) => {
  globalThis.caches = { match: async () => ({ ok: true, json: async () => JSON.parse(said) }) };
};
const storeOf = ({ records, waiting, settled, device, since, now }) => {
  const values = { device, log_in: 0, ready: 1, last_sync: now - (since ?? 0) };
  const t = {
    record: { all: async () => records },
    outbox: { all: async () => waiting },
    settled: { all: async () => settled },
    value: { get: async (name) => values[name] },
  };
  return { read: async (_names, run) => run(t) };
};
globalThis.$page = async (phone, path, filled) => {
  const looks = { language: "en", colours: "", online: !phone.since };
  const whom = { person: phone.person, store: storeOf(phone), now: phone.now, ...looks };
  const { body, status } = await pageAnswer(whom, path, filled);
  return [status, body];
};
globalThis.$submit = async (phone, path, kind, form) => {
  const { data, problems } = check((await speaking("en")).kinds[kind].rules, form);
  return [data, problems.length ? await globalThis.$page(phone, path, { problems, values: form, status: 422 }) : null];
};
"""


def worker(site: Site) -> quickjs.Context:
    """The worker's pages, compiled from this app's templates, with what this app would write into /sw.js."""
    kinds = {
        name: {"v": kind.v, "says": kind.says, "chooses": kind.chooses, "rules": site.rules[name]}
        for name, kind in site.engine.kinds.items()
    }
    values = {
        "APP": dict(site.app),
        "HEADERS": {},
        "PAGES": [asdict(page) for page in PAGES],
        "BUILD": "",
        "PRECACHE": [],
        "LANGUAGES": {"en": ["English", "/static/en.json"]},
        "CALM": {"title": "", "body": ""},
    }
    constants = "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in values.items())
    context = quick("pwa/worker/answer.js", "pwa/worker/forms.js", "pwa/worker/language.js", modules={BUILT: constants})
    context.eval(SHIMS)
    context.get("$keep")(json.dumps(said_in(next(iter(site.environments.values())), PAGES, kinds)))
    return context


class Twin:
    """One logged-in person, at the server's pages and at a phone that holds what /sync sends them."""

    def __init__(self, world: World, context: quickjs.Context, key: str | None) -> None:
        self.world, self.context, self.key = world, context, key
        self.browser = world.log_in(key) if key else world.nobody()
        self.device = f"device-{key}" if key else None
        self.replica: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.settled: list[dict[str, Any]] = []
        self.person: str | None = None
        self.seq = 0
        self.receive()

    def receive(self) -> None:
        """Pull everything, as a phone that starts empty."""
        reply = self._sync()
        self.person = reply.get("person")
        rows = [row for part in reply["scopes"].values() for row in part["docs"]]
        self.replica = [{"kind": kind, "id": id, "version": version, "body": body} for id, kind, body, version in rows]

    def act(self, kind: str, **data: Any) -> None:
        """Into the outbox, with what the phone last saw."""
        chooses = self.world.engine.kinds[kind].chooses
        action = {"id": self.world.new_id(), "kind": kind, "v": 1, "at": _now(), "data": data}
        if chooses:
            seen = [
                row["version"] for row in self.replica if (row["kind"], row["id"]) == (chooses[0], data[chooses[1]])
            ]
            action["seen"] = max(seen, default=0)
        self.waiting.append(
            {"seq": len(self.settled) + len(self.waiting) + 1, "id": action.pop("id"), "sealed": action}
        )
        self.waiting[-1] |= {"sent": 0, "tries": 0}

    def send(self) -> list[tuple[str, str | None]]:
        """The outbox goes to the server and what comes back is kept with its receipt."""
        actions = [{"id": each["id"], "seq": each["seq"], **each["sealed"]} for each in self.waiting]
        answers = {id: (outcome, code, detail) for id, outcome, code, detail in self._sync(actions)["outcomes"]}
        for each in self.waiting:
            outcome, code, detail = answers[each["id"]]
            receipt = {"outcome": outcome, "code": code, "at_server": detail["at"], "words": detail.get("words", "")}
            self.settled.append({**each, **receipt})
        self.waiting = []
        self.receive()
        return [(outcome, code) for outcome, code, _ in answers.values()]

    def on_server(self, path: str) -> tuple[int, str]:
        answer = self.browser.get(path)
        return answer.status_code, answer.text

    def on_phone(self, path: str, *, receipts: bool = True, since: int = 0) -> tuple[int, str]:
        """`since`: without signal for so many ms."""
        status, html = call(self.context, "$page", self._phone(receipts) | {"since": since}, path, {})
        return status, html

    def submit(self, path: str, kind: str, **form: str) -> tuple[tuple[int, str], tuple[int, str]]:
        """A form that has to be put right, sent to the server and to the phone."""
        answer = self.browser.do(kind, path, **form)
        _, refused = call(self.context, "$submit", self._phone(), path, kind, form)
        return (answer.status_code, answer.text), tuple(refused)

    def _phone(self, receipts: bool = True) -> dict[str, Any]:
        return {
            "person": self.person,
            "records": self.replica,
            "waiting": self.waiting,
            "settled": self.settled if receipts else [],
            "device": self.device,
            "now": _now(),
        }

    def _sync(self, actions: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        answer = self.browser.sync(**({"device": self.device} if self.device else {}), actions=list(actions))
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply


def differences(server: tuple[int, str], phone: tuple[int, str]) -> list[str]:
    """The lines that are not the same, for a person to read."""
    if server == phone:
        return []
    lines = difflib.unified_diff(server[1].splitlines(), phone[1].splitlines(), "server", "phone", n=0, lineterm="")
    return [f"{server[0]} and {phone[0]}", *lines]


STATE = re.compile(r'<span class="app-state.*?</span>', re.S)
LINE = re.compile(r'<p class="app-sync.*?</p>', re.S)
OUTBOX = re.compile(r"<(\w+)[^>]* data-outbox[^>]*>.*?</\1>\n?", re.S)
ARRIVES = re.compile(r"<section data-arrives>.*?</section>\n?", re.S)


def bare(answer: tuple[int, str]) -> tuple[int, str]:
    """Without the marks of what is not settled: the state elements, the sync line and what speaks of the outbox; and
    without what the server sends only to those who are in (`data-arrives`), which no phone can know before."""
    status, html = answer
    for mark in (STATE, LINE, OUTBOX, ARRIVES):
        html = mark.sub("", html)
    return status, html


def _now() -> int:
    return time.time_ns() // 1_000_000

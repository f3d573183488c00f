"""Every page in every state of pwa/states.py, drawn by the server's renderer and served with the app's own files.

Knows no browser. The content is the organisation's own, so a picture shows what people read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import create_engine

from pwa.assets import Asset
from pwa.pages import PAGES, Page
from pwa.state_records import TODAY
from pwa.states import Row, State, states
from server.app import make_site
from server.config import Config
from server.db import Base
from server.features import load_content
from server.headers import security
from server.look import Look
from server.sessions import Visitor
from server.site import Site
from server.web import Filled, Held, collections, page_context
from server.words import deck
from sync import metadata
from tests.world import EXAMPLES

VISITOR = Visitor("this", "nurse", "this", "t1", None, False, 0, 0, None)
ME = {
    "id": "me",
    "name": "Community nurse",
    "team": "t1",
    "team_name": "Meadow community nursing",
    "role_text": "Nurse",
}
KINDS = sorted({kind for page in PAGES for kind in page.needs})
DAYS_OLD = 14  # from LONG_AGO to TODAY
SAYS = {"saved": "saved.title", "sent": "sent", "waiting": "waiting.title", "needs-you": "needs_you.title"}

# What pages ask of the worker, answered as on a phone where all is well. It draws nothing.
WORKER = b"""
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", ({ data, ports: [port] }) => port?.postMessage(
  data.ask === "plan" ? { text: "" } : { era: 1, unsent: 0, clock: 0, last_sync: Date.now(), told_at: 0 }));
"""


@dataclass(frozen=True)
class Drawn:
    page: Page
    kind: str
    context: Mapping[str, Any]
    html: str
    offline: bool

    @property
    def path(self) -> str:
        return f"/{self.page.id}/{self.kind}"


@cache
def site() -> Site:
    return make_site(Config.for_tests())


@cache
def drawn() -> tuple[Drawn, ...]:
    return tuple(_draw(*each) for each in states())


def _draw(page: Page, kind: str, state: State) -> Drawn:
    context = _context(page, state)
    html = site().environments["en"].get_template(page.template).render(context)
    return Drawn(page, kind, context, html, state.offline)


def _context(page: Page, state: State) -> dict[str, Any]:
    """As the phone makes it, with the texts that it takes from the copy deck."""
    words = deck()
    visitor = VISITOR if state.logged_in else None
    problems = [{"field": field, "words": words.get(said, said)} for field, said in state.problems]
    held = Held(visitor, {"person": {"me": ME}})
    look = Look(site().environments["en"], "")
    given = page_context(site(), look, page.id, page.title, held, Filled(problems))  # type: ignore[arg-type]
    return {
        **{kind: _with_ids(state.records.get(kind, _content()[kind])) for kind in page.needs},
        **given,
        "params": {page.of: EXAMPLES[page.of]} if page.of else {},
        "app": {
            **given["app"],
            "stale": state.stale,
            "days_old": DAYS_OLD if state.stale else 0,
            "shared": state.shared,
        },
        "today": TODAY,
        "outbox": [_row(row, str(number), words) for number, row in enumerate(state.outbox)],
        "unsent": len([row for row in state.outbox if row.state == "saved"]),
        "needs_you": len([row for row in state.outbox if row.state == "needs-you"]),
        "states": {
            key: {"state": to, "text": words[SAYS[to]].format(time="14:02")} for key, to in state.states.items()
        },
        **state.more,
    }


def _with_ids(records: Mapping[str, Any]) -> dict[str, Any]:
    return {id: {**record, "id": id} for id, record in records.items()}


def _row(row: Row, id: str, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        **{"id": id, "kind": "", "text": row.text, "state": row.state, "tries": row.tries, "when_text": row.when},
        **{"words": words[row.says] if row.says else "", "can_delete": 1 if row.state == "saved" else 0},
    }


@cache
def _content() -> Mapping[str, Mapping[str, Any]]:
    """What every person of the organisation holds, read from its files. Records of one person's own are not in it."""
    with create_engine("sqlite://").begin() as connection:
        Base.metadata.create_all(connection)
        metadata.create_all(connection)
        load_content(site().engine, connection)
        return collections(connection, KINDS, ["open", "public"])


@contextmanager
def served() -> Iterator[str]:
    """The address at which every drawn page is, with the app's own files and policy."""
    pages = {each.path: each.html.encode() for each in drawn()}
    worker = Asset(WORKER, "text/javascript; charset=utf-8")
    files = {**site().assets.files, "/manifest.webmanifest": site().manifest, "/sw.js": worker}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = files.get(self.path)
            body = file.body if file else pages.get(self.path)
            self.send_response(200 if body else 404)
            for name, value in security(False).items():
                self.send_header(name, value)
            self.send_header("content-type", file.type if file else "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()

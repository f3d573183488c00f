"""The worker's own sync, outbox and replica over stores in memory, with a server whose answers are written out."""

from __future__ import annotations

from typing import Any

from tests.quick import call, quick

ME = "p9"
START = 1763906520000
DAY = 86_400_000


class WorkerPhone:
    """`sync` hands over the server's answers in the order they will be given and tells all that came of it."""

    def __init__(self, person: str | None = ME) -> None:
        self.js = quick("tests/pwa/memory_phone.js")
        if person is not None:
            self.call("workFor", person)
            self.sync(reply(public=scope(1, row("e1"))), force=True)

    def call(self, function: str, *arguments: Any) -> Any:
        return call(self.js, function, *arguments)

    def sync(self, *script: Any, **options: Any) -> dict[str, Any]:
        said: dict[str, Any] = self.call("syncWith", list(script), {"force": True, **options})
        return said

    def act(self, id: str, kind: str = "pledge.take", **data: Any) -> str:
        self.call("act", "add", action(id, kind, **data))
        return id

    def outbox(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = self.call("outboxOf", ME)
        return found

    def waiting(self) -> list[str]:
        return [each["id"] for each in self.outbox()["waiting"]]

    def settled(self) -> dict[str, str]:
        return {each["id"]: each["outcome"] for each in self.outbox()["settled"]}

    def records(self, person: str = ME) -> dict[str, Any]:
        return {each["id"]: each["body"] for each in self.call("recordsOf", person)}


def action(id: str, kind: str = "pledge.take", **data: Any) -> dict[str, Any]:
    return {"id": id, "kind": kind, "v": 1, "at": START, "seen": 0, "data": data or {"pledge": "p1"}}


def row(id: str, version: int = 1, *, gone: bool = False) -> list[Any]:
    return [id, "event", None if gone else {"title": f"{id} at {version}"}, version]


def scope(to: int, *rows: list[Any], reset: bool = False) -> dict[str, Any]:
    return {"to": to, "docs": list(rows), "reset": reset}


def reply(*outcomes: list[Any], person: str | None = ME, epoch: str = "k3f", **parts: Any) -> dict[str, Any]:
    """An answer of 200. Keywords are scopes, but for `more`, `left`, `next`, `build`, `new_device` and `during`."""
    names = ("more", "left", "next", "build", "new_device")
    options: dict[str, Any] = {name: parts.pop(name) for name in names if name in parts}
    during = parts.pop("during", [])
    body: dict[str, Any] = {
        "epoch": epoch,
        "now": START,
        "next": 300,
        "more": False,
        "outcomes": list(outcomes),
        "scopes": parts,
        **options,
    }
    return {"body": body | ({"person": person} if person else {}), "during": during}


def outcome(id: str, what: str = "applied", code: str | None = None, words: str = "") -> list[Any]:
    return [id, what, code, {"at": START + 5, "words": words} if what != "later" else {}]


def refusal(status: int, code: str = "", **headers: str) -> dict[str, Any]:
    return {
        "status": status,
        "body": {"code": code},
        "headers": {name.replace("_", "-"): text for name, text in headers.items()},
    }


LOST = {"lost": True}  # the server heard the request, and its answer never came
NO_SIGNAL = "no signal"
NO_HEALTH = {"url": "/health", "lost": True}
EMPTY = {"status": 204}

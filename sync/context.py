"""What an apply is given: the connection, who and when, and two questions about records.
Knows nothing of the kinds that use it."""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from sync.tables import record


class Touch(NamedTuple):
    """A record to be made again from its domain rows. `mark` is the device that chose, when this was a choice."""

    kind: str
    scope: str
    id: str
    choice: bool = False
    mark: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.scope, self.kind, self.id


Touches = dict[tuple[str, str, str], Touch]

_LAST_CHOICE = select(record.c.version, record.c.mark).where(
    record.c.scope == bindparam("scope"), record.c.kind == bindparam("kind"), record.c.id == bindparam("id")
)


def device_mark(key: bytes, scope: str, device: str) -> str:
    return hmac.digest(key, f"{scope}\0{device}".encode(), "sha256")[:16].hex()


class Context:
    """One action being applied. An apply may run twice inside one transaction (push 7): only what it writes through
    `connection` and `touch` counts, and both are undone together."""

    __slots__ = ("_earlier", "_key", "at", "connection", "device", "now", "person", "seen", "touched")

    def __init__(
        self,
        connection: Connection,
        person: str,
        device: str | None,
        *,
        now: int,
        at: int,
        seen: int | None,
        key: bytes,
        earlier: Mapping[tuple[str, str, str], Touch],
    ) -> None:
        self.connection = connection
        self.person = person
        self.device = device
        self.now = now
        self.at = at
        self.seen = seen
        self.touched: Touches = {}
        self._key = key
        self._earlier = earlier

    def touch(self, kind: str, scope: str, id: str, choice: bool = False) -> None:
        """The record is published once, at the end of the transaction. `choice`: this person chose its state here."""
        mark = device_mark(self._key, scope, self.device) if choice and self.device is not None else None
        merge(self.touched, Touch(kind, scope, id, choice, mark))

    def in_sight(self, kind: str, scope: str, id: str) -> bool:
        """push 6: was this choice made knowing the last one? Then the later choice wins, whatever it is."""
        if self.seen is None:
            return True
        earlier = self._earlier.get((scope, kind, id))
        if earlier is not None and earlier.choice:
            return True
        row = self.connection.execute(_LAST_CHOICE, {"scope": scope, "kind": kind, "id": id}).first()
        if row is None or row.version == self.seen:
            return True
        return self.device is not None and row.mark == device_mark(self._key, scope, self.device)


def merge(touches: Touches, touch: Touch) -> None:
    """A choice is not forgotten when the same record is touched again without one."""
    before = touches.get(touch.key)
    if before is None or touch.choice or not before.choice:
        touches[touch.key] = touch

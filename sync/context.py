"""What an apply is given: the connection, who and when, what was read already, and two questions about records.
Knows nothing of the kinds that use it."""

import hmac
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, bindparam, select

from sync.rows import Memory, Owned, Rows
from sync.tables import record

P = ParamSpec("P")
R = TypeVar("R")


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

_LAST_CHOICES = select(record.c.id, record.c.version, record.c.mark).where(
    record.c.scope == bindparam("scope"), record.c.kind == bindparam("kind")
)


def digest(key: bytes, *parts: str) -> str:
    """A name that only whoever holds the key can make again or recognise: the same parts give the same name."""
    return hmac.digest(key, "\0".join(parts).encode(), "sha256")[:16].hex()


opaque = lru_cache(maxsize=4096)(digest)  # for names that are asked for again and again


class Context:
    """One action being applied. An apply may run twice inside one transaction (push 7): only what it writes through
    `rows`, `connection` and `touch` counts, and all of it is undone together."""

    __slots__ = ("_earlier", "_memory", "at", "connection", "device", "key", "now", "person", "seen", "touched")

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
        memory: Memory,
    ) -> None:
        self.connection = connection
        self.person = person
        self.device = device
        self.now = now
        self.at = at
        self.seen = seen
        self.touched: Touches = {}
        self.key = key
        self._earlier = earlier
        self._memory = memory

    def rows(self, owned: Owned, owner: str) -> Rows:
        """To read and change the rows of one owner. They are written after the batch was applied, in one go: an apply
        that uses a table in this way asks nothing of it by a statement of its own."""
        return self._memory.rows(self.connection, owned, owner)

    def once(self, read: Callable[Concatenate[Connection, P], R], *args: P.args, **named: P.kwargs) -> R:
        """What `read` answers, asked once in a batch: for what no action of the batch changes."""
        return self._memory.once(self.connection, read, *args, **named)

    def touch(self, kind: str, scope: str, id: str, choice: bool = False) -> None:
        """The record is published once, at the end of the transaction. `choice`: this person chose its state here."""
        mark = opaque(self.key, scope, self.device) if choice and self.device is not None else None
        merge(self.touched, Touch(kind, scope, id, choice, mark))

    def in_sight(self, kind: str, scope: str, id: str) -> bool:
        """push 6: was this choice made knowing the last one? Then the later choice wins, whatever it is."""
        if self.seen is None:
            return True
        earlier = self._earlier.get((scope, kind, id))
        if earlier is not None and earlier.choice:
            return True
        last = self.once(last_choices, scope, kind).get(id)
        if last is None or last[0] == self.seen:
            return True
        return self.device is not None and last[1] == opaque(self.key, scope, self.device)


def last_choices(connection: Connection, scope: str, kind: str) -> dict[str, tuple[int, str | None]]:
    """Version and mark of each record of a kind. Choices are made in the scopes of one person, so they are few."""
    rows = connection.execute(_LAST_CHOICES, {"scope": scope, "kind": kind})
    return {id: (version, mark) for id, version, mark in rows}


def merge(touches: Touches, touch: Touch) -> None:
    """A choice is not forgotten when the same record is touched again without one."""
    before = touches.get(touch.key)
    if before is None or touch.choice or not before.choice:
        touches[touch.key] = touch

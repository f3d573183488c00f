"""A phone that keeps the client's rules of sync/README.md (phone 1 to 11). Everything it knows is on its disk, which
changes in whole transactions; it can be killed at any of them."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.sync.endpoint import Killed

KEEP_MS = 14 * 24 * 60 * 60 * 1000
Rows = Mapping[tuple[str, str], tuple[int, Any]]  # (kind, id) -> version, body or None
Action = dict[str, Any]

names = itertools.count()


@dataclass(frozen=True)
class Settled:
    action: Action
    at: int


@dataclass(frozen=True)
class Disk:
    device: str
    epoch: str | None = None
    seq: int = 0
    cursors: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)
    outbox: tuple[Action, ...] = ()
    settled: Mapping[str, Settled] = field(default_factory=dict)
    needs_you: tuple[Action, ...] = ()
    told: Mapping[str, tuple[Action, str]] = field(default_factory=dict)  # for the test only: every outcome ever heard


class Phone:
    def __init__(self, person: str, batch: int = 4) -> None:
        self.person = person
        self.batch = batch
        self.clock = 0  # how far it is from the true time
        self.disk = Disk(device=new_device())
        self.dies_in: int | None = None  # saves until the battery is empty
        self.resets: dict[str, int] = {}

    def save(self, disk: Disk) -> None:
        if self.dies_in == 0:
            self.dies_in = None
            raise Killed
        if self.dies_in is not None:
            self.dies_in -= 1
        self.disk = disk

    def act(self, now: int, kind: str, v: int, data: Action, chooses: str | None = None) -> Action:
        """phone 2"""
        seq = self.disk.seq + 1
        action = {
            "id": f"id-{next(names)}",
            "seq": seq,
            "kind": kind,
            "v": v,
            "at": max(0, now + self.clock),
            "data": data,
        }
        if chooses:
            action["seen"] = self.held("taking", chooses)
        self.save(replace(self.disk, seq=seq, outbox=(*self.disk.outbox, action)))
        return action

    def held(self, kind: str, id: str) -> int:
        return max((rows[kind, id][0] for rows in self.disk.rows.values() if (kind, id) in rows), default=0)

    def request(self, now: int, *, check: bool = False) -> bytes:
        """phone 3"""
        disk = self.disk
        message: dict[str, Any] = {"v": 1, "device": disk.device, "sent_at": max(0, now + self.clock)}
        if disk.epoch:
            message |= {"epoch": disk.epoch, "person": self.person}
        if check:
            message["check"] = {scope: sums(rows) for scope, rows in disk.rows.items()}
        actions = sorted(disk.outbox, key=lambda action: action["seq"])[: self.batch]
        return json.dumps(message | {"cursors": dict(disk.cursors), "actions": actions}).encode()

    def receive(self, body: bytes) -> bool:
        """phone 4: one transaction. True when there is more to ask for at once."""
        if not body:
            self.resets.clear()
            return False
        reply = json.loads(body)
        if "now" not in reply:
            self.save(begin_again(self.disk, reply["epoch"]))
            return True
        disk = replace(self.disk, epoch=reply["epoch"])
        if reply.get("new_device"):
            disk = replace(disk, device=new_device())  # phone 7
        disk = note(disk, reply)
        disk = hold(disk, reply["scopes"])
        self.save(disk)
        self.resets = {
            scope: self.resets.get(scope, 0) + 1
            for scope, changes in reply["scopes"].items()
            if changes and changes.get("reset")
        }
        return bool(reply["more"] or reply.get("new_device"))

    def again(self) -> None:
        """Send what needs you as something new."""
        for action in self.disk.needs_you:
            fresh = action | {"id": f"id-{next(names)}", "seq": self.disk.seq + 1}
            if "token" in fresh["data"]:
                fresh["data"] = fresh["data"] | {"token": f"token-{next(names)}"}
            outbox = (*self.disk.outbox, fresh)
            left = tuple(one for one in self.disk.needs_you if one is not action)
            self.save(replace(self.disk, seq=fresh["seq"], outbox=outbox, needs_you=left))


def new_device() -> str:
    return f"device-{next(names)}"


def sums(rows: Rows) -> list[int]:
    live = [version for version, body in rows.values() if body is not None]
    return [len(live), sum(live)]


def begin_again(disk: Disk, epoch: str) -> Disk:
    """phone 9"""
    old = sorted((settled.action for settled in disk.settled.values()), key=lambda action: action["seq"])
    cursors = dict.fromkeys(disk.cursors, 0)
    return replace(disk, epoch=epoch, outbox=(*old, *disk.outbox), settled={}, cursors=cursors)


def note(disk: Disk, reply: dict[str, Any]) -> Disk:
    """phone 5"""
    outbox = {action["id"]: action for action in disk.outbox}
    settled, needs_you, told = dict(disk.settled), list(disk.needs_you), dict(disk.told)
    for id, outcome, _code, detail in reply["outcomes"]:
        action = outbox.get(id)
        if action is None or outcome == "later":
            continue
        del outbox[id]
        told[id] = (action, outcome)
        if outcome == "rejected":
            needs_you.append(action)
        else:
            settled[id] = Settled(action, detail["at"])
    young = {id: one for id, one in settled.items() if reply["now"] - one.at <= KEEP_MS}
    return replace(disk, outbox=tuple(outbox.values()), settled=young, needs_you=tuple(needs_you), told=told)


def hold(disk: Disk, scopes: dict[str, Any]) -> Disk:
    """phone 6"""
    rows, cursors = dict(disk.rows), dict(disk.cursors)
    for scope, changes in scopes.items():
        if changes is None:
            rows.pop(scope, None)
            cursors.pop(scope, None)
            continue
        mine = {} if changes.get("reset") else dict(rows.get(scope, {}))
        for id, kind, body, version in changes["docs"]:
            mine[kind, id] = (version, body)
        rows[scope] = mine
        cursors[scope] = changes["to"]
    return replace(disk, rows=rows, cursors=cursors)

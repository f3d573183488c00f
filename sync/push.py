"""Actions in, outcomes out, exactly once, in one transaction of the caller. Knows nothing of HTTP or of any kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, literal, null, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from sync.actions import Args, Engine, Kind, Rejected
from sync.among import among, listed
from sync.context import Context, Touches, digest, merge
from sync.errors import Malformed, UnknownKind, retryable
from sync.forms import words_for
from sync.later import PARKED, Stuck, keep_or_park, settled
from sync.publish import project, publish
from sync.retention import DAY_MS, JOURNAL_MS
from sync.rows import Memory
from sync.tables import NOBODY, later
from sync.tables import action as journal
from sync.tables import device as devices
from sync.wire import MAX_ACTION, UNREADABLE, Action, Named, Outcome, encode_body

BAD_ARGUMENTS = "Something in this was missing, so we could not use it. Please do it again."
NOT_YOURS = "We could not use this. Please do it again."
TOO_OLD = "This was made too long ago to use. Please do it again."
ONLINE_ONLY = "This is only done on its own page, with signal. Please do it there."
COARSE_MS = 30 * DAY_MS  # all the time that the journal keeps of what is private
TOO_LONG = "This is too long to send. Make it shorter and send it again."


class Pushed(NamedTuple):
    outcomes: list[Outcome]
    new_device: bool
    versions: Mapping[str, int]  # of the scopes this changed, for whoever wakes readers


class Arrived(NamedTuple):
    """An action as it came. Without `action`, only its id could be read, and `words` say why."""

    id: str
    raw: bytes
    action: Action | None
    words: str


@dataclass
class Batch:
    engine: Engine
    connection: Connection
    person: str
    device: str | None
    now: int
    skew: int
    known: dict[str, Outcome]
    theirs: frozenset[str]
    stuck: Mapping[str, Stuck]
    rows: list[dict[str, Any]] = field(default_factory=list)
    touches: Touches = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    last_seq: int = 0
    blocked: bool = False


def push(
    engine: Engine,
    connection: Connection,
    person: str,
    device: str | None,
    actions: Sequence[msgspec.Raw | dict[str, Any]],
    *,
    now: int,
    sent_at: int,
) -> Pushed:
    """Applies what was not applied before. The outcomes may be told only after the caller's commit (push 10)."""
    arrived = [read(place, action) for place, action in enumerate(actions)]  # push 1
    if not arrived:
        return Pushed([], False, {})
    take_turns(connection, person)  # push 2
    before = look_up(engine.key, connection, person, device, [one.id for one in arrived])  # push 3
    skew = now - sent_at
    if device is not None and any(counts_again(one, before, now, skew) for one in arrived):
        return Pushed([], True, {})  # push 4

    def attempt(*, careful: bool) -> Pushed:
        batch = Batch(engine, connection, person, device, now, skew, dict(before.known), before.theirs, before.stuck)
        batch.last_seq = before.last_seq
        outcomes = [settle(batch, one, careful) for one in arrived]
        batch.memory.write(connection)
        write_journal(batch)
        return Pushed(outcomes, False, publish(engine, connection, batch.touches.values()))  # push 9

    connection.exec_driver_sql("SAVEPOINT push")
    try:
        pushed = attempt(careful=False)
    except Exception as error:
        if retryable(error) or (device is None and not isinstance(error, Rejected)):
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT push")  # push 7
        pushed = attempt(careful=True)
    return pushed  # the savepoint goes with the caller's commit


def read(place: int, given: msgspec.Raw | dict[str, Any]) -> Arrived:
    """push 1: each action is decoded by itself, so that one bad action spoils only itself."""
    raw = bytes(given) if isinstance(given, msgspec.Raw) else msgspec.json.encode(given)
    try:
        action = _action.decode(raw)
    except UNREADABLE:
        try:
            return Arrived(_named.decode(raw).id, raw, None, BAD_ARGUMENTS)
        except UNREADABLE:
            raise Malformed(f"actions[{place}].id", "Every action has an id of its own.") from None
    if len(raw) > MAX_ACTION:
        return Arrived(action.id, raw, None, TOO_LONG)
    if b"\\u0000" in raw:  # no database keeps this character in text
        return Arrived(action.id, raw, None, BAD_ARGUMENTS)
    return Arrived(action.id, raw, action, "")


def take_turns(connection: Connection, person: str) -> None:
    """push 2: one push of a person at a time, so that a double waits for the first copy and then finds it stored."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_PERSON, {"person": person})


class Before(NamedTuple):
    """What is known before a push: outcomes told already, ids of other people, what is stuck, how far a device got."""

    known: Mapping[str, Outcome]
    theirs: frozenset[str]
    stuck: Mapping[str, Stuck]
    last_seq: int


def look_up(key: bytes, connection: Connection, person: str, device: str | None, ids: list[str]) -> Before:
    """push 3: what the journal knows of these ids; of another person's only that they are not this person's."""
    nameless = {nameless_id(key, person, id): id for id in ids}
    known: dict[str, Outcome] = {}
    theirs = set()
    stuck: dict[str, Stuck] = {}
    last_seq = 0
    asked = {"ids": listed([*ids, *nameless]), "person": person, "device": device or ""}
    for what, whose, id, outcome, code, detail, at, number in connection.execute(_BEFORE, asked):
        if what == "stuck":
            stuck[id] = Stuck(number, at)
        elif what == "device":
            last_seq = number
        elif whose == person or id in nameless:
            id = nameless.get(id, id)
            more = msgspec.json.decode(detail) if detail else {}
            known[id] = (id, outcome, code, {"at": at, **more})
        else:
            theirs.add(id)
    return Before(known, frozenset(theirs), stuck, last_seq)


def counts_again(one: Arrived, before: Before, now: int, skew: int) -> bool:
    """push 4: a new action with a number already used: this phone was restored from a backup, or copied."""
    if one.action is None or one.id in before.known or one.id in before.theirs or too_old(one.action, now, skew):
        return False
    return 0 < one.action.seq <= before.last_seq


def settle(batch: Batch, one: Arrived, careful: bool) -> Outcome:
    if stored := batch.known.get(one.id):
        return stored  # push 3: answer the same
    if batch.blocked:
        return one.id, "later", None, {}  # push 8: it may lean on the one that is stuck
    if one.id in batch.theirs:
        return note(batch, one, "rejected", "not_yours", {"words": NOT_YOURS})
    if one.action is None or (batch.device is not None and one.action.seq == 0):
        return note(batch, one, "rejected", "bad_arguments", {"words": one.words or BAD_ARGUMENTS})
    if too_old(one.action, batch.now, batch.skew):
        return note(batch, one, "rejected", "too_old", {"words": TOO_OLD})
    return run(batch, one, one.action, careful)


def too_old(action: Action, now: int, skew: int) -> bool:
    """The journal forgets after 400 days; an id from before that may have been applied already."""
    return action.at + skew < now - JOURNAL_MS


def run(batch: Batch, one: Arrived, action: Action, careful: bool) -> Outcome:
    """push 5: find the kind, lift old arguments, check them, apply. What cannot be done now stands aside."""
    kind = batch.engine.kinds.get(action.kind)
    if kind is None or action.v > kind.v:
        return stand_aside(batch, one, action, kind, UnknownKind(f"{action.kind} v{action.v}"))
    if kind.online and batch.device is not None:
        return note(batch, one, "rejected", "online_only", {"words": ONLINE_ONLY})
    try:
        args = kind.arguments(action.v, action.data)
    except UNREADABLE as error:
        return note(batch, one, "rejected", "bad_arguments", {"words": words_for(kind.args, error)})
    except Exception as error:
        return stand_aside(batch, one, action, kind, error)
    if not careful:
        return carry_out(batch, one, action, kind, args)
    connection = batch.connection
    connection.exec_driver_sql("SAVEPOINT action")
    try:
        outcome = carry_out(batch, one, action, kind, args, rehearse=True)
    except Rejected as no:
        undo(batch)
        outcome = note(batch, one, "rejected", no.code, no.detail)
    except Exception as error:
        if retryable(error):
            raise
        undo(batch)
        outcome = stand_aside(batch, one, action, kind, error)
    connection.exec_driver_sql("RELEASE SAVEPOINT action")
    return outcome


def undo(batch: Batch) -> None:
    batch.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT action")
    batch.memory.let_go()


def carry_out(batch: Batch, one: Arrived, action: Action, kind: Kind, args: Args, rehearse: bool = False) -> Outcome:
    context = Context(
        batch.connection,
        batch.person,
        batch.device,
        now=batch.now,
        at=max(0, min(action.at + batch.skew, batch.now)),
        seen=action.seen,
        key=batch.engine.key,
        earlier=batch.touches,
        memory=batch.memory,
    )
    merged = kind.apply(context, args)
    if rehearse:  # push 7: a row or a projection that breaks is found here, with the action it belongs to
        batch.memory.write(batch.connection)
        project(batch.engine, batch.connection, context.touched.values())
    for touch in context.touched.values():
        merge(batch.touches, touch)
    if merged is None:
        return note(batch, one, "applied", None, {})
    return note(batch, one, "merged", merged.code, {"words": merged.words})


def note(batch: Batch, one: Arrived, outcome: str, code: str | None, detail: Mapping[str, object]) -> Outcome:
    kind = batch.engine.kinds.get(one.action.kind) if one.action else None
    seq = one.action.seq if one.action else 0
    row: dict[str, Any] = {"outcome": outcome, "code": code}
    if kind and kind.private:
        row |= nameless_row(batch, one)
    else:
        row |= {
            "person": batch.person,
            "id": one.id,
            "device": batch.device,
            "seq": seq,
            "kind": kind.name if kind else "",
            "v": one.action.v if one.action and kind else 0,
            "detail": encode_body(detail) if detail else None,
            "received_at": batch.now,
        }
    batch.rows.append(row)
    batch.last_seq = max(batch.last_seq, seq)
    told: Outcome = (one.id, outcome, code, {"at": batch.now, **detail})
    batch.known[one.id] = told
    return told


def nameless_row(batch: Batch, one: Arrived) -> dict[str, Any]:
    """Of a private kind the journal keeps that an id was answered, and neither whose it is, nor what, nor when: the
    moment is rounded up, so that a row is never let go of before its id is too old to come again (push 4)."""
    later_than_now = (batch.now // COARSE_MS + 1) * COARSE_MS
    name = {"id": nameless_id(batch.engine.key, batch.person, one.id), "person": NOBODY, "device": None}
    return name | {"seq": 0, "kind": "", "v": 0, "detail": None, "received_at": later_than_now}


def nameless_id(key: bytes, person: str, id: str) -> str:
    """Found again by whoever holds the key and is told person and id; by nobody else."""
    return digest(key, "journal", person, id)


def stand_aside(batch: Batch, one: Arrived, action: Action, kind: Kind | None, error: Exception) -> Outcome:
    """push 8: nothing was recorded of it, it is tried again; after enough tries it is parked and the queue moves on."""
    if batch.device is None:
        raise error
    parked = keep_or_park(
        batch.connection, batch.person, one.id, action.kind, kind, error, one.raw, batch.stuck, batch.now
    )
    if parked:
        return note(batch, one, "rejected", "parked", {"words": PARKED})
    batch.blocked = True
    return one.id, "later", None, {}


def write_journal(batch: Batch) -> None:
    if not batch.rows:
        return
    batch.connection.execute(_JOURNAL, batch.rows)
    if batch.stuck:
        told = [id for id in batch.stuck if id in batch.known and batch.known[id][2] != "parked"]
        settled(batch.connection, batch.person, told)
    if batch.device is not None:
        row = {"person": batch.person, "id": batch.device, "last_seq": batch.last_seq, "last_seen": batch.now}
        batch.connection.execute(_SEEN_DEVICE[batch.connection.dialect.name], row)


def _seen_device(dialect: str) -> postgresql.Insert | sqlite.Insert:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(devices)
    fresh = made.excluded
    return made.on_conflict_do_update(
        index_elements=["person", "id"], set_={"last_seq": fresh.last_seq, "last_seen": fresh.last_seen}
    )


_action = msgspec.json.Decoder(Action)
_named = msgspec.json.Decoder(Named)
_LOCK_PERSON = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("person"), 0)))
_SEEN_DEVICE = {dialect: _seen_device(dialect) for dialect in ("postgresql", "sqlite")}
_BEFORE = union_all(  # one statement instead of three: on PostgreSQL each costs a trip
    select(
        literal("known"),
        journal.c.person,
        journal.c.id,
        journal.c.outcome,
        journal.c.code,
        journal.c.detail,
        journal.c.received_at,
        literal(0),
    ).where(among(journal.c.id, "ids")),
    select(
        literal("stuck"), later.c.person, later.c.id, null(), null(), null(), later.c.first_seen, later.c.tries
    ).where(later.c.person == bindparam("person"), later.c.parked_at.is_(None)),
    select(
        literal("device"), devices.c.person, devices.c.id, null(), null(), null(), literal(0), devices.c.last_seq
    ).where(devices.c.person == bindparam("person"), devices.c.id == bindparam("device")),
)
_JOURNAL = insert(journal)

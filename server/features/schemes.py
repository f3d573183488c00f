"""What allies ask for, and how far each request is: the rows, and who is served when. Knows no kind of action, no page
and no stock but how many of an item lie at a place.

A request that was accepted is READY when there is one for it, else it is WAITING, first accepted first served at each
place. It stays ASKED while its scheme is not open, and where a person has to look at it; LEARN while the module that
comes first is not finished. One that was cancelled is kept for a while under nobody's eyes: a hand-over that was made
without signal may still come in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, Index, RowMapping, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date
from server.db import Base, table
from server.features.ally_code import code_of, typed
from server.features.shelf import Shelf, in_hand, take_held, tell_desk, write_down
from server.people import own_scope
from sync import Context, opaque

Row = Mapping[Any, Any]
OPEN = "open"  # or paused, or closed
LEARN, ASKED, WAITING, READY, COLLECTED, CANCELLED = "learn", "asked", "waiting", "ready", "collected", "cancelled"
COMING = (ASKED, WAITING, READY)  # accepted, and not there yet
DAY = 86_400_000
CANCELLED_DAYS = 14  # how long a hand-over may take to come in
CODE_DAYS = 30  # after a hand-over the same code opens nothing new; then it may be somebody else's
CODES_TRIED = 50


class Scheme(Base):
    """`body` is what its file says, as JSON; `state` is whether people can ask now, and only the desk changes it."""

    __tablename__ = "scheme"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    state: Mapped[str]
    gate: Mapped[str]
    body: Mapped[str]


class Place(Base):
    """Where something is collected. `days` is how long it usually takes until it is there."""

    __tablename__ = "place"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    inpatient: Mapped[bool]
    days: Mapped[int]
    body: Mapped[str]


class Allying(Base):
    """One person's request by one scheme, the last one. No reason is in it, and no count of how many there were.

    `asked_on` is the person's day, `asked_at` the moment they joined the queue, `ended_at` when it was handed over or
    cancelled. `with_person`: a person looks at it before it is served.
    """

    __tablename__ = "allying"
    __table_args__ = (Index(None, "collect_at", "item", "state"),)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    scheme: Mapped[str] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    item: Mapped[str]
    collect_at: Mapped[str] = mapped_column(ForeignKey("place.id"))
    state: Mapped[str]
    code: Mapped[str | None] = mapped_column(unique=True)
    with_person: Mapped[bool]
    asked_on: Mapped[str]
    asked_at: Mapped[int] = mapped_column(BigInteger)
    collected_on: Mapped[str]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    replaced_at: Mapped[int | None] = mapped_column(BigInteger)


_ally, _scheme, _place = table(Allying).c, table(Scheme).c, table(Place).c
SCHEMES = select(table(Scheme)).order_by(_scheme.position, _scheme.id)
PLACES = select(table(Place)).order_by(_place.position, _place.id)
MINE = select(table(Allying)).where(_ally.person_id == bindparam("person")).with_for_update()
_ONE = (_ally.person_id == bindparam("person")) & (_ally.scheme == bindparam("of"))
HELD = select(table(Allying)).where(_ONE).with_for_update()
_BY_CODE = select(table(Allying)).where(_ally.code == bindparam("code")).with_for_update()
_TURN = select(_place.id).where(_place.id == bindparam("place")).with_for_update()
_HERE = (_ally.collect_at == bindparam("place")) & (_ally.item == bindparam("item"))
_PROMISED = select(func.count()).where(_HERE, _ally.state == READY)
_QUEUE = (
    select(table(Allying))
    .join(table(Scheme), _scheme.id == _ally.scheme)
    .where(_HERE, _ally.state == WAITING, _scheme.state == OPEN)
    .order_by(_ally.asked_at, _ally.person_id)
    .limit(1)
)
_CODE_IS_USED = select(_ally.code).where(_ally.code == bindparam("code"))


def schemes(connection: Connection) -> dict[str, RowMapping]:
    return {row["id"]: row for row in connection.execute(SCHEMES).mappings()}


def places(connection: Connection) -> dict[str, RowMapping]:
    return {row["id"]: row for row in connection.execute(PLACES).mappings()}


def body(row: Row) -> dict[str, Any]:
    """What the file says of a scheme or a place."""
    found: dict[str, Any] = json.loads(row["body"])
    return found


def held(context: Context, scheme: str) -> RowMapping | None:
    """This person's own row, as the actions so far leave it; also one that was cancelled."""
    return context.connection.execute(HELD, {"person": context.person, "of": scheme}).mappings().first()


def free(connection: Connection, place: str, item: str) -> int:
    """How many lie there that nobody was told to come for. Below zero when fewer lie there than were promised."""
    promised = connection.execute(_PROMISED, {"place": place, "item": item}).scalar_one()
    return in_hand(connection, place, item) - int(promised)


def place_in(context: Context, row: Row) -> str:
    """Which state this request gets now that it is accepted. Those who wait longer come first, so nobody is served
    while others wait for the same."""
    if row["with_person"] or schemes(context.connection)[row["scheme"]]["state"] != OPEN:
        return ASKED
    where = {"place": row["collect_at"], "item": row["item"]}
    context.connection.execute(_TURN, {"place": row["collect_at"]})
    waits = context.connection.execute(_QUEUE, where).first() is not None
    return WAITING if waits or free(context.connection, **where) < 1 else READY


def serve_waiting(context: Context, place: str, item: str) -> None:
    """Call it when something came, or when somebody needs theirs no more: whoever has waited longest is first."""
    connection, where = context.connection, {"place": place, "item": item}
    connection.execute(_TURN, {"place": place})
    tell_desk(context, Shelf(place, item))
    for _ in range(free(connection, place, item)):
        first = connection.execute(_QUEUE, where).mappings().first()
        if first is None:
            return
        change(context, first, state=READY, code=first["code"] or _unused_code(context, first))


def gate_opened(context: Context, module: str) -> None:
    """This person has finished the module that comes first: what they saved meanwhile is asked for now."""
    gates = {id for id, row in schemes(context.connection).items() if row["gate"] == module}
    for row in context.connection.execute(MINE, {"person": context.person}).mappings().all():
        if row["state"] == LEARN and row["scheme"] in gates:
            accept(context, row)


def reopened(context: Context, scheme: str) -> None:
    """Those who kept their place are served, in the order in which they came."""
    kept = select(table(Allying)).where(_ally.scheme == scheme, _ally.state == ASKED, _ally.with_person.is_(False))
    rows = context.connection.execute(kept.order_by(_ally.asked_at, _ally.person_id)).mappings().all()
    for row in rows:
        change(context, row, state=place_in(context, row), code=row["code"] or _unused_code(context, row))


def accept(context: Context, row: Row) -> str:
    """The request joins the queue. Answers its state. A hand-over by its code that came in first has waited for it."""
    state = place_in(context, row)
    code = row["code"] or _unused_code(context, row)
    change(context, row, state=state, code=code, asked_at=context.now, ended_at=None)
    at = take_held(context, row["collect_at"], code)
    if at is None:
        return state
    hand_over(context, {**row, "state": state, "code": code}, row["collect_at"], at)
    write_down(context, Shelf(row["collect_at"], row["item"]), "issue", 1, role="helper", at=at)
    return COLLECTED


def change(context: Context, row: Row, *, choice: bool = False, **values: Any) -> None:
    """Whoever's row it is, their phones hear of it, and so does the desk: which code, never whose."""
    before = context.connection.execute(HELD, {"person": row["person_id"], "of": row["scheme"]}).mappings().first()
    mine = (_ally.person_id == row["person_id"]) & (_ally.scheme == row["scheme"])
    context.connection.execute(update(table(Allying)).where(mine).values(values))
    context.touch("ally", own_scope(row["person_id"]), row["scheme"], choice)
    for each in (before or row, {**row, **values}):
        tell_desk(context, Shelf(each["collect_at"], each["item"]), each["code"])


def with_code(connection: Connection, code: str) -> RowMapping | None:
    """The request that this code is for, also one that was cancelled or handed over a short while ago."""
    return connection.execute(_BY_CODE, {"code": typed(code)}).mappings().first()


def hand_over(context: Context, row: Row, place: str, at: int) -> bool:
    """It is in their hands since `at`, whatever else was said meanwhile, and wherever they were told to come. Answers
    whether it was not before: the first one counts. Whoever is at the desk learns nothing of whose it is."""
    if row["state"] == COLLECTED:
        return False
    day = london_date(at)
    change(context, row, state=COLLECTED, collect_at=place, collected_on=day, ended_at=at, with_person=False)
    return True


def _unused_code(context: Context, row: Row) -> str:
    """Made of the request with the app's key: nobody can guess it, and a request that has to come again, after an older
    copy of the database was put back, has the code it had. A code that may have been used already counts as used."""
    for number in range(CODES_TRIED):
        code = code_of(opaque(context.key, "ally", row["person_id"], row["scheme"], row["asked_on"], str(number)))
        if context.connection.execute(_CODE_IS_USED, {"code": code}).first() is None:
            return code
    raise LookupError("no code is free")  # somebody has to look; the phone tries again meanwhile


def clear_out(connection: Connection, now: int) -> None:
    """Once a day: what was cancelled is forgotten, and codes of what was handed over are free again."""
    cancelled, old = _ally.state == CANCELLED, _ally.ended_at < now - CANCELLED_DAYS * DAY
    connection.execute(delete(table(Allying)).where(cancelled, old))
    collected, older = _ally.state == COLLECTED, _ally.ended_at < now - CODE_DAYS * DAY
    connection.execute(update(table(Allying)).where(collected, older).values(code=None))


def ready_by_item(connection: Connection, place: str) -> Sequence[tuple[str, int, int]]:
    """Of each item that somebody comes for at this place: how many are ready, and how many wait. No code, no person."""
    counted = select(
        _ally.item,
        func.count().filter(_ally.state == READY),
        func.count().filter(_ally.state == WAITING),
    ).where(_ally.collect_at == place, _ally.state.in_((READY, WAITING)))
    found = connection.execute(counted.group_by(_ally.item).order_by(_ally.item))
    return [(item, ready, waiting) for item, ready, waiting in found]

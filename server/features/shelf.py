"""What lies on a collection point's shelf, counted from what was written down there. Knows no permission, no page and
nobody: a movement says in which role it was written down, never by whom or for whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import BigInteger, Connection, Index, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, table
from server.places import desk_scope
from sync import Context, among, listed

COUNT = "count"
# What each movement does to what is there; a count says what is there. `issue` is a collection, `back` one taken back.
SIGNS = {"delivery": 1, "return": 1, "back": 1, "damage": -1, "issue": -1}
DAY = 86_400_000
LOOK_BACK_DAYS = 28


class StockMove(Base):
    """`at` is when it was done, by the phone's clock put right; `received_at` when it came, and ids rise as they come.
    Rows never change."""

    __tablename__ = "stock_move"
    __table_args__ = (Index("ix_stock_move_place", "place", "item"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    item: Mapped[str]
    what: Mapped[str]
    number: Mapped[int]
    role: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)


class HeldCode(Base):
    """Something was handed over by a code that nobody had then. `at` is when; the first time is kept."""

    __tablename__ = "held_code"
    place: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)


class Move(Protocol):
    """As much of a row as counting needs."""

    @property
    def id(self) -> int: ...
    @property
    def what(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def at(self) -> int: ...


class Shelf(NamedTuple):
    place: str
    item: str


_move, _held = table(StockMove).c, table(HeldCode).c
_HELD = select(table(HeldCode)).where(among(_held.place, "places"))
_THIS = (_held.place == bindparam("place")) & (_held.code == bindparam("code"))
_OF = select(_move.place, _move.item, _move.id, _move.what, _move.number, _move.at).where(among(_move.place, "places"))
_OF_ONE = select(_move.id, _move.what, _move.number, _move.at).where(
    _move.place == bindparam("place"), _move.item == bindparam("item")
)


def counted(moves: Iterable[Move]) -> int:
    """The same whatever order they arrive in: the last count is the base, and what was done after it is added. Only of
    what was done in one millisecond the order of arrival decides, which is that of the phone. Below zero, more was
    handed over than was written down: somebody has to count again."""
    there = 0
    for each in sorted(moves, key=lambda each: (each.at, each.id)):
        there = each.number if each.what == COUNT else there + SIGNS[each.what] * each.number
    return there


def days_left(moves: Iterable[Move], now: int) -> int | None:
    """For how many days what is there will do, going by the last four weeks; None when nothing was handed over."""
    known = list(moves)
    recent = [each for each in known if each.at > now - LOOK_BACK_DAYS * DAY]
    gone = -sum(SIGNS[each.what] * each.number for each in recent if each.what in ("issue", "back"))
    return max(counted(known), 0) * LOOK_BACK_DAYS // gone if gone > 0 else None


def in_hand(connection: Connection, place: str, item: str) -> int:
    return counted(connection.execute(_OF_ONE, {"place": place, "item": item}))


def shelves(connection: Connection, places: Sequence[str]) -> Mapping[Shelf, Sequence[Move]]:
    """All that was written down at these places, by place and item."""
    found: dict[Shelf, list[Move]] = {}
    for row in connection.execute(_OF, {"places": listed(places)}):
        found.setdefault(Shelf(row.place, row.item), []).append(row)
    return found


def write_down(context: Context, shelf: Shelf, what: str, number: int, *, role: str, at: int) -> None:
    row = {**shelf._asdict(), "what": what, "number": number, "role": role}
    context.connection.execute(insert(StockMove).values(row | {"at": at, "received_at": context.now}))
    tell_desk(context, shelf)


def tell_desk(context: Context, shelf: Shelf, code: str | None = None) -> None:
    """Those who stand there hear what changed on the shelf and about this code."""
    scope = desk_scope(shelf.place)
    context.touch("stock", scope, id_at(*shelf))
    context.touch("hand_over", scope, shelf.place)
    if code:
        context.touch("collecting", scope, id_at(shelf.place, code))


def id_at(place: str, of: str) -> str:
    """The id of what a desk holds about an item or a code: one phone may hold several desks."""
    return f"{place}-{of}"


def hold(context: Context, place: str, code: str, at: int) -> None:
    """Somebody has to look at this code; a second time changes nothing."""
    dialect = postgresql if context.connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(table(HeldCode)).values(place=place, code=code, at=at)
    context.connection.execute(made.on_conflict_do_nothing())
    context.touch("check_code", desk_scope(place), id_at(place, code))


def take_held(context: Context, place: str, code: str) -> int | None:
    """Nobody has to look at it any more. Answers when something was handed over by it, if that was held."""
    gone = delete(table(HeldCode)).where(_THIS).returning(_held.at)
    at = context.connection.execute(gone, {"place": place, "code": code}).scalar()
    context.touch("check_code", desk_scope(place), id_at(place, code))
    return at


def held_codes(connection: Connection, places: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """By place and code, when they were used."""
    rows = connection.execute(_HELD, {"places": listed(places)})
    return {(row.place, row.code): row.at for row in rows}

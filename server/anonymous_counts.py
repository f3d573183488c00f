"""What was told without a name: how many there were of each in a month. Knows no person and no HTTP.

Until none of them can come a second time, the ids are kept too, without what they told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date
from server.db import Base, table
from sync.tables import record

LATEST = timedelta(days=30)  # an older day is that of a wrong clock; a phone lets go of what it could not send by then
STRICT = {"forbid_unknown_fields": True, "frozen": True}

Id = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


class AnonymousCount(Base):
    """`area` is what was told about: a guide, a module."""

    __tablename__ = "anonymous_count"
    __table_args__ = ({"sqlite_with_rowid": False},)
    kind: Mapped[str] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


class AnonymousId(Base):
    """An id that has counted, and the day on which it came. Nothing says what it told."""

    __tablename__ = "anonymous_id"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str]


class Told(msgspec.Struct, **STRICT):
    id: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9-]{16,64}$")]
    kind: str
    day: date
    data: msgspec.Raw


class NotCounted(Exception):
    """In words, for whoever wrote the program that asked."""


class OfGuide(msgspec.Struct, **STRICT):
    guide: Id


class OfModule(msgspec.Struct, **STRICT):
    module: Id


class Kind(NamedTuple):
    """`area` answers what one more is counted for, or raises NotCounted."""

    args: type[msgspec.Struct]
    area: Callable[[Connection, Any], str]


def _there(connection: Connection, scope: str, kind: str, id: str) -> str:
    live = select(record.c.id).where(record.c.scope == scope, record.c.kind == kind, record.c.id == id)
    if connection.execute(live.where(record.c.body.is_not(None))).first() is None:
        raise NotCounted("This is not here any more, so there is nothing to count.")
    return id


KINDS: Mapping[str, Kind] = {
    "guide.helped": Kind(OfGuide, lambda connection, told: _there(connection, "open", "guide", told.guide)),
    "module.helped": Kind(OfModule, lambda connection, told: _there(connection, "public", "module", told.module)),
}

_count, _id = table(AnonymousCount), table(AnonymousId)
_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def count(connection: Connection, told: Told, today: str) -> None:
    kind = KINDS.get(told.kind)
    if kind is None:
        raise NotCounted("This is nothing that we count.")
    area = kind.area(connection, msgspec.json.decode(told.data, type=kind.args))
    insert = _INSERT[connection.dialect.name]
    spent = connection.execute(insert(_id).values(id=told.id, day=today).on_conflict_do_nothing())
    if not spent.rowcount:
        return
    one = insert(_count).values(kind=told.kind, area=area, month=_month(told.day, today), number=1)
    connection.execute(
        one.on_conflict_do_update(index_elements=["kind", "area", "month"], set_={"number": _count.c.number + 1})
    )


def _month(day: date, today: str) -> str:
    """A phone whose clock is far out told it today."""
    here = date.fromisoformat(today)
    return (day if here - LATEST <= day <= here else here).isoformat()[:7]


def clear_out(connection: Connection, moment: int) -> None:
    """No phone sends one of these again."""
    connection.execute(delete(_id).where(_id.c.day < (date.fromisoformat(london_date(moment)) - LATEST).isoformat()))


def counted(connection: Connection, kind: str) -> dict[str, int]:
    """Of all months, by area. For the numbers that are published, and nothing else."""
    wanted = select(_count.c.area, func.sum(_count.c.number)).where(_count.c.kind == kind).group_by(_count.c.area)
    return {area: int(number) for area, number in connection.execute(wanted)}

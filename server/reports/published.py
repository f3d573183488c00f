"""The numbers that were published, month by month: the only ones that any page, record or file may tell.

Knows no feature and never counts: what is not in its table cannot be told. A number is of one thing: of a network, a
team, a pledge, a scheme or a topic, or of everybody. There is no place for two of them at once, nor for a day.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, ForeignKey, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, table
from server.reports.small import Shown

MEMBERS = "network_members"
PEOPLE = "people_with_pledge"
TAKEN = "pledges_taken"
ASKED = "network_asked_for"
SIGN_UPS = "ally_sign_ups"
COLLECTED = "ally_collected"
ALLIES = "ally_active"
GUIDE_HELPED = "guide_helped"
MODULE_HELPED = "module_helped"
# What the area of each is. An empty area is everybody.
AREAS = {
    **{MEMBERS: "network", PEOPLE: "team", TAKEN: "pledge", ASKED: "topic"},
    **dict.fromkeys((SIGN_UPS, COLLECTED, ALLIES), "scheme"),
    **{GUIDE_HELPED: "guide", MODULE_HELPED: "module"},
}


class Snapshot(Base):
    """A month whose numbers were taken, all in one transaction."""

    __tablename__ = "snapshot"
    month: Mapped[str] = mapped_column(primary_key=True)


class PublishedNumber(Base):
    """As it was told. The count itself is nowhere; `about` is empty for a few."""

    __tablename__ = "published_number"
    month: Mapped[str] = mapped_column(ForeignKey("snapshot.month"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]
    about: Mapped[int | None]


class Number(NamedTuple):
    month: str
    measure: str
    area: str
    shown: Shown


_numbers = table(PublishedNumber).c
LAST = select(func.max(Snapshot.month)).scalar_subquery()
ORDERED = select(table(PublishedNumber)).order_by(_numbers.month, _numbers.measure, _numbers.area)


def last_month(connection: Connection) -> str | None:
    month: str | None = connection.scalar(select(LAST))
    return month


def published(connection: Connection, measure: str, area: str = "") -> str:
    """The words of one number; empty before it is first published."""
    return last(connection, measure).get(area, "")


def last(connection: Connection, measure: str) -> dict[str, str]:
    """The words of one measure by area."""
    wanted = select(_numbers.area, _numbers.words).where(_numbers.month == LAST, _numbers.measure == measure)
    return {row.area: row.words for row in connection.execute(wanted)}


def numbers(connection: Connection, month: str | None = None) -> list[Number]:
    """Of one month, or of every month."""
    wanted = ORDERED if month is None else ORDERED.where(_numbers.month == month)
    found = connection.execute(wanted)
    return [Number(row.month, row.measure, row.area, Shown(row.words, row.about)) for row in found]


def keep(connection: Connection, found: list[Number]) -> None:
    columns = ("month", "measure", "area", "words", "about")
    rows = [dict(zip(columns, (*each[:3], each.shown.words, each.shown.kept()), strict=True)) for each in found]
    connection.execute(insert(PublishedNumber), rows)

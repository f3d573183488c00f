"""Pledges: what a person promises to do, and who may see it. Knows nothing of HTTP, push or the browser."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, ForeignKey, RowMapping, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import long_date
from server.db import Base, table
from server.features.days import day_of
from server.features.feature import Feature
from server.features.pledge_files import read
from server.people import Person, own_scope, team_of
from server.words import words
from sync import (
    Args,
    Context,
    Merged,
    Owned,
    Rejected,
    Rows,
    Touch,
    action,
    among,
    listed,
    projection,
)

# Less visible comes first: of two choices made without sight of each other, the first of these is kept.
SHOWS = ("nobody", "team", "name")
ASK_AFTER_DAYS = 30

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]
PledgeId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose a pledge from the list.")]


class Pledge(Base):
    """One pledge as its content file says. `earlier` is the JSON list of its older wordings."""

    __tablename__ = "pledge"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    version: Mapped[int]
    prompt: Mapped[str]
    module: Mapped[str]
    audience: Mapped[str]
    owner: Mapped[str]
    review_on: Mapped[str]
    retired: Mapped[bool]
    earlier: Mapped[str]


class Pledging(Base):
    """One person's pledge. A withdrawn one leaves no row: only the record's tombstone tells that there was a choice."""

    __tablename__ = "pledging"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    pledge_id: Mapped[str] = mapped_column(ForeignKey("pledge.id"), primary_key=True)
    version: Mapped[int]
    show: Mapped[str]
    shown_id: Mapped[str] = mapped_column(unique=True)
    taken_on: Mapped[str]
    how: Mapped[str]
    how_on: Mapped[str]


class Take(Args, frozen=True):
    pledge: PledgeId
    version: Annotated[int, msgspec.Meta(ge=1, le=10_000, description="Open the pledge again, then take it.")]
    show: Annotated[Literal["name", "team", "nobody"], msgspec.Meta(description="Choose who may see it.")]


class Withdraw(Args, frozen=True):
    pledge: PledgeId


class Report(Args, frozen=True):
    pledge: PledgeId
    how: Annotated[Literal["did", "not_yet", "changed"], msgspec.Meta(description="Choose how it went.")]


_pledging, _person = table(Pledging).c, table(Person).c
PLEDGINGS = Owned(table(Pledging), owner="person_id", key="pledge_id")
ALL = select(table(Pledge))
HELD = select(table(Pledging)).where(_pledging.person_id == bindparam("person"))
NAMED = (
    select(_pledging.shown_id, _pledging.pledge_id, _person.name, _person.team_id)
    .where(_pledging.person_id == _person.id, _pledging.show == "name")
    .where(among(_pledging.shown_id, "ids"))
)


@action("pledge.take", v=1, says="Take the pledge “{pledge}”", chooses=("pledging", "pledge"), keep_words=True)
def take(context: Context, args: Take) -> Merged | None:
    pledge = context.once(_pledges).get(args.pledge)
    if pledge is None:
        raise Rejected("unknown.pledge", words("unknown.pledge"))
    held = _mine(context).get(args.pledge)
    in_sight = context.in_sight("pledging", own_scope(context.person), args.pledge)
    if held is None and not in_sight:
        return Merged("privacy.kept", words("privacy.kept"))
    version = min(args.version, pledge["version"])
    show: str = args.show
    if held is not None and not in_sight:
        version = max(version, held["version"])
        show = min(show, held["show"], key=SHOWS.index)
    _keep(context, args.pledge, held, version=version, show=show)
    code = _differs(args, pledge, version, show)
    return Merged(code, words(code)) if code else None


@action("pledge.withdraw", v=1, says="Withdraw the pledge “{pledge}”", chooses=("pledging", "pledge"), keep_words=True)
def withdraw(context: Context, args: Withdraw) -> None:
    """Always ends without the pledge: in sight it is the later choice, out of sight the more private one."""
    held = _mine(context).get(args.pledge)
    if held is None:
        return
    _mine(context).drop(args.pledge)
    context.touch("pledging", own_scope(context.person), args.pledge, choice=True)
    if held["show"] == "name":
        _touch_shown(context, held["shown_id"])


@action("pledge.report", v=1, says="Say how “{pledge}” is going", keep_words=True)
def report(context: Context, args: Report) -> None:
    """For the person's own record only. About a pledge that is not held any more there is nothing to keep."""
    if _mine(context).get(args.pledge):
        _mine(context).put(args.pledge, how=args.how, how_on=day_of(context))
        context.touch("pledging", own_scope(context.person), args.pledge)


def _mine(context: Context) -> Rows:
    return context.rows(PLEDGINGS, context.person)


def _pledges(connection: Connection) -> dict[str, RowMapping]:
    return {row["id"]: row for row in connection.execute(ALL).mappings()}


def _keep(context: Context, pledge: str, held: Mapping[str, Any] | None, *, version: int, show: str) -> None:
    day = day_of(context)
    if held is None:
        shown_id = secrets.token_urlsafe(12)
        first = {"shown_id": shown_id, "taken_on": day, "how": "", "how_on": ""}
        _mine(context).put(pledge, version=version, show=show, **first)
    else:
        shown_id = held["shown_id"]
        _mine(context).put(pledge, version=version, show=show, taken_on=min(day, held["taken_on"]))
    context.touch("pledging", own_scope(context.person), pledge, choice=True)
    if "name" in (show, held["show"] if held else ""):
        _touch_shown(context, shown_id)


def _differs(args: Take, pledge: RowMapping, version: int, show: str) -> str | None:
    """The one thing most worth telling about a pledge that was kept otherwise than asked."""
    if show != args.show:
        return "privacy.kept"
    if pledge["retired"]:
        return "retired.pledge"
    return "text.changed" if version < pledge["version"] else None


def _touch_shown(context: Context, shown_id: str) -> None:
    if team := context.once(team_of, context.person):
        context.touch("pledge_shown", f"team:{team}", shown_id)


@projection("pledge")
def pledge_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {
        ids[row["id"]]: {
            "order": row["position"],
            "title": row["title"],
            "text": row["text"],
            "version": row["version"],
            "prompt": row["prompt"],
            "module": row["module"],
            "audience": row["audience"],
            "retired": row["retired"],
            "earlier": json.loads(row["earlier"]),
            "owner": row["owner"],
            "review_on": row["review_on"],
            "review_on_text": long_date(row["review_on"]),
        }
        for row in connection.execute(ALL).mappings()
        if row["id"] in ids
    }


@projection("pledging")
def pledging_records(connection: Connection, keys: Sequence[Key]) -> Records:
    by_person: dict[str, set[str]] = {}
    for scope, id in keys:
        by_person.setdefault(scope.partition(":")[2], set()).add(id)
    records: dict[Key, dict[str, Any]] = {}
    for person, ids in by_person.items():
        for row in connection.execute(HELD, {"person": person}).mappings():
            if row["pledge_id"] in ids:
                records[own_scope(person), row["pledge_id"]] = _as_record(row)
    return records


def _as_record(row: RowMapping) -> dict[str, Any]:
    """`shown` is the id of the record that the team sees, so that a page can leave the person's own name out."""
    ask_from = date.fromisoformat(row["taken_on"]) + timedelta(days=ASK_AFTER_DAYS)
    return {
        "pledge": row["pledge_id"],
        "version": row["version"],
        "show": row["show"],
        "shown": row["shown_id"] if row["show"] == "name" else "",
        "on": row["taken_on"],
        "on_text": long_date(row["taken_on"]),
        "how": row["how"],
        "how_on": row["how_on"],
        "how_on_text": long_date(row["how_on"]) if row["how_on"] else "",
        "ask_from": "" if row["how"] else ask_from.isoformat(),
    }


@projection("pledge_shown")
def pledge_shown_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """Only those who chose to be named, and only to the team they are in now."""
    wanted = set(keys)
    return {
        (f"team:{row.team_id}", row.shown_id): {"pledge": row.pledge_id, "label": row.name}
        for row in connection.execute(NAMED, {"ids": listed(id for _, id in keys)})
        if (f"team:{row.team_id}", row.shown_id) in wanted
    }


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Content files into rows. A pledge is never deleted by taking its file away: people may hold it."""
    stored = _pledges(connection)
    files = read(folder / "pledges", {id: (row["version"], row["title"], row["text"]) for id, row in stored.items()})
    for file in files:
        values = {**asdict(file), "earlier": json.dumps(file.earlier)}
        if file.id in stored:
            connection.execute(update(Pledge).where(Pledge.id == file.id).values(**values))
        else:
            connection.execute(insert(Pledge).values(**values))
    return [Touch("pledge", "public", file.id) for file in files]


FEATURE = Feature(
    "pledges",
    actions=(take, withdraw, report),
    projections=(pledge_records, pledging_records, pledge_shown_records),
    load=load,
)

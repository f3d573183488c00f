"""The inbox, and what somebody wants their phone to ring for. Knows nothing of HTTP, push services or the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from server import access
from server.db import table
from server.features.feature import Feature
from server.features.networks import NetworkId
from server.members import Membership, id_of, scope_of
from server.people import own_scope
from server.push import notices
from server.push.notices import NoticeRead
from server.push.preferences import LEVELS, Preference, may_be, orders
from server.words import words
from sync import Args, Context, Merged, Rejected, action, among, listed, projection

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]


class Set(Args, frozen=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Open the page again, then choose.")]
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=32, description="Choose one of these.")]


class Read(Args, frozen=True):
    notice: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose a message from the list.")]


class Level(Args, frozen=True):
    network: NetworkId
    level: Annotated[
        Literal["all", "mine", "urgent", "none"], msgspec.Meta(description="Choose when your phone may ring.")
    ]


_preference, _read, _membership = table(Preference).c, table(NoticeRead).c, table(Membership).c
_MINE = (_preference.person_id == bindparam("person")) & (_preference.name == bindparam("called"))
_SET = select(_preference.value).where(_MINE)
_READ = select(_read.reader, _read.notice_id).where(among(_read.notice_id, "ids"), among(_read.reader, "readers"))
_IS_READ = select(_read.reader).where(_read.reader == bindparam("who"), _read.notice_id == bindparam("notice"))
_LEVEL = select(_membership.level).where(_membership.id == bindparam("membership")).with_for_update()


@action("preference.set", v=1, says="Change how you are told", chooses=("preference", "name"))
def set_preference(context: Context, args: Set) -> Merged | None:
    """Between two choices made without sight of each other the quieter one is kept, where one of them is."""
    if not may_be(args.name, args.value):
        raise Rejected("unknown.choice", words("unknown.choice"))
    mine = {"person": context.person, "called": args.name}
    held = context.connection.execute(_SET, mine).scalar()
    order, value = orders(args.name), args.value
    if held and order and args.name != "shift" and not context.in_sight("preference", _own(context), args.name):
        value = min(args.value, held, key=order.index)
    if held is None:
        row = {"person_id": context.person, "name": args.name, "value": value}
        context.connection.execute(insert(Preference).values(row))
    else:
        context.connection.execute(update(Preference).where(_MINE).values(value=value), mine)
    context.touch("preference", _own(context), args.name, choice=True)
    return None if value == args.value else Merged("privacy.kept", words("privacy.kept"))


def _own(context: Context) -> str:
    return own_scope(context.person)


@action("notice.read", v=1, says="Mark a message as read", private=True)
def read(context: Context, args: Read) -> None:
    """Of a message that is gone, or that is not theirs, nothing is kept and nothing is said."""
    row = context.connection.execute(notices.BY_ID, {"notice": args.notice}).mappings().first()
    if row is None:
        return
    held = access.scopes_of(context.connection, context.key, context.person)
    if not set(notices.scopes_of(context.connection, dict(row))) & set(held):
        return
    scope = notices.reader_scope(context.key, row["network"], context.person)
    who = {"who": id_of(scope), "notice": args.notice}
    if context.connection.execute(_IS_READ, who).first() is None:
        context.connection.execute(insert(NoticeRead).values(reader=id_of(scope), notice_id=args.notice))
    context.touch("notice_read", scope, args.notice)


@action("network.level", v=1, says="Change when your phone rings", chooses=("membership", "network"), private=True)
def change_level(context: Context, args: Level) -> Merged | None:
    """Who has left is not told of it: there is nothing to ring for any more."""
    scope = scope_of(context.key, args.network, context.person)
    membership = {"membership": id_of(scope)}
    held = context.connection.execute(_LEVEL, membership).scalar()
    in_sight = context.in_sight("membership", scope, args.network)
    if held is None and in_sight:
        raise Rejected("not.member", words("not.member"))
    if held is None:
        return Merged("privacy.kept", words("privacy.kept"))
    level: str = args.level if in_sight else min(args.level, held, key=LEVELS.index)
    context.connection.execute(update(Membership).where(_membership.id == id_of(scope)).values(level=level))
    context.touch("membership", scope, args.network, choice=True)
    return None if level == args.level else Merged("privacy.kept", words("privacy.kept"))


@projection("notice")
def notice_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return notices.bodies(connection, keys)


@projection("notice_read")
def read_records(connection: Connection, keys: Sequence[Key]) -> Records:
    asked = {"ids": listed(id for _, id in keys), "readers": listed(id_of(scope) for scope, _ in keys)}
    there = {(reader, id) for reader, id in connection.execute(_READ, asked)}
    return {(scope, id): {"notice": id} for scope, id in keys if (id_of(scope), id) in there}


@projection("preference")
def preference_records(connection: Connection, keys: Sequence[Key]) -> Records:
    people = {scope.partition(":")[2] for scope, _ in keys}
    rows = connection.execute(select(Preference).where(_preference.person_id.in_(people)))
    wanted = set(keys)
    return {
        (own_scope(row.person_id), row.name): {"name": row.name, "value": row.value}
        for row in rows
        if (own_scope(row.person_id), row.name) in wanted
    }


FEATURE = Feature(
    "notices",
    actions=(set_preference, read, change_level),
    projections=(notice_records, read_records, preference_records),
)

"""Networks: look, join, change who sees you, leave. Knows nothing of HTTP, push or the browser.

What a row can tell, and to whom, is in server/members.py; who may hold which record, in server/access.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import MONTHS, london_date, long_date
from server.db import Base, table
from server.features.feature import Feature
from server.features.help import keep, kept
from server.features.network_files import NetworkFile, read
from server.features.network_words import posts, told
from server.members import JOINED_AS, SEEN_BY, Membership, Network, asking_scope, id_of, scope_of
from server.push.notices import left
from server.reports.published import MEMBERS, last
from server.words import words
from sync import Args, Context, Merged, Rejected, Touch, action, among, listed, projection

OPEN = "open"  # or paused, or closed
CONSENT = ("open", "network")

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]
NetworkId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose a network from the list.")]
SeenBy = Annotated[Literal["committee", "nobody"], msgspec.Meta(description="Choose who may see your name.")]
Version = Annotated[int, msgspec.Meta(ge=1, le=10_000, description="Open the network again, then join it.")]


class NetworkAsked(Base):
    """Somebody asked for a new network; `asker` is an HMAC of who, so that each person counts once."""

    __tablename__ = "network_asked"
    __table_args__ = ({"sqlite_with_rowid": False},)
    asker: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str]


class Join(Args, frozen=True):
    network: NetworkId
    joined_as: Annotated[Literal["member", "ally"], msgspec.Meta(description="Choose how you join.")] = msgspec.field(
        name="as"
    )
    seen_by: SeenBy
    consent: Version


class Leave(Args, frozen=True):
    network: NetworkId


class ChangeSeenBy(Args, frozen=True):
    network: NetworkId
    seen_by: SeenBy


class Ask(Args, frozen=True):
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose what it would be for.")]


_network, _membership = table(Network).c, table(Membership).c
ALL = select(table(Network))
HELD = select(table(Membership)).where(_membership.id == bindparam("membership")).with_for_update()
MEMBERSHIPS = select(table(Membership)).where(among(_membership.id, "ids"))


@action("network.join", v=1, says="Join a network", chooses=("membership", "network"), private=True)
def join(context: Context, args: Join) -> Merged | None:
    network = context.once(_networks).get(args.network)
    if network is None:
        raise Rejected("unknown.network", words("unknown.network"))
    scope = scope_of(context.key, args.network, context.person)
    held = _held(context, scope)
    in_sight = context.in_sight("membership", scope, args.network)
    if held is None and not in_sight:
        return Merged("privacy.kept", words("privacy.kept"))
    if held is None and network["state"] != OPEN:
        raise Rejected("join.closed", words("join.closed"))
    joined_as: str = args.joined_as
    seen_by: str = args.seen_by
    if held is not None and not in_sight:
        joined_as = min(joined_as, held["joined_as"], key=JOINED_AS.index)
        seen_by = min(seen_by, held["seen_by"], key=SEEN_BY.index)
    consent = min(args.consent, context.once(_consent)["version"])
    month = held["month"] if held else _month(context.now)
    _keep(context, scope, args.network, joined_as=joined_as, seen_by=seen_by, consent=consent, month=month)
    asked = (args.joined_as, args.seen_by)
    return None if asked == (joined_as, seen_by) else Merged("privacy.kept", words("privacy.kept"))


@action("network.leave", v=1, says="Leave a network", chooses=("membership", "network"), private=True)
def leave(context: Context, args: Leave) -> None:
    """Always ends outside, and the row is gone. Written as a choice even when there was nothing to leave, so that a
    join made without sight of it does not bring the person back."""
    if args.network in context.once(_networks):
        scope = scope_of(context.key, args.network, context.person)
        context.connection.execute(delete(Membership).where(_membership.id == id_of(scope)))
        context.touch("membership", scope, args.network, choice=True)
        for gone in left(context.connection, scope):
            context.touch(gone.kind, gone.scope, gone.id)


@action("network.seen_by", v=1, says="Change who sees you", chooses=("membership", "network"), private=True)
def change_seen_by(context: Context, args: ChangeSeenBy) -> Merged | None:
    scope = scope_of(context.key, args.network, context.person)
    held = _held(context, scope)
    in_sight = context.in_sight("membership", scope, args.network)
    if held is None and in_sight:
        raise Rejected("not.member", words("not.member"))
    if held is None:
        return Merged("privacy.kept", words("privacy.kept"))
    seen_by: str = args.seen_by if in_sight else min(args.seen_by, held["seen_by"], key=SEEN_BY.index)
    same = {name: held[name] for name in ("joined_as", "consent", "month")}
    _keep(context, scope, args.network, seen_by=seen_by, **same)
    return None if seen_by == args.seen_by else Merged("privacy.kept", words("privacy.kept"))


@action("network.ask", v=1, says="Ask for a new network", private=True)
def ask(context: Context, args: Ask) -> None:
    """Asking again is the same as once. Nobody is told who asked."""
    if not kept(context.connection, "topic", [("open", args.topic)]):
        raise Rejected("unknown.topic", words("unknown.topic"))
    scope = asking_scope(context.key, context.person)
    if not _asked(context.connection, id_of(scope), args.topic):
        row = {"asker": id_of(scope), "topic": args.topic, "month": _month(context.now)}
        context.connection.execute(insert(NetworkAsked).values(row))
    context.touch("asking", scope, args.topic)


def _networks(connection: Connection) -> dict[str, RowMapping]:
    return {row["id"]: row for row in connection.execute(ALL).mappings()}


def _consent(connection: Connection) -> dict[str, Any]:
    return kept(connection, "consent", [CONSENT])[CONSENT]


def _held(context: Context, scope: str) -> RowMapping | None:
    return context.connection.execute(HELD, {"membership": id_of(scope)}).mappings().first()


def _keep(context: Context, scope: str, network: str, **values: Any) -> None:
    """The person is named in the row only while their name may be seen, and so is the day on which it was."""
    hidden = {"person_id": None, "read_on": ""}
    row = values | ({"person_id": context.person} if values["seen_by"] == "committee" else hidden)
    changed = context.connection.execute(update(Membership).where(_membership.id == id_of(scope)).values(row))
    if not changed.rowcount:
        context.connection.execute(insert(Membership).values(id=id_of(scope), network_id=network, **row))
    context.touch("membership", scope, network, choice=True)


def _month(now: int) -> str:
    return london_date(now)[:7]


def month_text(month: str) -> str:
    """ "2026-11" -> "November 2026" """
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _asked(connection: Connection, asker: str, topic: str) -> bool:
    mine = select(NetworkAsked.topic).where(NetworkAsked.asker == asker, NetworkAsked.topic == topic)
    return connection.execute(mine).first() is not None


@projection("network")
def network_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """What anybody who is logged in may read. The note to members is not in it, and how many are in it is what was
    last published, so that nobody who joins or leaves changes anything here."""
    ids = {id: (scope, id) for scope, id in keys}
    how_many = last(connection, MEMBERS)
    since = told(connection, list(ids))
    return {
        ids[row["id"]]: {
            "order": row["position"],
            "name": row["name"],
            "state": row["state"],
            "count_text": _people(how_many.get(row["id"])),
            **{name: value for name, value in body.items() if name != "note"},
            "said": sorted([*since[row["id"]], *body["said"]], key=lambda each: str(each["on"]), reverse=True),
        }
        for row in connection.execute(ALL).mappings()
        if row["id"] in ids
        for body in [json.loads(row["body"])]
    }


def _people(words: str | None) -> str:
    return f"{words} people" if words else ""


@projection("membership")
def membership_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """`read_text` is when the committee last looked at the names, this one among them."""
    scopes = {id_of(scope): (scope, id) for scope, id in keys}
    return {
        scopes[row["id"]]: {
            "as": row["joined_as"],
            "seen_by": row["seen_by"],
            "level": row["level"],
            "consent": row["consent"],
            "since": row["month"],
            "since_text": month_text(row["month"]),
            "read_text": long_date(row["read_on"]) if row["read_on"] else "",
        }
        for row in connection.execute(MEMBERSHIPS, {"ids": listed(scopes)}).mappings()
    }


@projection("post")
def post_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """What a network says to its members alone: what its leads wrote, newest first, and last the note of its file,
    which is named as the network is."""
    ids = {id: (scope, id) for scope, id in keys}
    undated = {"order": 0, "title": "", "on": "", "on_text": ""}
    notes = {
        ids[row["id"]]: {**undated, "network": row["id"], "text": json.loads(row["body"])["note"]}
        for row in connection.execute(ALL).mappings()
        if row["id"] in ids
    }
    return notes | {ids[id]: body for id, body in posts(connection, list(ids)).items()}


@projection("asking")
def asking_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return {(scope, id): {"topic": id} for scope, id in keys if _asked(connection, id_of(scope), id)}


@projection("consent")
def consent_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "consent", keys)


@projection("topic")
def topic_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "topic", keys)


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Content files into rows. What leads made of a network since (paused, closed) stays as it is."""
    stored = _networks(connection)
    agreed = kept(connection, "consent", [CONSENT])
    files = read(folder, list(stored), {each["version"]: each["parts"] for each in _wordings(agreed)})
    for file in files.networks:
        _put(connection, file, known=file.id in stored)
    texts = [{"version": version, "parts": parts} for version, parts in sorted(files.consent.texts.items())]
    bodies: dict[Key, dict[str, Any]] = {("consent", "network"): {"version": files.consent.version, "wordings": texts}}
    bodies |= {("topic", id): {"order": n, "name": name} for n, (id, name) in enumerate(files.topics)}
    shown = [Touch("network", "public", file.id) for file in files.networks]
    inside = [Touch("post", f"network:{file.id}", file.id) for file in files.networks]
    return [*shown, *inside, *keep(connection, ("consent", "topic"), bodies)]


def _wordings(agreed: Records) -> list[dict[str, Any]]:
    return [each for body in agreed.values() for each in body["wordings"]]


def _put(connection: Connection, file: NetworkFile, known: bool) -> None:
    values = {"position": file.position, "name": file.name, "body": json.dumps(file.body)}
    if known:
        connection.execute(update(Network).where(Network.id == file.id).values(values))
    else:
        connection.execute(insert(Network).values(id=file.id, state=OPEN, **values))


FEATURE = Feature(
    "networks",
    actions=(join, leave, change_seen_by, ask),
    projections=(
        network_records,
        membership_records,
        post_records,
        asking_records,
        consent_records,
        topic_records,
    ),
    load=load,
)

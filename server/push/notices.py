"""Something worth telling, kept until it is over: who may read it, whose phones ring. Knows no page and no feature.

The inbox is the truth and a ring is only a doorbell: what it is about is in no ring, no queue and no log. A notice
for a network is one record for all who are in it. No row says who they are, nor who has read it.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    ForeignKey,
    Index,
    RowMapping,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import clock, london_date, long_date
from server.db import Base, table
from server.members import Membership, asking_scope, id_of, scope_of
from server.people import PUBLIC, Person, own_scope
from server.push import deliveries, hours
from server.push.deliveries import Ring
from server.push.preferences import wishes
from sync import Touch, among, listed, opaque

KINDS = ("message", "place", "changed", "cancelled", "new", "reminder")
URGENT = ("place", "changed", "cancelled")
ON, CORRECTED, WITHDRAWN = "on", "corrected", "withdrawn"
KEPT_DAYS = 30
MORNING = 8 * 60
DAY = 86_400_000  # milliseconds

Body = dict[str, Any]


class Notice(Base):
    """`network` is empty, or the network that it tells something of; with `for_all` everybody in it has the one
    record, and without a network everybody there is. Else it is for those in the two tables below."""

    __tablename__ = "notice"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    topic: Mapped[str]
    network: Mapped[str]
    for_all: Mapped[bool] = mapped_column(Boolean)
    title: Mapped[str]
    body: Mapped[str]  # paragraphs, as a JSON list
    href: Mapped[str]
    ask: Mapped[str]
    event: Mapped[str]
    starts_at: Mapped[int] = mapped_column(BigInteger)
    sender: Mapped[str]  # a role in words, never a name
    told_at: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    state: Mapped[str]


class NoticePerson(Base):
    """Whom a notice is for, where it tells nothing private."""

    __tablename__ = "notice_person"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_notice_person_notice_id", "notice_id"),)


class NoticeMember(Base):
    """The same inside a network. `member` is an HMAC, as the name of a membership is."""

    __tablename__ = "notice_member"
    member: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_notice_member_notice_id", "notice_id"), {"sqlite_with_rowid": False})


class NoticeRead(Base):
    """That a notice was read. `reader` is an HMAC of somebody: in a network that of their membership, so that who has
    only the database cannot tell who reads what."""

    __tablename__ = "notice_read"
    reader: Mapped[str] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_notice_read_notice_id", "notice_id"), {"sqlite_with_rowid": False})


class Words(NamedTuple):
    """What is told. `href` is a page of the app or nothing, `ask` "reply" where yes or no can be said to `event`,
    `expires` the last day on which it is worth reading."""

    kind: str
    title: str
    body: Sequence[str] = ()
    href: str = ""
    ask: str = ""
    event: str = ""
    starts_at: int = 0  # of the event, in milliseconds
    sender: str = ""
    expires: str = ""


class To(NamedTuple):
    """Everybody; everybody in a network; or these people, who are told it as members of a network if there is one."""

    network: str = ""
    people: tuple[str, ...] | None = None


EVERYBODY = To()

_notice, _person, _member, _read, _membership = (
    table(each).c for each in (Notice, NoticePerson, NoticeMember, NoticeRead, Membership)
)
BY_ID = select(table(Notice)).where(_notice.id == bindparam("notice"))
BY_IDS = select(table(Notice)).where(among(_notice.id, "ids"))
_PEOPLE = select(_person.person_id).where(_person.notice_id == bindparam("notice"))
_MEMBERS = select(_member.member).where(_member.notice_id == bindparam("notice"))
_EVERYBODY = select(Person.id).order_by(Person.id)
_LEVELS = select(_membership.id, _membership.level).where(_membership.network_id == bindparam("network"))


def new_id() -> str:
    return secrets.token_urlsafe(12)


def tell(
    connection: Connection, key: bytes, now: int, words: Words, topic: str, to: To = EVERYBODY, id: str = ""
) -> list[Touch]:
    """Written and rung in the transaction of whatever happened. The answer is for `publish`. In a network the topic is
    the network's, whatever it is called."""
    row = words._asdict() | {"id": id or new_id(), "topic": to.network or topic, "network": to.network}
    row |= {"for_all": to.people is None, "body": json.dumps(list(words.body)), "told_at": now}
    row |= {"expires": words.expires or london_date(now + KEPT_DAYS * DAY), "version": 1, "state": ON}
    connection.execute(insert(Notice).values(row))
    _address(connection, key, row["id"], to)
    return _told(connection, key, now, row, to.people)


def correct(connection: Connection, key: bytes, now: int, id: str, title: str, body: Sequence[str]) -> list[Touch]:
    """The same notice in other words: phones put it where the earlier one was."""
    return _change(connection, key, now, id, title=title, body=json.dumps(list(body)), state=CORRECTED)


def withdraw(connection: Connection, key: bytes, now: int, id: str) -> list[Touch]:
    """Its words are gone from everywhere at once; that there was something stays until it would be over."""
    gone = {"title": "", "body": "[]", "href": "", "ask": "", "state": WITHDRAWN}
    return _change(connection, key, now, id, **gone)


def _change(connection: Connection, key: bytes, now: int, id: str, **values: Any) -> list[Touch]:
    changed = update(Notice).where(_notice.id == id).values(version=_notice.version + 1, **values)
    connection.execute(changed)
    row = connection.execute(BY_ID, {"notice": id}).mappings().one()
    return _told(connection, key, now, dict(row), None if row["for_all"] else people_of(connection, key, row))


def _address(connection: Connection, key: bytes, id: str, to: To) -> None:
    if not to.people:
        return
    if to.network:
        names = [id_of(scope_of(key, to.network, person)) for person in to.people]
        connection.execute(insert(NoticeMember), [{"member": name, "notice_id": id} for name in names])
    else:
        connection.execute(insert(NoticePerson), [{"person_id": person, "notice_id": id} for person in to.people])


def _told(connection: Connection, key: bytes, now: int, row: Body, people: Sequence[str] | None) -> list[Touch]:
    """What was taken back rings only where it rang before: there the phone puts the one in the place of the other."""
    ring = Ring(ring_id(key, row["id"], row["version"]), tag_of(key, row["id"]), "normal", _over_at(now, row))
    before = deliveries.counts(connection, ring_id(key, row["id"], row["version"] - 1))
    if row["state"] == WITHDRAWN and not (before and before.accepted):
        deliveries.silence(connection, key, ring.tag)
    else:
        deliveries.ring(connection, key, ring, whom(connection, key, now, row, people))
    return [Touch("notice", scope, row["id"]) for scope in scopes_of(connection, row)]


def scopes_of(connection: Connection, row: Body) -> list[str]:
    """Where the records of a notice are."""
    if row["for_all"]:
        return [f"network:{row['network']}" if row["network"] else PUBLIC]
    notice = {"notice": row["id"]}
    own = [own_scope(person) for person in connection.execute(_PEOPLE, notice).scalars()]
    return own + [f"member:{member}" for member in connection.execute(_MEMBERS, notice).scalars()]


def people_of(connection: Connection, key: bytes, row: RowMapping) -> list[str]:
    """Who it was for, where it was for some: members by their names, which only the server can make."""
    if not row["network"]:
        return list(connection.execute(_PEOPLE, {"notice": row["id"]}).scalars())
    names = set(connection.execute(_MEMBERS, {"notice": row["id"]}).scalars())
    everybody = connection.execute(_EVERYBODY).scalars()
    return [person for person in everybody if id_of(scope_of(key, row["network"], person)) in names]


def whom(
    connection: Connection, key: bytes, now: int, row: Body, people: Sequence[str] | None
) -> list[tuple[str, int]]:
    """Whose phones ring, and when: what each wants, and never in their quiet hours."""
    network = row["network"]
    asked = list(connection.execute(_EVERYBODY).scalars()) if people is None else list(people)
    wanted = wishes(connection, asked, row["topic"])
    if network:
        levels = dict(iter(connection.execute(_LEVELS, {"network": network})))
        named = {person: levels.get(id_of(scope_of(key, network, person))) for person in asked}
        wanted = {person: wanted[person]._replace(level=level) for person, level in named.items() if level}
    rung = ((person, wish) for person, wish in wanted.items() if rings(wish.level, row["kind"], people is not None))
    if row["kind"] == "cancelled":
        return [(person, hours.due_cancelled(now, wish.quiet, row["starts_at"])) for person, wish in rung]
    return [(person, hours.due(now, wish.quiet)) for person, wish in rung]


def rings(level: str, kind: str, own: bool) -> bool:
    """`own`: it is for this person, not for everybody."""
    return level == "all" or (level == "mine" and own) or (level in ("mine", "urgent") and kind in URGENT)


def _over_at(now: int, row: Body) -> int:
    """Nobody is rung for what is over: once it has begun, or at the end of the last day."""
    if row["starts_at"] > now:
        return int(row["starts_at"])
    return int(datetime.fromisoformat(row["expires"]).replace(tzinfo=UTC).timestamp()) * 1000 + DAY


def ring_id(key: bytes, id: str, version: int) -> str:
    return opaque(key, "ring", id, str(version))


def tag_of(key: bytes, id: str) -> str:
    """What phones know a notice by, before and after it is corrected: 22 letters, from which nothing can be learnt."""
    return urlsafe_b64encode(bytes.fromhex(opaque(key, "tag", id))).decode().rstrip("=")


def next_morning(now: int) -> int:
    return hours.next_at(now, MORNING)


def reader_scope(key: bytes, network: str, person: str) -> str:
    """Where it is kept that this person has read something: for each network apart."""
    return scope_of(key, network, person) if network else asking_scope(key, person)


def left(connection: Connection, scope: str) -> list[Touch]:
    """Somebody left a network: what was told to them alone there goes, and what they read."""
    gone: list[Touch] = []
    for kind, of, name in (("notice", NoticeMember, _member.member), ("notice_read", NoticeRead, _read.reader)):
        taken = delete(of).where(name == id_of(scope)).returning(of.notice_id)
        gone += [Touch(kind, scope, id) for id in connection.execute(taken).scalars()]
    return gone


def clear_out(connection: Connection, now: int) -> list[Touch]:
    """What is over. The answer is for `publish`."""
    over = connection.execute(select(table(Notice)).where(_notice.expires < london_date(now))).mappings().all()
    gone: list[Touch] = []
    for row in over:
        gone += [Touch("notice", scope, row["id"]) for scope in scopes_of(connection, dict(row))]
        readers = connection.execute(select(_read.reader).where(_read.notice_id == row["id"])).scalars()
        gone += [Touch("notice_read", f"member:{reader}", row["id"]) for reader in readers]
    connection.execute(delete(Notice).where(_notice.id.in_([row["id"] for row in over])))
    return gone


def bodies(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Body]:
    """As phones hold them, in the scopes where they are; `order` puts the newest first."""
    wanted = list(keys)
    rows = {row["id"]: row for row in connection.execute(BY_IDS, {"ids": listed(id for _, id in wanted)}).mappings()}
    where = {id: set(scopes_of(connection, dict(row))) for id, row in rows.items()}
    return {(scope, id): _body(rows[id]) for scope, id in wanted if scope in where.get(id, ())}


def _body(row: RowMapping) -> Body:
    same = ("kind", "topic", "title", "href", "ask", "event", "expires", "version", "state")
    day = london_date(row["told_at"])
    return {
        "notice": row["id"],
        "order": -(row["told_at"] // 1000),
        **{name: row[name] for name in same},
        "private": 1 if row["network"] else 0,
        "body": json.loads(row["body"]),
        "from": row["sender"],
        "at": row["told_at"],
        "at_text": f"{long_date(day)} at {clock(row['told_at'])}",
        "on": day,
    }

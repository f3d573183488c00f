"""The phones that may be rung: where a push service takes a message for each, and the keys that only the phone opens.

A subscription belongs to one log in and goes with it. Knows no notice, no delivery and no HTTP.

No time of a message is kept here: rows that were rung in the same minute would tell who is in the same network.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, ForeignKey, LargeBinary, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, table
from sync import among, listed

DAY = 86_400_000  # milliseconds


class Subscription(Base):
    """`vapid_key` is the key of ours that it was made with: with another one the push service takes nothing for it.
    `last_ok` is the day on which the phone itself last said that it listens. Times are UTC milliseconds."""

    __tablename__ = "subscription"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    origin: Mapped[str]
    endpoint: Mapped[str]
    endpoint_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    vapid_key: Mapped[str]
    made_at: Mapped[int] = mapped_column(BigInteger)
    last_ok: Mapped[int] = mapped_column(BigInteger)


class Phone(NamedTuple):
    """What a browser says of itself."""

    origin: str
    endpoint: str
    p256dh: str
    auth: str


class SomebodyElses(Exception):
    """The endpoint is known with other keys: whoever says it did not get it from the browser."""


_all = table(Subscription)
_PLACES = select(_all.c.id, _all.c.person_id, _all.c.origin).where(among(_all.c.person_id, "persons"))
_PHONES = select(_all).where(among(_all.c.id, "ids"))


def keep(
    connection: Connection, person: str, session: str, phone: Phone, vapid_key: str, now: int, replaces: str | None
) -> None:
    """One owner for each endpoint. Who logs in on a shared phone takes it over, and shows so by having its keys. A log
    in is one browser, and a browser has one."""
    mine = _all.c.endpoint_hash == hash_of(phone.endpoint)
    known = connection.execute(select(_all.c.p256dh, _all.c.auth).where(mine)).first()
    if known is not None and tuple(known) != (phone.p256dh, phone.auth):
        raise SomebodyElses
    connection.execute(delete(_all).where(mine | (_all.c.session_id == session)))
    if replaces and replaces != phone.endpoint:
        forget(connection, person, replaces)
    made = {
        "id": secrets.token_hex(8),
        "person_id": person,
        "session_id": session,
        "endpoint_hash": hash_of(phone.endpoint),
        "vapid_key": vapid_key,
        "made_at": now - now % DAY,
        "last_ok": now - now % DAY,
        **phone._asdict(),
    }
    connection.execute(insert(_all).values(made))


def find(connection: Connection, person: str, endpoint: str) -> tuple[Phone, str] | None:
    """With the key of ours that it was made with."""
    mine = (_all.c.endpoint_hash == hash_of(endpoint)) & (_all.c.person_id == person)
    row = connection.execute(select(_all).where(mine)).first()
    return (Phone(row.origin, row.endpoint, row.p256dh, row.auth), row.vapid_key) if row else None


def forget(connection: Connection, person: str, endpoint: str) -> bool:
    """Nothing is sent to it from now on: what waited for it finds it gone."""
    mine = (_all.c.endpoint_hash == hash_of(endpoint)) & (_all.c.person_id == person)
    return bool(connection.execute(delete(_all).where(mine)).rowcount)


def of_sessions(connection: Connection, sessions: Iterable[str]) -> None:
    """These log ins were taken away, and stay only so that their phones hear of it."""
    connection.execute(delete(_all).where(_all.c.session_id.in_(list(sessions))))


def gone(connection: Connection, ids: Sequence[str]) -> None:
    """Push services said that there is no such phone any more."""
    connection.execute(delete(_all).where(_all.c.id.in_(ids)))


def places(connection: Connection, persons: Iterable[str]) -> list[tuple[str, str, str]]:
    """Id, person and origin of every phone of these people."""
    return [tuple(row) for row in connection.execute(_PLACES, {"persons": listed(persons)})]


def phones(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[Phone, str]]:
    """The phones that are still there, each with the key of ours that it was made with."""
    found = connection.execute(_PHONES, {"ids": listed(ids)})
    return {row.id: (Phone(row.origin, row.endpoint, row.p256dh, row.auth), row.vapid_key) for row in found}


def hash_of(endpoint: str) -> bytes:
    return sha256(endpoint.encode()).digest()

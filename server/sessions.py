"""Log ins as rows: begun, found again by their token, bound to a phone, ended, taken away. Knows nothing of HTTP.

The token is only ever in the cookie; the row holds its hash. Functions that change what a person sees of their devices
answer with what to publish.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, Delete, LargeBinary, delete, insert, literal, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, table
from server.people import ROLES, Person, Roles, Session, own_scope, roles_in
from server.push import subscriptions
from sync import Touch

DAY = 86_400_000  # milliseconds
IDLE_DAYS = 90
REVOKED_DAYS = 60  # how long a device that was taken away can still hear of it


class EndedLogIn(Base):
    """A log in that ended with its person. Names nobody: it is there for a phone that holds the token to hear of it.
    `ended_at` is UTC milliseconds."""

    __tablename__ = "ended_log_in"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    ended_at: Mapped[int] = mapped_column(BigInteger)


class Visitor(NamedTuple):
    """Whoever holds a good cookie. `device` is None until the first /sync of the session."""

    session: str
    person: str
    device: str | None
    team: str | None
    role_list: str | None
    demo: bool
    seen_at: int
    expires_at: int
    revoked_at: int | None
    factor_at: int | None = None

    @property
    def device_name(self) -> str:
        return self.device or self.session

    @property
    def roles(self) -> Roles:
        return roles_in(self.role_list)


FIND = select(
    Session.id,
    Session.person_id,
    Session.device,
    Person.team_id,
    ROLES,
    Person.demo_key.is_not(None),
    Session.seen_at,
    Session.expires_at,
    Session.revoked_at,
    Session.factor_at,
).join_from(Session, Person, Person.id == Session.person_id)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def find(connection: Connection, token: str, now: int) -> Visitor | None:
    """A session that was taken away is found too, with `revoked_at` set, so that its device can be told."""
    row = connection.execute(FIND.where(Session.token_hash == token_hash(token))).first()
    if row is None or row.expires_at <= now:
        return None
    return Visitor._make(row)


def begin(
    connection: Connection, person_id: str, token: str, label: str, now: int, factor_at: int | None = None
) -> list[Touch]:
    session = secrets.token_hex(8)
    connection.execute(
        insert(Session).values(
            id=session,
            token_hash=token_hash(token),
            person_id=person_id,
            label=label,
            created_at=now,
            seen_at=now,
            expires_at=now + IDLE_DAYS * DAY,
            factor_at=factor_at,
        )
    )
    return [_touch(person_id, session)]


def prove(connection: Connection, session: str, token: str, now: int) -> bool:
    """A second factor was shown again: from now on the log in has this token, and the one before is worth nothing."""
    live = update(Session).where(Session.id == session, Session.revoked_at.is_(None))
    return bool(connection.execute(live.values(token_hash=token_hash(token), factor_at=now)).rowcount)


def take_away_all(connection: Connection, person_id: str, now: int) -> list[Touch]:
    """Every device of this person is told to wipe itself when it next reaches us."""
    theirs = update(Session).where(Session.person_id == person_id, Session.revoked_at.is_(None))
    gone = connection.execute(theirs.values(revoked_at=now).returning(Session.device, Session.id)).all()
    subscriptions.of_sessions(connection, (row.id for row in gone))
    return [_touch(person_id, row.device or row.id) for row in gone]


def meet(connection: Connection, visitor: Visitor, device: str | None, now: int) -> list[Touch]:
    """The session is in use today, by this device. A browser that logged in again takes over from its older log in."""
    name = device or visitor.device_name
    if device and device != visitor.device:
        same = (Session.person_id == visitor.person) & (Session.device == device) & Session.revoked_at.is_(None)
        connection.execute(delete(Session).where(same, Session.id != visitor.session))
    changed = update(Session).where(Session.id == visitor.session)
    values = {"device": device or visitor.device, "seen_at": now, "expires_at": now + IDLE_DAYS * DAY}
    connection.execute(changed.values(values))
    return [_touch(visitor.person, each) for each in {name, visitor.device_name}]


def is_news(visitor: Visitor, device: str | None, now: int) -> bool:
    """Once a day, and when the device is another: not on every request."""
    return now // DAY != visitor.seen_at // DAY or (device is not None and device != visitor.device)


def end(connection: Connection, token: str) -> list[Touch]:
    """Log out. Nothing is kept: the phone wiped or kept its copy as its owner chose."""
    ended = delete(Session).where(Session.token_hash == token_hash(token), Session.revoked_at.is_(None))
    return _ended(connection, ended)


def end_for_good(connection: Connection, person_id: str, now: int) -> None:
    """Their log ins, before the person goes."""
    columns = select(Session.token_hash, literal(now, BigInteger)).where(Session.person_id == person_id)
    connection.execute(insert(table(EndedLogIn)).from_select(["token_hash", "ended_at"], columns))


def ended_for_good(connection: Connection, token: str) -> bool:
    """Whether this was a log in of somebody who has left."""
    mine = select(EndedLogIn.ended_at).where(EndedLogIn.token_hash == token_hash(token))
    return connection.execute(mine).first() is not None


def clear_out(connection: Connection, now: int) -> list[Touch]:
    """Daily: log ins that nobody used for long, and those taken away so long ago that no phone has to hear of it."""
    connection.execute(delete(EndedLogIn).where(EndedLogIn.ended_at <= now - REVOKED_DAYS * DAY))
    old = or_(Session.expires_at <= now, Session.revoked_at <= now - REVOKED_DAYS * DAY)
    return _ended(connection, delete(Session).where(old))


def _ended(connection: Connection, statement: Delete) -> list[Touch]:
    gone = connection.execute(statement.returning(Session.person_id, Session.device, Session.id))
    return [_touch(row.person_id, row.device or row.id) for row in gone]


def _touch(person_id: str, name: str) -> Touch:
    return Touch("device", own_scope(person_id), name)

"""People, their teams and the phones they are logged in on. Knows nothing of cookies, codes, HTTP or features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    LargeBinary,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date, long_date
from server.db import Base, table
from server.push import subscriptions
from server.words import words
from sync import Args, Context, Rejected, Touch, action, projection

ME = "me"
PUBLIC = "public"

Key = tuple[str, str]
Roles = frozenset[tuple[str, str]]
Records = Mapping[Key, dict[str, Any]]


class Team(Base):
    __tablename__ = "team"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    site: Mapped[str]
    inpatient: Mapped[bool]


class Person(Base):
    """`role` is words, as people say it. A demo person has a `demo_key` and no email address."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    email: Mapped[str | None] = mapped_column(unique=True)
    demo_key: Mapped[str | None] = mapped_column(unique=True)


class Role(Base):
    """What somebody does for others. `area` is the network, team or place it is for; empty where there is but one.

    Roles are public by nature: who leads a network is no secret, and no role says that anybody is a member.
    """

    __tablename__ = "role"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True, default="")


class Session(Base):
    """One log in. `id` may be shown to its owner; the token is only in the cookie. Times are UTC milliseconds.

    `factor_at` is when a second factor was last shown in it; a demo's log ins may have none.
    """

    __tablename__ = "session"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    device: Mapped[str | None] = mapped_column(index=True)
    label: Mapped[str]
    created_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    factor_at: Mapped[int | None] = mapped_column(BigInteger)


_people = table(Person).c
TEAM = select(_people.team_id).where(_people.id == bindparam("person"))
_roles = table(Role).c
_ROLE = _roles.role + ":" + _roles.area  # as one text, for queries that ask for more than roles
ROLES = select(func.aggregate_strings(_ROLE, ",")).where(_roles.person_id == _people.id).scalar_subquery()
STANDING = select(_people.team_id, ROLES).where(_people.id == bindparam("person"))


def own_scope(person: str) -> str:
    return f"person:{person}"


def team_of(connection: Connection, person: str) -> str | None:
    """Also None for nobody we know."""
    return connection.execute(TEAM, {"person": person}).scalar()


def roles_of(connection: Connection, person: str) -> Roles:
    """None for nobody we know."""
    found = connection.execute(STANDING, {"person": person}).one_or_none()
    return roles_in(found[1]) if found else frozenset()


def roles_in(text: str | None) -> Roles:
    """What ROLES found, as pairs of a role and its area."""
    pairs = (each.partition(":") for each in (text or "").split(",") if each)
    return frozenset((role, area) for role, _, area in pairs)


def put_role(connection: Connection, person: str, role: str, area: str = "") -> list[Touch]:
    """Gives a role; twice is the same as once."""
    values = {"person_id": person, "role": role, "area": area}
    same = (Role.person_id == person) & (Role.role == role) & (Role.area == area)
    if connection.execute(select(Role.role).where(same)).first() is None:
        connection.execute(insert(Role).values(values))
    return [Touch("person", own_scope(person), ME)]


def take_role(connection: Connection, person: str, role: str, area: str = "") -> list[Touch]:
    same = (Role.person_id == person) & (Role.role == role) & (Role.area == area)
    connection.execute(delete(Role).where(same))
    return [Touch("person", own_scope(person), ME)]


def put_team(connection: Connection, team: Team) -> list[Touch]:
    _put(connection, Team, team)
    return [Touch("team", PUBLIC, team.id)]


def put_person(connection: Connection, person: Person) -> list[Touch]:
    """Adds or changes one person. The answer is for `publish`."""
    _put(connection, Person, person)
    return [Touch("person", own_scope(person.id), ME)]


def _put(connection: Connection, of: type[Team] | type[Person], row: Team | Person) -> None:
    values = {column.key: getattr(row, column.key) for column in table(of).columns}
    changed = connection.execute(update(of).where(of.id == row.id).values(values))
    if not changed.rowcount:
        connection.execute(insert(of).values(values))


class RemoveDevice(Args, frozen=True):
    device: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description=words("unknown.device"))]


@action("device.remove", v=1, says="Log out a phone or computer")
def remove_device(context: Context, args: RemoveDevice) -> None:
    """Taking away twice is the same as once; the row stays for a while so that the device hears of it."""
    mine = (Session.person_id == context.person) & or_(Session.device == args.device, Session.id == args.device)
    if context.connection.execute(select(Session.id).where(mine)).first() is None:
        raise Rejected("unknown.device", words("unknown.device"))
    live = update(Session).where(mine, Session.revoked_at.is_(None)).values(revoked_at=context.now)
    subscriptions.of_sessions(context.connection, context.connection.scalars(live.returning(Session.id)))
    context.touch("device", own_scope(context.person), args.device)


@projection("person")
def person_records(connection: Connection, keys: Sequence[Key]) -> Records:
    scopes = {own_scope(person): (scope, id) for scope, id in keys for person in [scope.partition(":")[2]]}
    columns = select(Person, Team.name.label("team_name"), ROLES.label("roles"))
    people = columns.outerjoin(Team, Team.id == Person.team_id)
    wanted = people.where(Person.id.in_([scope.partition(":")[2] for scope in scopes]))
    return {
        scopes[own_scope(row.id)]: {
            "name": row.name,
            "role_text": row.role,
            "team": row.team_id or "",
            "team_name": row.team_name or "",
            "desk": 1 if row.roles else 0,
        }
        for row in connection.execute(wanted)
    }


@projection("team")
def team_records(connection: Connection, keys: Sequence[Key]) -> Records:
    found = connection.execute(select(Team).where(Team.id.in_([id for _, id in keys])))
    return {
        (PUBLIC, row.id): {"name": row.name, "site": row.site, "inpatient": 1 if row.inpatient else 0} for row in found
    }


@projection("device")
def device_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """One record for each live log in, named by its device once that is known. Days only, so it changes once a day."""
    wanted = set(keys)
    name = func.coalesce(Session.device, Session.id).label("name")
    live = select(Session, name).where(name.in_([id for _, id in keys]), Session.revoked_at.is_(None))
    return {
        (own_scope(row.person_id), row.name): {
            "label": row.label,
            "since_text": long_date(london_date(row.created_at)),
            "seen_text": long_date(london_date(row.seen_at)),
        }
        for row in connection.execute(live.order_by(Session.created_at))
        if (own_scope(row.person_id), row.name) in wanted
    }


ACTIONS = (remove_device,)
PROJECTIONS = (person_records, team_records, device_records)

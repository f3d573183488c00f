"""Who is in which network, kept so that the database alone cannot say. Knows no page, no HTTP and no action.

A membership is named by an HMAC of its network and its person, with a key that is outside the database. Whoever holds
only the database can neither find the person of a private membership nor tell that two belong to the same person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, ForeignKey, RowMapping, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date
from server.db import Base, table
from server.people import Person, Team
from sync import Touch, among, listed, opaque
from sync.tables import record

SEEN_BY = ("nobody", "committee")  # the more private comes first, here and below
JOINED_AS = ("ally", "member")
READ_KEPT_DAYS = 400
DAY = 86_400_000  # milliseconds


class Network(Base):
    """One network as its content file says, in `body` as JSON; `state` is what its leads made of it since."""

    __tablename__ = "network"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    state: Mapped[str]
    body: Mapped[str]


class Membership(Base):
    """`person_id` is there only while the person wants the committee to see their name, and `read_on` is the day on
    which it last did; `level` is what their phone may ring for; `month` is all the time there is of what the person
    did. Rows lie in the order of their names, so that no order of joining can be read from the file."""

    __tablename__ = "membership"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[str] = mapped_column(ForeignKey("network.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    joined_as: Mapped[str]
    seen_by: Mapped[str]
    consent: Mapped[int]
    month: Mapped[str]
    read_on: Mapped[str] = mapped_column(server_default="")
    level: Mapped[str] = mapped_column(server_default="all")


class NamesRead(Base):
    """That the names of a network were looked at on a day, and in which role. Never by whom, how often or when."""

    __tablename__ = "names_read"
    __table_args__ = ({"sqlite_with_rowid": False},)
    network_id: Mapped[str] = mapped_column(ForeignKey("network.id"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


NETWORKS = select(Network.id).order_by(Network.id)
NETWORK_IDS = select(func.aggregate_strings(Network.id, ",")).scalar_subquery()  # for queries that ask for more
_LIVE = select(record.c.scope).where(
    among(record.c.scope, "scopes"), record.c.kind == "membership", record.c.body.is_not(None)
)

_membership, _person = table(Membership).c, table(Person).c
_NAMED = (
    select(
        _membership.id.label("membership"),
        _person.id,
        _person.name,
        _person.role,
        table(Team).c.name.label("team"),
        _membership.joined_as,
        _membership.month,
    )
    .select_from(table(Membership))
    .join(table(Person), _person.id == _membership.person_id)
    .outerjoin(table(Team), table(Team).c.id == _person.team_id)
    .where(_membership.network_id == bindparam("network"), _membership.seen_by == "committee")
    .order_by(_person.name, _person.id)
)


def networks(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(NETWORKS).scalars())


def networks_in(text: str | None) -> tuple[str, ...]:
    """What NETWORK_IDS found."""
    return tuple(sorted((text or "").split(",")))


def scope_of(key: bytes, network: str, person: str) -> str:
    return f"member:{opaque(key, 'member', network, person)}"


def asking_scope(key: bytes, person: str) -> str:
    """Where it is kept which new networks somebody asked for."""
    return f"member:{opaque(key, 'asking', person)}"


def id_of(scope: str) -> str:
    return scope.partition(":")[2]


class Own(NamedTuple):
    """The scopes of what nobody but this person may know to be theirs. Everybody holds all of them, empty or not, so
    that nothing that goes over the wire tells how many networks somebody has joined."""

    by_network: Mapping[str, str]
    asking: str


@lru_cache(maxsize=4096)
def own(key: bytes, networks: tuple[str, ...], person: str) -> Own:
    return Own({network: scope_of(key, network, person) for network in networks if network}, asking_scope(key, person))


def live(connection: Connection, scopes: Iterable[str]) -> Sequence[str]:
    """Those of these scopes in which there is a membership."""
    return connection.execute(_LIVE, {"scopes": listed(scopes)}).scalars().all()


def forget(connection: Connection, key: bytes, person: str) -> list[Touch]:
    """Every membership of somebody who leaves the organisation, private ones too. The answer is for `publish`."""
    mine = own(key, networks(connection), person).by_network
    ids = [id_of(scope) for scope in mine.values()]
    gone = delete(table(Membership)).where(Membership.id.in_(ids)).returning(Membership.network_id)
    return [Touch("membership", mine[network], network, choice=True) for network in connection.execute(gone).scalars()]


def named(connection: Connection, network: str) -> Sequence[RowMapping]:
    """Those who want the committee to see their name, by name. A private member is in no row that has a name."""
    return connection.execute(_NAMED, {"network": network}).mappings().all()


def write_down(connection: Connection, network: str, day: str, role: str) -> bool:
    """The names are read: true the first time that day in this role. Each row with a name says the day."""
    made = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table(NamesRead))
    row = {"network_id": network, "day": day, "role": role}
    if not connection.execute(made.values(row).on_conflict_do_nothing()).rowcount:
        return False
    named = (_membership.network_id == network) & (_membership.seen_by == "committee")
    connection.execute(update(Membership).where(named).values(read_on=day))
    return True


def clear_out(connection: Connection, now: int) -> None:
    """Readings of long ago. Each row with a name keeps the day of the last one, for as long as it is there itself."""
    oldest = london_date(now - READ_KEPT_DAYS * DAY)
    connection.execute(delete(NamesRead).where(NamesRead.day < oldest))

"""What is still to be sent to phones: rows of our own database, written in the transaction of what happened.

A row names nobody. Whoever holds the database without its key sees that something is to be sent, not to whom: which
phone it is for is sealed, and the row's name is a keyed hash. Rows are written in the order of these names, and go when
they are settled; what is left is how many there were. Knows no push service and no notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    LargeBinary,
    Select,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from server import keys
from server.db import Base, table
from server.push import subscriptions
from server.push.subscriptions import Phone
from sync import among, listed

DAY = 86_400_000  # milliseconds
KEPT_DAYS = 40  # a ring after its end: what was counted is read a day later
LEASE = 60_000
AT_ONCE = 5_000  # people looked up at one time
# None above normal: nothing that this app says is worth waking anybody.
URGENCIES = ("very-low", "low", "normal")
ACCEPTED, GONE, EXPIRED, FAILED, AGAIN = "accepted", "gone", "expired", "failed", "again"


class RingRow(Base):
    """One reason to ring, and how many phones it came to. `tag` is opaque: a newer ring with it takes its place."""

    __tablename__ = "ring"
    id: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(index=True)
    urgency: Mapped[str]
    expires_at: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    expired: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """One ring to one phone. A worker that takes it moves `due_at` a minute on, and has so long to settle it: when it
    dies, the row is due again."""

    __tablename__ = "delivery"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: Mapped[str] = mapped_column(primary_key=True)
    ring_id: Mapped[str] = mapped_column(ForeignKey("ring.id", ondelete="CASCADE"), index=True)
    origin: Mapped[str]
    whom: Mapped[bytes] = mapped_column(LargeBinary)
    due_at: Mapped[int] = mapped_column(BigInteger, index=True)
    worker: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Ring(NamedTuple):
    id: str
    tag: str  # 22 characters of base64url, opaque
    urgency: str
    expires_at: int


class Counts(NamedTuple):
    accepted: int
    gone: int
    expired: int
    failed: int


class Job(NamedTuple):
    """A delivery that this worker has taken. `attempts` counts this one."""

    id: str
    ring: str
    subscription: str
    phone: Phone
    vapid_key: str
    tag: str
    urgency: str
    expires_at: int
    attempts: int


class Result(NamedTuple):
    """`due_at` and `attempts` are of what is to be tried again."""

    job: Job
    how: str
    due_at: int = 0
    attempts: int = 0


_ring, _delivery = table(RingRow), table(Delivery)
_KEPT = among(_delivery.c.id, "ids")
_MINE = _delivery.c.worker == bindparam("mine")
_SETTLE = delete(_delivery).where(_KEPT, _MINE).returning(_delivery.c.id)
_AGAIN = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("row"), _MINE)
    .values(due_at=bindparam("next"), attempts=bindparam("tries"), worker=None)
)
_RINGS = select(_ring).where(among(_ring.c.id, "ids"))
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


# The way in


def ring(connection: Connection, key: bytes, asked: Ring, whom: Iterable[tuple[str, int]]) -> int:
    """Rings the phones of these people, each not before its time; answers how many phones. Called again with the same
    ring it rings only those that it did not ring before. Older rings of the same tag are sent no more."""
    if asked.urgency not in URGENCIES:
        raise ValueError(f"urgency is one of {', '.join(URGENCIES)}")
    put = _INSERT[connection.dialect.name]
    row = {**asked._asdict(), "accepted": 0, "gone": 0, "expired": 0, "failed": 0}
    connection.execute(put(_ring).values(row).on_conflict_do_nothing())
    _drop(connection, asked.tag, but=asked.id)
    rows = sorted(_rows(connection, key, asked, whom), key=lambda each: str(each["id"]))
    if not rows:
        return 0
    connection.execute(put(_delivery).on_conflict_do_nothing(), rows)
    return len(rows)


def _rows(
    connection: Connection, key: bytes, asked: Ring, whom: Iterable[tuple[str, int]]
) -> Iterator[dict[str, object]]:
    for due in _some(whom):
        for phone, person, origin in subscriptions.places(connection, due):
            if due[person] < asked.expires_at:
                yield {
                    "id": keys.keyed(key.decode(), "delivery", asked.id, phone).hex()[:32],
                    "ring_id": asked.id,
                    "origin": origin,
                    "whom": keys.seal(key.decode(), _purpose(asked.id), phone),
                    "due_at": due[person],
                    "attempts": 0,
                }


def _some(whom: Iterable[tuple[str, int]]) -> Iterator[dict[str, int]]:
    left = iter(whom)
    while part := dict(islice(left, AT_ONCE)):
        yield part


def silence(connection: Connection, _key: bytes, tag: str) -> None:
    """Nothing of this tag is sent any more: it was withdrawn."""
    _drop(connection, tag)


def _drop(connection: Connection, tag: str, but: str = "") -> None:
    of_tag = select(_ring.c.id).where(_ring.c.tag == tag, _ring.c.id != but)
    connection.execute(delete(_delivery).where(_delivery.c.ring_id.in_(of_tag)))


def counts(connection: Connection, ring_id: str) -> Counts | None:
    columns = [_ring.c[name] for name in Counts._fields]
    found = connection.execute(select(*columns).where(_ring.c.id == ring_id)).first()
    return Counts._make(found) if found else None


def clear_out(connection: Connection, now: int) -> int:
    """Daily: what was rung so long ago that nobody asks how many there were."""
    return connection.execute(delete(_ring).where(_ring.c.expires_at <= now - KEPT_DAYS * DAY)).rowcount


# The way out


def is_due(connection: Connection, now: int, away: Collection[str]) -> bool:
    return connection.execute(_due(now, away).limit(1)).first() is not None


def turn(
    connection: Connection,
    key: bytes,
    worker: str,
    results: Sequence[Result],
    now: int,
    room: int,
    away: Collection[str],
) -> list[Job]:
    """Writes down what came of the jobs before, and takes up to `room` more, none for an origin that is away. The jobs
    are this worker's once this is committed, and only then may they be sent."""
    _settle(connection, worker, results)
    rows = connection.execute(_due(now, away).limit(room).with_for_update(skip_locked=True)).all() if room else []
    if not rows:
        return []
    taken = update(_delivery).where(_KEPT).values(due_at=now + LEASE, worker=worker, attempts=_delivery.c.attempts + 1)
    connection.execute(taken, {"ids": listed(row.id for row in rows)})
    rings = {row.id: row for row in connection.execute(_RINGS, {"ids": listed({row.ring_id for row in rows})})}
    whom = {row.id: keys.unseal(key.decode(), _purpose(row.ring_id), row.whom) or "" for row in rows}
    phones = subscriptions.phones(connection, whom.values())
    jobs, over = [], []
    for row in rows:
        of = rings[row.ring_id]
        phone, vapid_key = phones.get(whom[row.id], (Phone(row.origin, "", "", ""), ""))
        job = Job(row.id, of.id, whom[row.id], phone, vapid_key, of.tag, of.urgency, of.expires_at, row.attempts + 1)
        if of.expires_at <= now:
            over.append(Result(job, EXPIRED))
        elif not phone.endpoint:
            over.append(Result(job, GONE))
        else:
            jobs.append(job)
    _settle(connection, worker, over)
    return jobs


def _due(now: int, away: Collection[str]) -> Select[tuple[str, str, bytes, int, str]]:
    columns = (_delivery.c.id, _delivery.c.ring_id, _delivery.c.whom, _delivery.c.attempts, _delivery.c.origin)
    due = select(*columns).where(_delivery.c.due_at <= now).order_by(_delivery.c.due_at)
    return due.where(_delivery.c.origin.not_in(list(away))) if away else due


def _settle(connection: Connection, worker: str, results: Sequence[Result]) -> None:
    """A row that another worker has taken meanwhile, or that was silenced, is left as it is and not counted."""
    again = [each for each in results if each.how == AGAIN]
    done = {each.job.id: each for each in results if each.how != AGAIN}
    if again:
        values = [{"row": each.job.id, "mine": worker, "next": each.due_at, "tries": each.attempts} for each in again]
        connection.execute(_AGAIN, values)
    if not done:
        return
    settled = connection.execute(_SETTLE, {"ids": listed(done), "mine": worker}).scalars().all()
    if dead := [each.job.subscription for each in done.values() if each.how == GONE]:
        subscriptions.gone(connection, dead)
    for (of, how), number in Counter((done[id].job.ring, done[id].how) for id in settled).items():
        connection.execute(update(_ring).where(_ring.c.id == of).values({how: _ring.c[how] + number}))


def _purpose(ring_id: str) -> str:
    return f"delivery:{ring_id}"

"""What is let go of, and when. Each function is one short job for a timer, in a transaction of the caller."""

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from sync.tables import action, device, later, lineage, record, scope

DAY_MS = 24 * 60 * 60 * 1000
JOURNAL_MS = 400 * DAY_MS
CUT_MS = 90 * DAY_MS
WORDS_MS = 14 * DAY_MS


def cut(connection: Connection, now: int, *, every: int = CUT_MS) -> int:
    """Forgets tombstones older than `every`; a phone that was away for longer starts those scopes again (pull 3).
    Does nothing until `every` has passed, so that a daily timer may call it. Returns how many went."""
    last = connection.execute(select(lineage.c.cut_at)).scalar()
    if last is None or now - last < every:
        return 0
    locked = select(scope.c.id).order_by(scope.c.id).with_for_update()  # publish 2: the same order as writers
    connection.execute(locked).all()
    gone = connection.execute(_OLD_TOMBSTONES).scalars().all()
    if gone:
        connection.execute(_MOVE_FLOOR, [{"name": name} for name in sorted(set(gone))])
    connection.execute(update(scope).values(next_floor=scope.c.version))
    connection.execute(update(lineage).values(cut_at=now))
    return len(gone)


def prune(connection: Connection, now: int) -> int:
    """Shortens the journal. A row stays while its device was not heard of again: its reply may have been lost.
    A pruned id that comes back is known by its age and answered `too_old` (push 4)."""
    old = action.c.received_at < now - JOURNAL_MS
    heard_since = exists().where(
        device.c.person == action.c.person, device.c.id == action.c.device, device.c.last_seen > action.c.received_at
    )
    pruned = connection.execute(delete(action).where(old, action.c.device.is_(None) | heard_since)).rowcount
    connection.execute(delete(later).where(later.c.first_seen < now - JOURNAL_MS))
    return pruned


def forget_words(connection: Connection, now: int) -> int:
    """The words of parked actions are for support, and for 14 days."""
    expired = update(later).where(later.c.raw.is_not(None), later.c.parked_at < now - WORDS_MS).values(raw=None)
    return connection.execute(expired).rowcount


_OLD_TOMBSTONES = (
    delete(record)
    .where(record.c.body.is_(None))
    .where(exists().where(scope.c.id == record.c.scope, record.c.version <= scope.c.next_floor))
    .returning(record.c.scope)
)
_MOVE_FLOOR = update(scope).where(scope.c.id == bindparam("name")).values(floor=scope.c.next_floor)

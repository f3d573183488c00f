"""Records out: what is new in a person's scopes, in one snapshot. Knows nothing of who may hold what: it is told."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from msgspec import Raw
from sqlalchemy import Connection, and_, bindparam, func, or_, select
from sqlalchemy import Row as SqlRow

from sync.actions import Engine
from sync.among import among, listed
from sync.errors import NO_EPOCH, NoEpoch
from sync.tables import EMPTY, lineage, record, scope
from sync.wire import MAX_RECORDS, Changes, Row, open_


class Pulled(NamedTuple):
    epoch: str
    scopes: dict[str, Changes | None]
    more: bool
    mended: tuple[str, ...]  # scopes whose daily check did not agree: they start again, and somebody should count them
    left: int = 0  # records still to come, when there are more


class Counter(NamedTuple):
    version: int
    floor: int


class Page(NamedTuple):
    rows: list[Row]
    to: int


def unchanged(connection: Connection, scopes: Collection[str], cursors: Mapping[str, int]) -> bool:
    """pull 1: the same set of scopes, each at its version. Not to be asked when the phone sent actions or a check."""
    if len(cursors) != len(scopes) or not all(name in cursors for name in scopes):
        return False
    _, counters = read_counters(connection, scopes)
    return all(counter.version == cursors[name] for name, counter in counters.items())


def pull(
    engine: Engine,
    connection: Connection,
    scopes: Collection[str],
    cursors: Mapping[str, int],
    check: Mapping[str, tuple[int, int]] | None = None,
    *,
    limit: int = MAX_RECORDS,
) -> Pulled:
    """pull 2: `scopes` were found in the same snapshot that this reads, so nobody is shown what they may not hold."""
    answers: dict[str, Changes | None] = {name: None for name in cursors if name not in scopes}
    epoch, counters = read_counters(connection, scopes)
    mended = disagreeing(connection, check or {}, cursors, counters)
    resets = {name for name, counter in counters.items() if name in mended or must_reset(cursors.get(name), counter)}
    behind = {
        name: 0 if name in resets else cursors[name]
        for name, counter in counters.items()
        if name in resets or cursors[name] != counter.version
    }
    room = limit
    for name, since in list(behind.items()):
        counter = counters[name]
        page = read_page(connection, name, since, counter, room, limit, name in resets) if room > 0 else None
        if page is None:
            break
        answers[name] = Changes(to=page.to, docs=page.rows, reset=name in resets)
        behind[name] = page.to
        if page.to < counter.version:
            break
        del behind[name]
        room -= len(page.rows)
    return Pulled(epoch, answers, bool(behind), mended, count_left(connection, behind))


def must_reset(cursor: int | None, counter: Counter) -> bool:
    """pull 3: never pulled, ahead of us (an older copy was restored), or behind the tombstones that were cut."""
    return not cursor or cursor > counter.version or cursor < counter.floor


def disagreeing(
    connection: Connection,
    check: Mapping[str, tuple[int, int]],
    cursors: Mapping[str, int],
    counters: Mapping[str, Counter],
) -> tuple[str, ...]:
    """pull 4: the phone's [count, sum of versions] of live rows against ours, where the phone has everything."""
    names = [name for name in check if name in counters and cursors.get(name) == counters[name].version]
    if not names:
        return ()
    ours = {row.scope: (row.count, int(row.total)) for row in connection.execute(_CHECK, {"names": listed(names)})}
    return tuple(name for name in names if tuple(check[name]) != ours.get(name, (0, 0)))


def read_counters(connection: Connection, scopes: Collection[str]) -> tuple[str, dict[str, Counter]]:
    """The epoch, and how far each scope is."""
    rows = connection.execute(_COUNTERS, {"names": listed(scopes)}).all()
    if not rows:
        raise NoEpoch(NO_EPOCH)
    found = {id: Counter(version, floor) for _, id, version, floor in rows}
    return rows[0][0], {name: found.get(name, Counter(EMPTY, 0)) for name in scopes}


def read_page(
    connection: Connection, name: str, since: int, counter: Counter, room: int, limit: int, reset: bool
) -> Page | None:
    """pull 5: up to `room` records, ending where a version ends. None: nothing fits, it waits for the next page.
    A scope that starts again gets at least everything below its floor, or its next page would start again too."""
    span = {"scope": name, "since": since, "upto": counter.version}
    rows = connection.execute(_PAGE, {**span, "room": room + 1}).all()
    if len(rows) <= room:
        return Page([as_row(row) for row in rows], counter.version)
    upto = max(rows[-1].version - 1, counter.floor if reset else 0)
    if upto < rows[0].version:
        upto = rows[0].version
    if upto >= rows[-1].version:
        if room < limit:
            return None
        rows = connection.execute(_ROWS, {**span, "upto": upto}).all()
    kept = [as_row(row) for row in rows if row.version <= upto]
    return Page(kept, upto)


def count_left(connection: Connection, behind: Mapping[str, int]) -> int:
    """pull 6: what comes after these cursors, so that the phone can say how far it is. Usually nothing is behind."""
    if not behind:
        return 0
    after = [and_(record.c.scope == name, record.c.version > cursor) for name, cursor in behind.items()]
    return connection.execute(select(func.count()).select_from(record).where(or_(*after))).scalar_one()


def as_row(row: SqlRow[Any, Any, Any, Any]) -> Row:
    id, kind, body, version = row
    return id, kind, Raw("null" if body is None else open_(body)), version


_COUNTERS = select(lineage.c.epoch, scope.c.id, scope.c.version, scope.c.floor).select_from(
    lineage.outerjoin(scope, among(scope.c.id, "names"))
)
_CHECK = (
    select(record.c.scope, func.count().label("count"), func.sum(record.c.version).label("total"))
    .where(among(record.c.scope, "names"), record.c.body.is_not(None))
    .group_by(record.c.scope)
)
_ROWS = (
    select(record.c.id, record.c.kind, record.c.body, record.c.version)
    .where(
        record.c.scope == bindparam("scope"),
        record.c.version > bindparam("since"),
        record.c.version <= bindparam("upto"),
    )
    .order_by(record.c.version, record.c.kind, record.c.id)
)
_PAGE = _ROWS.limit(bindparam("room"))

"""The epoch: which history of this database phones are talking to. A restored copy is another history."""

import secrets

from sqlalchemy import Connection, insert, select, update

from sync.errors import NO_EPOCH, NoEpoch
from sync.tables import lineage, scope

_EPOCH = select(lineage.c.epoch)
LEAP = 10**9  # no scope is published so often between a backup and its restore


def ensure_epoch(connection: Connection) -> str:
    """For the release step: a new database gets its first epoch, an old one keeps the one it has."""
    return connection.execute(_EPOCH).scalar() or _begin(connection)


def current_epoch(connection: Connection) -> str:
    epoch = connection.execute(_EPOCH).scalar()
    if epoch is None:
        raise NoEpoch(NO_EPOCH)
    return str(epoch)


def new_epoch(connection: Connection) -> str:
    """After a restore. Phones then send again what they were told was stored (phone 9). The counters
    leap, so that no version of the lost history is taken for one of the new."""
    connection.execute(select(scope.c.id).order_by(scope.c.id).with_for_update()).all()
    connection.execute(update(scope).values(version=scope.c.version + LEAP))
    connection.execute(lineage.delete())
    return _begin(connection)


def other_epoch(connection: Connection, claimed: str | None) -> str | None:
    """The epoch to answer with, and nothing else, when the phone speaks of another one; None when all is well."""
    epoch = current_epoch(connection)
    return None if claimed in (None, epoch) else epoch


def _begin(connection: Connection) -> str:
    epoch = secrets.token_hex(8)
    connection.execute(insert(lineage), {"epoch": epoch})
    return epoch

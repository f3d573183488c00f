"""What can be wrong with a request as a whole. Knows nothing of HTTP: the endpoint chooses the status."""

from sqlalchemy.exc import DBAPIError


class Malformed(Exception):
    """The envelope cannot be used; nothing of it was applied. `field` is the place, such as `actions[3].id`."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field = field
        self.words = words


class TooLarge(Malformed):
    """More than one request may carry: the phone sends half as much and tries again."""


class NoEpoch(Exception):
    """This database was never given a lineage: call `ensure_epoch` once, in the release step."""


class UnknownKind(Exception):
    """This build has no such kind, or not this version of it."""


NO_EPOCH = "this database has no epoch: call ensure_epoch when it is migrated"
RETRYABLE = frozenset({"40001", "40P01"})


def retryable(error: BaseException) -> bool:
    """The database asks for the whole transaction again; exactly-once makes that safe (push 2)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE

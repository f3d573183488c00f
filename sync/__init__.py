"""The sync engine: actions up, records down, exactly once. README.md is the protocol; the code cites its steps.
Knows nothing of pledges, people, HTTP or Litestar: scopes, persons and kinds are opaque text."""

from sync.actions import Args, Engine, Kind, Merged, Projection, Rejected, action, projection
from sync.among import among, listed
from sync.context import Context, Touch, opaque
from sync.errors import Malformed, NoEpoch, TooLarge, UnknownKind, retryable
from sync.lineage import current_epoch, ensure_epoch, new_epoch, other_epoch
from sync.publish import differences, publish
from sync.pull import Pulled, pull, unchanged
from sync.push import Pushed, push
from sync.retention import cut, forget_words, prune
from sync.rows import Owned, Rows
from sync.tables import metadata
from sync.wire import Changes, Reply, Request, decode_request, encode_reply, open_, seal

__all__ = [
    "Args",
    "Changes",
    "Context",
    "Engine",
    "Kind",
    "Malformed",
    "Merged",
    "NoEpoch",
    "Owned",
    "Projection",
    "Pulled",
    "Pushed",
    "Rejected",
    "Reply",
    "Request",
    "Rows",
    "TooLarge",
    "Touch",
    "UnknownKind",
    "action",
    "among",
    "current_epoch",
    "cut",
    "decode_request",
    "differences",
    "encode_reply",
    "ensure_epoch",
    "forget_words",
    "listed",
    "metadata",
    "new_epoch",
    "opaque",
    "open_",
    "other_epoch",
    "projection",
    "prune",
    "publish",
    "pull",
    "push",
    "retryable",
    "seal",
    "unchanged",
]

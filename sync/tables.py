"""The engine's own tables. Scopes, persons, devices and kinds are opaque text here."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

EMPTY = 1  # the version of a scope in which nothing was published yet; a cursor of 0 always means from the start

# One row a scope. `version` rises inside the writing transaction and is the only order there is; at or below `floor`
# the tombstones are gone; `next_floor` is where the floor goes at the next cut.
scope = Table(
    "scope",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False, server_default="0"),
    Column("next_floor", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

# What phones hold. `body` is ready JSON text, NULL for a tombstone; `mark` says which device chose last, as an HMAC.
record = Table(
    "record",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", Text),
    Column("mark", Text),
    Index("record_scope_version", "scope", "version"),
    sqlite_with_rowid=False,
)

NOBODY = ""  # whose the journal says a private action is; its id is an HMAC, and it has no device, number or kind

# The journal: ids and outcomes, never arguments. `detail` is JSON text or NULL.
# The id comes first in the key, so that an id that another person has used is found as quickly as one's own.
action = Table(
    "action",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("device", Text),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Column("received_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

device = Table(
    "device",
    metadata,
    Column("person", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Actions that could not be settled yet, and for a while those that were parked. `raw` only when parked and allowed.
later = Table(
    "later",
    metadata,
    Column("person", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("parked_at", BigInteger),
    Column("kind", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("raw", Text),
    sqlite_with_rowid=False,
)

# One row: which history of this database this is, and when tombstones were last cut.
lineage = Table(
    "lineage",
    metadata,
    Column("epoch", Text, primary_key=True),
    Column("cut_at", BigInteger, nullable=False, server_default="0"),
)

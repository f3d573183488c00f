"""All tables of the database in one list, for migrations. Importing the features is what fills it."""

from __future__ import annotations

from server import anonymous_counts, codes, factors, features, invitations, members, pending, people, sessions
from server.db import Base
from server.push import deliveries, subscriptions
from server.reports import published
from sync import tables

OWNERS = (
    *(anonymous_counts, codes, factors, features, invitations, members, pending, people, published, sessions),
    *(deliveries, subscriptions),
)
METADATA = [Base.metadata, tables.metadata]

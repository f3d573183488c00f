"""How many of an item lie at a place, for those who promise one. Knows no person.

Until movements are kept there is always one more.
"""

from __future__ import annotations

from sqlalchemy import Connection

PLENTY = 1_000


def in_hand(connection: Connection, place: str, item: str) -> int:
    """All that were delivered and not given away yet, also those that somebody was told to come for."""
    return PLENTY

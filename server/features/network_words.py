"""What leads write on their desk: “You said, we did” for all, and posts for members. Knows no permission and no page.

Who wrote it is not kept: the network speaks, not a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date, long_date
from server.db import Base, table
from sync import among, listed

OWNERS = {"trust": "Trust", "union": "Union", "network": "Network"}

Body = dict[str, Any]


class NetworkSaid(Base):
    """One “You said, we did” that is in no file: what was heard, whose it is to do, what was done."""

    __tablename__ = "network_said"
    id: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[str] = mapped_column(ForeignKey("network.id"), index=True)
    heard: Mapped[str]
    owner: Mapped[str]
    did: Mapped[str]
    told_at: Mapped[int] = mapped_column(BigInteger)


class NetworkPost(Base):
    """A few words to the members of a network."""

    __tablename__ = "network_post"
    id: Mapped[str] = mapped_column(primary_key=True)
    network_id: Mapped[str] = mapped_column(ForeignKey("network.id"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    posted_at: Mapped[int] = mapped_column(BigInteger)


_said, _post = table(NetworkSaid).c, table(NetworkPost).c
_TOLD = select(table(NetworkSaid)).where(among(_said.network_id, "networks"))
_NEWEST = _TOLD.order_by(_said.told_at.desc(), _said.id)
_POSTS = select(table(NetworkPost)).where(among(_post.id, "ids"))


def told(connection: Connection, networks: Sequence[str]) -> dict[str, list[Body]]:
    """Newest first, as the record of a network holds them. Each network has a list, if an empty one."""
    found: dict[str, list[Body]] = {network: [] for network in networks}
    for row in connection.execute(_NEWEST, {"networks": listed(networks)}):
        words = {"id": row.id, "heard": row.heard, "owner": OWNERS[row.owner], "did": row.did}
        found[row.network_id].append(words | _dated(row.told_at))
    return found


def posts(connection: Connection, ids: Sequence[str]) -> dict[str, Body]:
    """By id; `order` puts the newest first."""
    return {
        row.id: {
            "network": row.network_id,
            "order": -(row.posted_at // 1000),
            "title": row.title,
            "text": row.text,
            **_dated(row.posted_at),
        }
        for row in connection.execute(_POSTS, {"ids": listed(ids)})
    }


def _dated(at: int) -> dict[str, str]:
    day = london_date(at)
    return {"on": day, "on_text": long_date(day)}

"""Who was invited, by address: known only as keyed hashes. Knows no mail and no HTTP.

An invitation that nobody used is over after 14 days. One that was used stands: the address may go on getting codes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, LargeBinary, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.keys import keyed

LIFE = 14 * 86_400_000  # milliseconds


class Invitation(Base):
    __tablename__ = "invitation"
    address: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


def invite(connection: Connection, secret: str, address: str, now: int) -> None:
    """A second time gives it another 14 days."""
    row = {"address": _address(secret, address), "expires_at": now + LIFE}
    mine = Invitation.address == row["address"]
    if not connection.execute(update(Invitation).where(mine).values(expires_at=row["expires_at"])).rowcount:
        connection.execute(insert(Invitation).values(row))


def stands(connection: Connection, secret: str, address: str, now: int) -> bool:
    good = or_(Invitation.used_at.is_not(None), Invitation.expires_at > now)
    mine = Invitation.address == _address(secret, address)
    return connection.scalar(select(Invitation.address).where(mine, good)) is not None


def use(connection: Connection, secret: str, address: str, now: int) -> None:
    mine = Invitation.address == _address(secret, address)
    connection.execute(update(Invitation).where(mine, Invitation.used_at.is_(None)).values(used_at=now))


def forget(connection: Connection, secret: str, address: str) -> None:
    """For somebody who has left, who may not come back by an old one."""
    connection.execute(delete(Invitation).where(Invitation.address == _address(secret, address)))


def clear_out(connection: Connection, now: int) -> int:
    unused = Invitation.used_at.is_(None) & (Invitation.expires_at <= now)
    return connection.execute(delete(Invitation).where(unused)).rowcount


def _address(secret: str, address: str) -> bytes:
    return keyed(secret, "invitation", address)

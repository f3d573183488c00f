"""One-time log-in codes: asked for, checked, used once. Knows addresses only as keyed hashes, and no mail or HTTP.

A row is written for every address alike, whether or not anybody has it, so that neither the answer nor the work tells.
"""

from __future__ import annotations

import hmac
import re
import secrets
from enum import Enum
from ipaddress import ip_address, ip_network

from sqlalchemy import BigInteger, Connection, LargeBinary, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.keys import keyed

MINUTE = 60_000  # milliseconds
LIFE = 10 * MINUTE
WINDOW = 15 * MINUTE
TRIES = 5
PER_ADDRESS = 5
PER_NETWORK = 60  # a whole site can share one address
ADDRESS = re.compile(r"[^@\s\x00-\x20\"<>(),;:\\]+@[^@\s.]+(\.[^@\s.]+)+")


class LogInCode(Base):
    """Times are UTC milliseconds."""

    __tablename__ = "log_in_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    network: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    code: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int]
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class Checked(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    OLD = "old"
    TOO_MANY = "too many"


def address_in(text: str) -> str | None:
    """An email address as we compare it, or None when it cannot be one."""
    address = text.strip().casefold()
    return address if len(address) <= 254 and ADDRESS.fullmatch(address) else None


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def ask(connection: Connection, secret: str, address: str, client: str, code: str, now: int) -> bool:
    """False when this address, or this part of the network, has had its share for now."""
    to, network = keyed(secret, "address", address), keyed(secret, "network", _network(client))
    recent = select(func.count()).select_from(LogInCode).where(LogInCode.sent_at > now - WINDOW)
    if connection.execute(recent.where(LogInCode.address == to)).scalar_one() >= PER_ADDRESS:
        return False
    if connection.execute(recent.where(LogInCode.network == network)).scalar_one() >= PER_NETWORK:
        return False
    row = {"address": to, "network": network, "code": keyed(secret, "code", address, code), "sent_at": now, "tries": 0}
    connection.execute(insert(LogInCode).values(row))
    return True


def check(connection: Connection, secret: str, address: str, code: str, now: int) -> Checked:
    """Only the newest code counts, and only once."""
    mine = select(LogInCode).where(LogInCode.address == keyed(secret, "address", address))
    row = connection.execute(mine.order_by(LogInCode.id.desc()).limit(1).with_for_update()).first()
    same = hmac.compare_digest(row.code if row else b"", keyed(secret, "code", address, _digits(code)))
    if row is None or row.sent_at <= now - LIFE:
        return Checked.OLD
    if row.used_at is not None:
        return Checked.USED
    if row.tries >= TRIES:
        return Checked.TOO_MANY
    used = now if same else None
    connection.execute(update(LogInCode).where(LogInCode.id == row.id).values(tries=row.tries + 1, used_at=used))
    if same:
        return Checked.RIGHT
    return Checked.TOO_MANY if row.tries + 1 == TRIES else Checked.WRONG


def clear_out(connection: Connection, now: int) -> int:
    return connection.execute(delete(LogInCode).where(LogInCode.sent_at <= now - WINDOW)).rowcount


def _digits(code: str) -> str:
    """People paste codes with spaces in them."""
    return "".join(code.split())[:20]


def _network(client: str) -> str:
    """The part of an address that one household or office shares."""
    try:
        bits = 24 if ip_address(client).version == 4 else 64
    except ValueError:
        return client
    return str(ip_network(f"{client}/{bits}", strict=False))

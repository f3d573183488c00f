"""A log in that is half done: what was proved so far, and what comes next. Knows nothing of HTTP.

It is no session and opens no page but its own. The token is in a cookie of its own, the row holds its hash; each stage
has a new token, lives 10 minutes and is used once. `session` is set when somebody who is logged in proves themselves
again or changes how they log in.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, ForeignKey, LargeBinary, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.keys import seal, unseal
from server.sessions import new_token, token_hash

LIFE = 10 * 60_000  # milliseconds
CHALLENGE_BYTES = 32

ACCOUNT = "account"  # the code was right, and nobody has the address yet; `kept` is the address
ADD = "add"  # a factor may be added; `kept` is the secret of an authenticator app that was not there before
CHECK = "check"  # a factor is asked for
CODES = "codes"  # the factor is there; `kept` are the recovery codes, to be shown until they were written down


class PendingLogIn(Base):
    """Times are UTC milliseconds."""

    __tablename__ = "pending_log_in"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    stage: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    back: Mapped[str]
    expires_at: Mapped[int] = mapped_column(BigInteger)


class Pending(NamedTuple):
    token: str
    stage: str
    person: str | None
    session: str | None
    kept: str
    challenge: bytes
    back: str


def start(
    connection: Connection,
    secret: str,
    stage: str,
    now: int,
    *,
    person: str | None = None,
    session: str | None = None,
    kept: str = "",
    back: str = "/",
) -> str:
    """Answers the token. A session has one at a time."""
    if session:
        connection.execute(delete(PendingLogIn).where(PendingLogIn.session_id == session))
    token = new_token()
    row = {
        "token_hash": token_hash(token),
        "stage": stage,
        "person_id": person,
        "session_id": session,
        "sealed": seal(secret, _purpose(token), kept),
        "challenge": secrets.token_bytes(CHALLENGE_BYTES),
        "back": back,
        "expires_at": now + LIFE,
    }
    connection.execute(insert(PendingLogIn).values(row))
    return token


def find(
    connection: Connection, secret: str, token: str | None, stage: str, now: int, *, lock: bool = False
) -> Pending | None:
    """Only at its own stage: whoever proved one thing cannot do what comes after the next. `lock` to change it."""
    if token is None:
        return None
    mine = (PendingLogIn.token_hash == token_hash(token)) & (PendingLogIn.stage == stage)
    wanted = select(PendingLogIn).where(mine, PendingLogIn.expires_at > now)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        return None
    kept = unseal(secret, _purpose(token), row.sealed)
    if kept is None:
        return None
    return Pending(token, stage, row.person_id, row.session_id, kept, row.challenge, row.back)


def challenge_again(connection: Connection, pending: Pending) -> None:
    """What a passkey signed is good for one try, right or wrong."""
    fresh = update(PendingLogIn).where(PendingLogIn.token_hash == token_hash(pending.token))
    connection.execute(fresh.values(challenge=secrets.token_bytes(CHALLENGE_BYTES)))


def end(connection: Connection, pending: Pending) -> None:
    connection.execute(delete(PendingLogIn).where(PendingLogIn.token_hash == token_hash(pending.token)))


def forget(connection: Connection, person: str) -> None:
    connection.execute(delete(PendingLogIn).where(PendingLogIn.person_id == person))


def clear_out(connection: Connection, now: int) -> int:
    return connection.execute(delete(PendingLogIn).where(PendingLogIn.expires_at <= now)).rowcount


def _purpose(token: str) -> str:
    return f"pending:{token}"

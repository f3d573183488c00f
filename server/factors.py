"""Second factors as rows: passkeys, authenticator apps and recovery codes, shown, used once, taken away. Knows no HTTP.

A secret is sealed, a recovery code a keyed hash, a passkey only its public half. Whoever changes or tries something
takes turns on the row of the person, so that two requests at once cannot both use the same number or the last factor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Connection, ForeignKey, LargeBinary, delete, exists, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date, long_date
from server import totp
from server.db import Base, table
from server.keys import keyed, seal, unseal
from server.passkeys import Passkey
from server.people import Person

PASSKEY, APP = "passkey", "app"
CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another
CODE_LENGTH = 10
TRIES = 5
WINDOW = 15 * 60_000  # milliseconds


class Factor(Base):
    """Of one kind: a passkey has `credential`, `public_key` and `sign_count`, an app has `sealed` and `last_step`."""

    __tablename__ = "factor"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    added_at: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[int] = mapped_column(BigInteger)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class WrongTry(Base):
    """So that nobody can guess for long; forgotten after a quarter of an hour."""

    __tablename__ = "wrong_try"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    tried_at: Mapped[int] = mapped_column(BigInteger)


class Tried(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    TOO_MANY = "too many"


def take_turn(connection: Connection, person: str) -> None:
    connection.execute(select(Person.id).where(Person.id == person).with_for_update())


def has_factor(connection: Connection, person: str) -> bool:
    return bool(connection.scalar(select(exists().where(Factor.person_id == person))))


def kinds(connection: Connection, person: str) -> set[str]:
    return set(connection.scalars(select(Factor.kind).where(Factor.person_id == person)))


def listed(connection: Connection, person: str) -> list[dict[str, Any]]:
    """As the page shows them, the oldest first."""
    mine = select(Factor).where(Factor.person_id == person).order_by(Factor.added_at, Factor.id)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "label": row.label,
            "added_text": long_date(london_date(row.added_at)),
            "used_text": long_date(london_date(row.used_at)),
        }
        for row in connection.execute(mine)
    ]


def passkeys_of(connection: Connection, person: str) -> Sequence[Passkey]:
    of_kind = table(Factor).c
    mine = select(of_kind.credential, of_kind.public_key, of_kind.sign_count)
    found = connection.execute(mine.where(of_kind.person_id == person, of_kind.kind == PASSKEY))
    return [Passkey(*row) for row in found]


def add_passkey(connection: Connection, person: str, passkey: Passkey, label: str, now: int) -> bool:
    """False when the app knows this passkey already, whoever has it."""
    if connection.scalar(select(Factor.id).where(Factor.credential == passkey.credential)):
        return False
    _add(connection, person, PASSKEY, label, now, **passkey._asdict())
    return True


def add_app(connection: Connection, secret: str, person: str, key: str, step: int, label: str, now: int) -> None:
    """`step` is the one whose number was typed to show that the app has the key."""
    _add(connection, person, APP, label, now, sealed=seal(secret, _purpose(person), key), last_step=step)


def _add(connection: Connection, person: str, kind: str, label: str, now: int, **of_kind: Any) -> None:
    row = {"id": secrets.token_hex(8), "person_id": person, "kind": kind, "label": label}
    connection.execute(insert(Factor).values(**row, added_at=now, used_at=now, **of_kind))


def passkey_used(connection: Connection, credential: bytes, sign_count: int, now: int) -> None:
    mine = update(Factor).where(Factor.credential == credential)
    connection.execute(mine.values(sign_count=sign_count, used_at=now))


def remove(connection: Connection, person: str, id: str) -> int | None:
    """How many went; none for one that is gone already. No answer for the last one, which stays."""
    take_turn(connection, person)
    others = select(func.count()).select_from(Factor).where(Factor.person_id == person, Factor.id != id)
    if not connection.scalar(others):
        return None
    return connection.execute(delete(Factor).where(Factor.person_id == person, Factor.id == id)).rowcount


def forget(connection: Connection, person: str) -> None:
    """Everything: the next log in begins with a new factor."""
    for each in (Factor, RecoveryCode, WrongTry):
        connection.execute(delete(each).where(each.person_id == person))


# Numbers and recovery codes


def new_codes(connection: Connection, secret: str, person: str) -> list[str]:
    """Those from before are worth nothing from now on."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    rows = [{"person_id": person, "code_hash": _recovery(secret, person, code)} for code in codes]
    connection.execute(insert(RecoveryCode), rows)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(connection: Connection, person: str) -> int:
    left = select(func.count()).select_from(RecoveryCode)
    return connection.scalar(left.where(RecoveryCode.person_id == person, RecoveryCode.used_at.is_(None))) or 0


def use_number(connection: Connection, secret: str, person: str, typed: str, now: int) -> Tried:
    """Of any authenticator app this person has."""
    return _tried(connection, person, now, lambda: _use_number(connection, secret, person, plain(typed), now))


def use_code(connection: Connection, secret: str, person: str, typed: str, now: int) -> Tried:
    return _tried(connection, person, now, lambda: _use_code(connection, secret, person, plain(typed), now))


def _tried(connection: Connection, person: str, now: int, use: Callable[[], Tried]) -> Tried:
    """5 wrong ones in a quarter of an hour, of whichever kind and from wherever; then not even a right one counts."""
    take_turn(connection, person)
    recent = (WrongTry.person_id == person) & (WrongTry.tried_at > now - WINDOW)
    wrong = connection.scalar(select(func.count()).select_from(WrongTry).where(recent)) or 0
    if wrong >= TRIES:
        return Tried.TOO_MANY
    tried = use()
    if tried is Tried.RIGHT:
        return tried
    connection.execute(insert(WrongTry).values(person_id=person, tried_at=now))
    return Tried.TOO_MANY if wrong + 1 == TRIES else tried


def _use_number(connection: Connection, secret: str, person: str, number: str, now: int) -> Tried:
    """A number is good for its own step and never again, nor is one from before it."""
    if not totp.NUMBER.fullmatch(number):
        return Tried.WRONG
    answer = Tried.WRONG
    for row in connection.execute(select(Factor).where(Factor.person_id == person, Factor.kind == APP)).all():
        key = unseal(secret, _purpose(person), row.sealed)
        step = totp.step_of(key, number, now) if key else None
        if step is None:
            continue
        if step > row.last_step:
            connection.execute(update(Factor).where(Factor.id == row.id).values(last_step=step, used_at=now))
            return Tried.RIGHT
        answer = Tried.USED
    return answer


def _use_code(connection: Connection, secret: str, person: str, code: str, now: int) -> Tried:
    mine = (RecoveryCode.person_id == person) & (RecoveryCode.code_hash == _recovery(secret, person, code))
    row = connection.execute(select(RecoveryCode.id, RecoveryCode.used_at).where(mine)).first()
    if row is None:
        return Tried.WRONG
    if row.used_at is not None:
        return Tried.USED
    connection.execute(update(RecoveryCode).where(RecoveryCode.id == row.id).values(used_at=now))
    return Tried.RIGHT


def clear_out(connection: Connection, now: int) -> int:
    return connection.execute(delete(WrongTry).where(WrongTry.tried_at <= now - WINDOW)).rowcount


def plain(typed: str) -> str:
    """People paste numbers with spaces in them, and type codes with and without the line in the middle."""
    return "".join(typed.replace("-", "").split())[:20].lower()


def _recovery(secret: str, person: str, code: str) -> bytes:
    return keyed(secret, "recovery", person, code)


def _purpose(person: str) -> str:
    return f"app:{person}"

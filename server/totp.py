"""Numbers of an authenticator app: a new secret, what its QR code holds, and which moment a number is of.

The only file that imports pyotp and segno. Knows no table and no person.
"""

from __future__ import annotations

import re

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

WINDOW = 1  # steps of 30 seconds before and after: a phone's clock may be a little off
NUMBER = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, number: str, now: int) -> int | None:
    """The time step whose number this is; None when it is of none near now. Compared in constant time."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(number, for_time=now // 1000, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def address_of(secret: str, app_name: str, name: str) -> str:
    """What an authenticator app reads out of the QR code; a phone that has one opens it from a link, too."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=app_name)


def drawing(address: str) -> dict[str, str | int]:
    """The QR code as one path of lines, and the width of the square it is in."""
    code = segno.make(address, error="m", micro=False)
    path = code.svg_inline().partition(' d="')[2].partition('"')[0]
    return {"path": path, "size": int(code.symbol_size()[0])}


def in_fours(secret: str) -> str:
    """So that a person can type it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))

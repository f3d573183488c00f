"""Every letter the app sends: its subject and its words. None says what anybody did in the app, or is a member of."""

from __future__ import annotations

from typing import NamedTuple

CODE = """Your code is {code}

Type it in {app} within 10 minutes. It works once.

If you did not ask for it, you do not need to do anything.
"""

CHANGED = """{what}

If that was you, you do not need to do anything.

If it was not you, open {address}/log-in/factors and take away what you do not know. Then log out
the phones and computers you do not know at {address}/me/devices, and tell whoever runs {app} where you work.
"""

ADDED = "A second step was added to your log in."
REMOVED = "A second step was taken away from your log in."
NEW_CODES = "New recovery codes were made for your log in. The old ones no longer work."
CODE_USED = "Somebody logged in as you with one of your recovery codes."


class Letter(NamedTuple):
    subject: str
    text: str


def with_code(app: str, code: str) -> Letter:
    return Letter(f"{code} is your code for {app}", CODE.format(code=code, app=app))


def log_in_changed(app: str, address: str, what: str) -> Letter:
    """`what` is one of the four sentences above; `address` is where the app is."""
    return Letter(f"Your log in to {app} has changed", CHANGED.format(what=what, app=app, address=address))

"""What the pages between a code and a log in can look like, for states.py: by page, what each state is given.

Plain values only; the server makes the real ones in second_factor.py, registration.py and step_up.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Given = tuple[Mapping[str, Any], Sequence[tuple[str, str]]]

ADDRESS = "otpauth://totp/Common%20Ground:nurse%40example.nhs.uk?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SQUARE = "M4 4.5h7m3 0h2m2 0h7M4 5.5h1m5 0h1m4 0h2m1 0h1m5 0h1M4 6.5h1m1 0h3m1 0h1m2 0h1m4 0h1m1 0h3m1 0h1"
ADDING = {
    "options": "{}",
    "address": ADDRESS,
    "drawing": {"path": SQUARE, "size": 29},
    "key": "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    "back": "",
}
SHOWING = {"options": "{}", "app": 1, "again": 0}
TEAMS = [
    {"id": "t2", "name": "Brook ward", "site": "Meadowbank main site"},
    {"id": "t1", "name": "Meadow community nursing", "site": "Hillside health centre"},
]
ACCOUNT = {"email": "nurse@example.nhs.uk", "teams": TEAMS}
PASSKEY = {
    "id": "f1",
    "kind": "passkey",
    "label": "Chrome on Android",
    "added_text": "Monday 2 November 2026",
    "used_text": "Monday 23 November 2026",
}
APP = {
    "id": "f2",
    "kind": "app",
    "label": "Firefox on Windows",
    "added_text": "Friday 9 October 2026",
    "used_text": "Thursday 12 November 2026",
}
OWN = {"may_change": 1, "email": "nurse@example.nhs.uk", "codes_left": 9, "factors": [PASSKEY, APP]}

LOGGING_IN: Mapping[tuple[str, str], Mapping[str, Given]] = {
    ("account", "Make your account"): {
        "usual": ({"account": ACCOUNT}, ()),
        "error": ({"account": ACCOUNT}, [("name", "Write the name your colleagues know you by.")]),
    },
    ("set-up", "Add a second step"): {
        "usual": ({"adding": ADDING}, ()),
        "without-passkeys": ({"adding": {**ADDING, "options": ""}}, ()),
        "error": ({"adding": ADDING}, [("", "That passkey did not work here. Try again, or choose another way.")]),
    },
    ("app", "Use an authenticator app"): {
        "usual": ({"adding": ADDING}, ()),
        "error": ({"adding": ADDING}, [("number", "Write the 6 numbers that your app shows now.")]),
    },
    ("codes", "Your recovery codes"): {
        "usual": ({"recovery": {"codes": [f"ab{n}cd-ef{n}gh" for n in range(10)]}}, ()),
    },
    ("step", "Your second step"): {
        "usual": ({"showing": SHOWING}, ()),
        "passkey-only": ({"showing": {**SHOWING, "app": 0}}, ()),
        "again": ({"showing": {**SHOWING, "again": 1}}, ()),
        "error": ({"showing": SHOWING}, [("number", "Those numbers have been used. Wait for new ones.")]),
    },
    ("factors", "How you log in"): {
        "usual": ({"own": OWN}, ()),
        "only-one": ({"own": {**OWN, "factors": [APP], "codes_left": 1}}, ()),
        "demo": ({"own": {**OWN, "may_change": 0}}, ()),
    },
}

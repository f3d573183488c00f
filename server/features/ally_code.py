"""The code that is shown to collect something: three signs that nobody can guess and one that checks them. The twin of
pwa/features/ally/code.js; tests/vectors/ally_code.json holds them together. Knows no person and no table.

The signs are 23, a prime, and each place counts differently, so one mistyped sign and any two that changed places are
always caught. None looks like another, and there are no vowels, so that no code is a word.
"""

from __future__ import annotations

SIGNS = "23456789CDFHJKMNPRTVWXY"
PLACES = (2, 3, 4)  # what each of the first three counts for; the check counts for -1, so no two are the same


def typed(text: str) -> str:
    """As people type it: small letters, spaces and dashes do not matter."""
    return "".join(text.split()).replace("-", "").upper()


def is_code(text: str) -> bool:
    code = typed(text)
    known = len(code) == len(PLACES) + 1 and all(sign in SIGNS for sign in code)
    return known and code[-1] == check(code[:-1])


def check(first: str) -> str:
    return SIGNS[sum(weight * SIGNS.index(sign) for weight, sign in zip(PLACES, first, strict=True)) % len(SIGNS)]


def code_of(name: str) -> str:
    """The code of a name in hexadecimal that nobody can guess."""
    rest, signs = int(name, 16), []
    for _ in PLACES:
        rest, sign = divmod(rest, len(SIGNS))
        signs.append(SIGNS[sign])
    first = "".join(signs)
    return first + check(first)

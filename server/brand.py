"""The look of an organisation on top of our own: its logo beside the name, its colour behind it. Ours is nobody's.

Only an NHS organisation may look like one, so `neutral` takes no logo and not the blue of the NHS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

BRANDS = ("neutral", "nhs-organisation")
NHS_BLUE = "#005eb8"
LARGEST_LOGO = 50 * 1024  # bytes
CONTRAST = 4.5  # WCAG 1.4.3, for the white words on it
SIGNS = {".svg": b"<svg", ".png": b"\x89PNG\r\n\x1a\n"}


def problems(brand: str, logo_file: str, colour: str) -> Iterator[str]:
    if brand not in BRANDS:
        yield f"BRAND: write {' or '.join(BRANDS)}."
    elif brand == "neutral":
        if logo_file:
            yield "BRAND_LOGO_FILE: only BRAND=nhs-organisation shows a logo. Set that, or take the file out."
        if colour.lower() == NHS_BLUE:
            yield f"BRAND_COLOUR: {NHS_BLUE} is the blue of the NHS. Set BRAND=nhs-organisation, or choose another."
    elif not logo_file:
        yield "BRAND_LOGO_FILE: say which SVG or PNG file is the logo of the organisation."
    else:
        yield from _logo_problems(Path(logo_file))
    if colour and not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        yield "BRAND_COLOUR: write it as #1d4e4a, a # and six digits or letters from a to f."
    elif colour and white_on(colour) < CONTRAST:
        yield f"BRAND_COLOUR: white words on {colour} are hard to read. Choose a darker colour."


def _logo_problems(path: Path) -> Iterator[str]:
    sign = SIGNS.get(path.suffix)
    if sign is None:
        yield "BRAND_LOGO_FILE: the name of the file has to end in .svg or .png."
        return
    try:
        body = path.read_bytes()
    except OSError as fault:
        yield f"BRAND_LOGO_FILE: the file cannot be read: {fault.strerror}."
        return
    if len(body) > LARGEST_LOGO:
        yield f"BRAND_LOGO_FILE: the file is larger than {LARGEST_LOGO // 1024} KB. Phones keep it, so make it smaller."
    if sign not in body[:4096]:
        yield f"BRAND_LOGO_FILE: this is no picture as a {path.suffix} file has to be."


def white_on(colour: str) -> float:
    """The contrast of white with this colour, as WCAG measures it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)

"""Draws the PNG icons: the same shapes as icon.svg, worked out pixel by pixel. Run by hand when the drawing changes.

Small files: few shades, so each pixel is one byte that points into a list of colours.
"""

from __future__ import annotations

import struct
import zlib
from math import hypot
from pathlib import Path

GROUND, RING, BOTH = (29, 78, 74), (255, 255, 255), (207, 230, 224)
CENTRES, RADIUS, HALF_LINE, CORNER = ((196, 256), (316, 256)), 108, 15, 112
SHADES = 8
ICONS = (
    ("icon-192.png", 192, CORNER),
    ("icon-512.png", 512, CORNER),
    ("maskable-512.png", 512, 0),
    ("apple-touch-icon.png", 180, 0),
)

Colour = tuple[int, int, int, int]


def covered(distance: float, scale: float) -> int:
    """How much of a pixel lies inside an edge, in SHADES; `distance` is negative inside."""
    return round(SHADES * min(1.0, max(0.0, 0.5 - distance * scale)))


def mixed(under: tuple[float, ...], over: tuple[int, ...], share: int) -> tuple[float, ...]:
    return tuple(a + (b - a) * share / SHADES for a, b in zip(under, over, strict=True))


def pixel(x: float, y: float, scale: float, corner: int) -> Colour:
    across = max(abs(x - 256) - 256 + corner, 0.0)
    down = max(abs(y - 256) - 256 + corner, 0.0)
    inside = covered(hypot(across, down) - corner, scale) if corner else SHADES
    circles = [hypot(x - cx, y - cy) - RADIUS for cx, cy in CENTRES]
    colour = mixed(GROUND, BOTH, covered(max(circles), scale))
    colour = mixed(colour, RING, covered(min(abs(each) for each in circles) - HALF_LINE, scale))
    red, green, blue = (round(part) for part in colour)
    return red, green, blue, 255 * inside // SHADES


def drawing(size: int, corner: int) -> bytes:
    scale = size / 512
    colours: dict[Colour, int] = {}
    rows = bytearray()
    for row in range(size):
        rows.append(0)
        for column in range(size):
            colour = pixel((column + 0.5) / scale, (row + 0.5) / scale, scale, corner)
            rows.append(colours.setdefault(colour, len(colours)))
    return png(size, list(colours), bytes(rows))


def png(size: int, colours: list[Colour], rows: bytes) -> bytes:
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes(colour[:3]) for colour in colours)),
        (b"tRNS", bytes(colour[3] for colour in colours)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


if __name__ == "__main__":
    for name, size, corner in ICONS:
        body = drawing(size, corner)
        (Path(__file__).parent / name).write_bytes(body)
        print(name, len(body), "bytes")

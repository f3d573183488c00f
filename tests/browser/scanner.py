"""Looks for words in whatever left a phone, in every shape they may have taken. Knows no page and no field."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

GZIP = re.compile(rb"\x1f\x8b\x08")


def shapes(word: str) -> list[bytes]:
    """As it is, in UTF-16, in an address, and in base64 at each of the three places where it may begin."""
    raw = word.encode()
    coded = [base64.b64encode(b"x" * skip + raw)[4 if skip else 0 : -4] for skip in range(3)]
    escaped = quote(word, safe="").encode()
    return [raw, word.encode("utf-16-le"), escaped, escaped.replace(b"%20", b"+"), *coded]


def unpacked(told: bytes) -> Iterator[bytes]:
    """What was told, and each gzip stream in it as it was before."""
    yield told
    for found in GZIP.finditer(told):
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(told[found.start() :])
        except zlib.error:
            continue


def in_files(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.read_bytes()


def in_letters(letters: list[EmailMessage]) -> Iterator[bytes]:
    """Each letter as it came, and each of its parts as somebody reads it."""
    for letter in letters:
        yield letter.as_bytes()
        yield from (bytes(part.get_payload(decode=True) or b"") for part in letter.walk() if not part.is_multipart())


def found(words: Mapping[str, str], told: Iterator[bytes]) -> set[str]:
    """The names of the words that were told in some shape."""
    texts = [text for each in told for text in unpacked(each)]
    return {name for name, word in words.items() if any(shape in text for shape in shapes(word) for text in texts)}

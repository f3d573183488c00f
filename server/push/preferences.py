"""What somebody wants their phone to ring for, and when it must not. Knows no page, no notice and no push service.

What is wanted of a private network is not here: it is in the row of the membership, which names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, table
from sync import among, listed

# What anybody may be told of, belonging to nothing. A network is never in it.
TOPICS = ("news", "partnership", "events")
LEVELS = ("none", "urgent", "mine", "all")  # the quieter comes first
DETAIL = ("no", "yes")  # the more private comes first
SHIFTS = ("days", "nights", "both")
USUAL = "all"
NIGHT = "19:00-08:00"
# Nobody who said nothing more is rung while they sleep: who works both by day and by night has the three hours between.
QUIET = {"days": NIGHT, "nights": "08:00-16:00", "both": "19:00-16:00"}
OFF = "off"

_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class Preference(Base):
    """One thing somebody said about how they want to be told. `name` may end in a topic: `level:news`."""

    __tablename__ = "preference"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Wishes(NamedTuple):
    quiet: str = NIGHT
    level: str = USUAL


_preference = table(Preference).c
_OF = select(_preference.person_id, _preference.name, _preference.value).where(among(_preference.name, "names"))


def orders(name: str) -> tuple[str, ...] | None:
    """The values of a name that has a list of them, the more private first; None for a name there is not."""
    what, _, topic = name.partition(":")
    if name == "shift":
        return SHIFTS
    if topic not in TOPICS:
        return None
    return {"level": LEVELS, "detail": DETAIL}.get(what)


def may_be(name: str, value: str) -> bool:
    if name == "quiet":
        start, _, end = value.partition("-")
        return value == OFF or (_HOURS.fullmatch(value) is not None and start != end)
    return value in (orders(name) or ())


def wishes(connection: Connection, people: Iterable[str], topic: str) -> dict[str, Wishes]:
    """Of each of these people, whether they said anything or not."""
    level = f"level:{topic}"
    names = listed(["quiet", "shift", level])
    said: dict[str, dict[str, str]] = {}
    for person, name, value in connection.execute(_OF, {"names": names}):
        said.setdefault(person, {})[name] = value
    nothing: Mapping[str, str] = {}
    return {person: _wishes(said.get(person, nothing), level) for person in people}


def _wishes(said: Mapping[str, str], level: str) -> Wishes:
    return Wishes(said.get("quiet", QUIET[said.get("shift", "days")]), said.get(level, USUAL))

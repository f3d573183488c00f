"""What was published, with names instead of ids, as rows for a page and as files. Knows no person: whoever asks says
which numbers may be in it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from server.config import Config
from server.features.help import HelpPage
from server.features.networks import month_text
from server.features.pledges import Pledge
from server.members import Network
from server.people import Team
from server.reports.published import (
    ALLIES,
    AREAS,
    ASKED,
    COLLECTED,
    GUIDE_HELPED,
    MEMBERS,
    MODULE_HELPED,
    PEOPLE,
    SIGN_UPS,
    TAKEN,
    Number,
    numbers,
)
from server.reports.small import Rule, Shown, share
from sync.tables import record
from sync.wire import open_

WHAT = {  # in the order of the page
    PEOPLE: "People with a pledge",
    TAKEN: "Pledges taken",
    SIGN_UPS: "People who signed up",
    COLLECTED: "Items collected",
    ALLIES: "Allies now",
    MEMBERS: "People in a network",
    ASKED: "People who asked for a new network",
    GUIDE_HELPED: "Times a guide helped",
    MODULE_HELPED: "Times a module helped",
}
EVERYBODY = "All"
COLUMNS = ("Month", "What", "Which", "Number", "Share of people with a pledge")
WHOLE = re.compile(r"-[0-9]+")
FORMULA = ("=", "+", "-", "@")  # how a spreadsheet knows that a cell is to be worked out

May = Callable[[str, str], bool]  # may the number of this area be seen: what the area is, and which


class Row(NamedTuple):
    month: str
    measure: str
    area: str
    name: str
    words: str
    share: str


def rows(connection: Connection, config: Config, may: May, month: str | None = None) -> list[Row]:
    """Of one month, or of every month. In the order of names; what is of everybody comes first."""
    rule = Rule(config.privacy_min_count, config.privacy_round_to)
    names = _names(connection)
    seen = [each for each in numbers(connection, month) if may(AREAS[each.measure], each.area)]
    bases = {each.month: each.shown for each in seen if (each.measure, each.area) == (PEOPLE, "")}
    found = [_row(each, names, bases.get(each.month), rule) for each in seen]
    return sorted(found, key=lambda row: (row.month, list(WHAT).index(row.measure), row.area != "", row.name, row.area))


def _row(number: Number, names: dict[tuple[str, str], str], base: Shown | None, rule: Rule) -> Row:
    month, measure, area, shown = number
    part = share(shown, base, rule) if base and area and measure == TAKEN else ""
    name = names.get((AREAS[measure], area), area) if area else EVERYBODY
    return Row(month, measure, area, name, shown.words, part)


def _names(connection: Connection) -> dict[tuple[str, str], str]:
    """By what the area is, and which."""
    wanted = {
        "network": select(Network.id, Network.name),
        "team": select(Team.id, Team.name),
        "pledge": select(Pledge.id, Pledge.title),
    }
    names = {(of, id): name for of, query in wanted.items() for id, name in connection.execute(query)}
    topics = select(HelpPage.id, HelpPage.body).where(HelpPage.kind == "topic")
    names |= {("topic", id): msgspec.json.decode(body)["name"] for id, body in connection.execute(topics)}
    titled = select(record.c.kind, record.c.id, record.c.body).where(record.c.kind.in_(("guide", "module", "scheme")))
    found = connection.execute(titled.where(record.c.body.is_not(None)))
    return names | {(kind, id): msgspec.json.decode(open_(body))["title"] for kind, id, body in found}


def as_csv(found: Iterable[Row]) -> str:
    return sheet(COLUMNS, map(_cells, found))


def sheet(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A file for a spreadsheet, which works nothing out of it."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def as_json(found: Iterable[Row]) -> str:
    names = [name.lower().replace(" ", "_") for name in COLUMNS]
    made: list[dict[str, Any]] = [dict(zip(names, _cells(row), strict=True)) for row in found]
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode()


def safe(cell: str) -> str:
    """A spreadsheet shows this as it is, and works nothing out. A number below zero is a number."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) and not WHOLE.fullmatch(cell) else cell


def _cells(row: Row) -> tuple[str, ...]:
    return (month_text(row.month), WHAT[row.measure], row.name, row.words, row.share)

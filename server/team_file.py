"""Teams and sites from one file: a line each, with the columns of COLUMNS. docs/teams.example.csv shows one.

All of it is checked before any of it is kept. Knows no page and no HTTP.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from server.cannot import Cannot
from server.people import ME, PUBLIC, Person, Role, Team, own_scope, put_team
from sync import Touch

COLUMNS = ["id", "name", "site", "inpatient"]
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST = 80  # characters of a name
YES_OR_NO = {"yes": True, "no": False}


class Line(NamedTuple):
    """One line as it was written. `where` names it for a person who has to put it right."""

    where: str
    id: str
    name: str
    site: str
    inpatient: str


class Loaded(NamedTuple):
    touched: list[Touch]
    said: list[str]


def read(file: Path) -> list[Team]:
    """Every team of the file, or all that is wrong with it."""
    rows = _rows(file)
    if not rows or [name.strip().lower() for name in rows[0][1]] != COLUMNS:
        raise Cannot(f"{file.name}, line 1: write {','.join(COLUMNS)} there, and a team on each line below.")
    problems: list[str] = []
    lines: list[Line] = []
    for number, row in rows[1:]:
        where = f"{file.name}, line {number}"
        if len(row) == len(COLUMNS):
            lines.append(Line(where, *(" ".join(part.split()) for part in row)))
        else:
            problems.append(f"{where}: there are {len(row)} parts. Write {len(COLUMNS)}: {','.join(COLUMNS)}.")
    problems += [problem for line in lines for problem in _problems(line)]
    problems += _twice(lines)
    if not lines and not problems:
        problems.append(f"{file.name}: there is no team in it. Write one on each line below the first.")
    if problems:
        raise Cannot("\n".join(problems))
    return [
        Team(id=each.id, name=each.name, site=each.site, inpatient=YES_OR_NO[each.inpatient.lower()]) for each in lines
    ]


def load(connection: Connection, teams: Sequence[Team]) -> Loaded:
    """The teams become these. One that is not among them goes, unless something still hangs on it."""
    before = {row.id: row for row in connection.execute(select(Team))}
    now = {team.id for team in teams}
    touched = [touch for team in teams for touch in put_team(connection, team)]
    renamed = [team.id for team in teams if team.id in before and before[team.id].name != team.name]
    inside = connection.scalars(select(Person.id).where(Person.team_id.in_(renamed)).order_by(Person.id))
    touched += [Touch("person", own_scope(person), ME) for person in inside]
    said = [f"{len(now - before.keys())} new, {len(now & before.keys())} kept or changed."]
    for id in sorted(before.keys() - now):
        stays = _why_it_stays(connection, id)
        said.append(f"{id} is not in the file. {stays or 'It is gone from here too.'}")
        touched += [] if stays else [Touch("team", PUBLIC, id)]
    return Loaded(touched, said)


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """Lines with something in them, and their numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")  # spreadsheets begin a file with a mark
    except OSError as fault:
        raise Cannot(f"{file} cannot be read: {fault.strerror}.") from None
    except UnicodeDecodeError:
        raise Cannot(f"{file.name}: save it as “CSV UTF-8”, so that no letter of a name is lost.") from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(part.strip() for part in row)]
    except csv.Error:
        raise Cannot(f'{file.name}, line {reader.line_num}: a " opens here and does not close.') from None


def _problems(line: Line) -> Iterator[str]:
    if not ID.fullmatch(line.id):
        yield f"{line.where}: “{line.id}” cannot be an id. Use letters, numbers, - and _, like t1."
    for column in ("name", "site"):
        if not 0 < len(getattr(line, column)) <= LONGEST:
            yield f"{line.where}: the {column} has to be 1 to {LONGEST} characters long."
    if line.inpatient.lower() not in YES_OR_NO:
        yield f"{line.where}: “{line.inpatient}” says nothing about inpatient. Write yes or no."


def _twice(lines: Sequence[Line]) -> Iterator[str]:
    ids = Counter(line.id for line in lines)
    names = Counter((line.name, line.site) for line in lines)
    for line in lines:
        if ids[line.id] > 1:
            yield f"{line.where}: another line has the id {line.id} too. Each team has its own."
        elif names[line.name, line.site] > 1:
            yield f"{line.where}: another team has this name at this site. Nobody could tell them apart."


def _why_it_stays(connection: Connection, id: str) -> str:
    """Empty when it went. The database itself says whether anything hangs on a team, whatever kept it."""
    people = connection.execute(select(func.count()).where(Person.team_id == id)).scalar_one()
    if people:
        return f"It stays, because people are in it: {people}."
    if connection.scalar(select(Role.role).where(Role.role == "manager", Role.area == id)):
        return f"It stays, because somebody is its manager. `revoke manager EMAIL {id}` takes that away."
    try:
        with connection.begin_nested():
            connection.execute(delete(Team).where(Team.id == id))
    except IntegrityError:
        return "It stays, because something that is kept here belongs to it."
    return ""

"""Help: who to turn to, for anyone, before log in and with no signal. Keeps nothing about who reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import long_date
from server.db import Base
from server.features.contacts import CONTACT, calls, contact_problems, contacts_in
from server.features.content import FOLDER, ContentProblems, Document, documents, paragraphs, settings
from server.features.feature import Feature
from sync import Touch, projection

HELP = {
    "id": str,
    "order": int,
    "title": str,
    "first": str,
    "contacts": list,
    "who_title": str,
    "owner": str,
    "review": date,
    "steps": list,
    "rows": list,
    "limits": list,
}
ORGANISATION = {"name": str, "branches": list, "checked": date, "contacts": list}
STEP = {"title": str, "text": str}
ROW = {"want": str, "who": str, "private": str}
CALLS = {"contacts": list}

CHECKED_FOR = timedelta(days=31)  # a number is rung once a month

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]


class HelpPage(Base):
    """Ready-made bodies of the open records, by kind and id."""

    __tablename__ = "help_page"
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


def kept(connection: Connection, kind: str, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    rows = connection.execute(select(HelpPage.__table__).where(HelpPage.kind == kind, HelpPage.id.in_(ids)))
    return {ids[row.id]: json.loads(row.body) for row in rows}


@projection("help")
def help_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "help", keys)


@projection("organisation")
def organisation_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "organisation", keys)


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Everything is checked before anything changes."""
    return keep(connection, ("help", "organisation"), {**_organisation(folder), **_help(folder)})


def keep(connection: Connection, kinds: Sequence[str], bodies: Records) -> list[Touch]:
    """From now on these are all the open records of these kinds."""
    mine = HelpPage.kind.in_(kinds)
    gone = [(row.kind, row.id) for row in connection.execute(select(HelpPage.kind, HelpPage.id).where(mine))]
    connection.execute(delete(HelpPage).where(mine))
    rows = [{"kind": kind, "id": id, "body": json.dumps(body)} for (kind, id), body in bodies.items()]
    connection.execute(insert(HelpPage), rows)
    return [Touch(kind, "open", id) for kind, id in sorted({*gone, *bodies})]


def organisation_name(folder: Path = FOLDER) -> str:
    """As the logo is read out. A file that has to be put right is told of when the content is loaded."""
    return str(settings(folder / "org.toml").front.get("name", ""))


def _organisation(folder: Path) -> Records:
    file = settings(folder / "org.toml")
    problems = [*file.problems(ORGANISATION)] or [
        *file.list_problems("contacts", file.front["contacts"], CONTACT, {"national": bool})
    ]
    if problems:
        raise ContentProblems(problems)
    front = file.front
    return {
        ("organisation", "org"): {
            "name": front["name"],
            "branches": front["branches"],
            "checked_on": front["checked"].isoformat(),
            "checked_on_text": long_date(front["checked"].isoformat()),
            "check_by": (front["checked"] + CHECKED_FOR).isoformat(),
        }
    }


def _help(folder: Path) -> Records:
    contacts = contacts_in(folder)
    found, problems = documents(folder / "help")
    for each in found:
        problems += [*each.problems(HELP)] or [*_help_problems(each, contacts)]
    if problems:
        raise ContentProblems(problems)
    return {("help", each.front["id"]): _help_body(each, contacts) for each in found}


def _help_problems(file: Document, contacts: Mapping[str, Any]) -> Iterator[str]:
    faults = [
        *file.list_problems("steps", file.front["steps"], STEP, CALLS),
        *file.list_problems("rows", file.front["rows"], ROW, CALLS),
    ]
    if any(type(each) is not str or not each for each in file.front["limits"]):
        faults.append(f"{file.where('limits')}: limits has to be a list of sentences in quotes.")
    yield from faults
    if faults:
        return
    yield from contact_problems(file, "contacts", file.front["contacts"], contacts)
    for key in ("steps", "rows"):
        for each in file.front[key]:
            yield from contact_problems(file, key, each.get("contacts", []), contacts)


def _help_body(file: Document, contacts: Mapping[str, Any]) -> dict[str, Any]:
    front = file.front

    def with_calls(each: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
        return {
            **{field: each[field] for field in fields},
            "calls": calls(each.get("contacts", []), contacts),
        }

    return {
        "order": front["order"],
        "title": front["title"],
        "first": front["first"],
        "calls": calls(front["contacts"], contacts),
        "steps": [with_calls(each, ("title", "text")) for each in front["steps"]],
        "who_title": front["who_title"],
        "rows": [with_calls(each, ("want", "who", "private")) for each in front["rows"]],
        "limits": front["limits"],
        "notes": paragraphs(file.body),
        "review_on": front["review"].isoformat(),
        "review_on_text": long_date(front["review"].isoformat()),
    }


FEATURE = Feature("help", projections=(help_records, organisation_records), load=load)

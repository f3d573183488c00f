"""Statements: privacy, accessibility and what is on a phone, for anyone, before log in and with no signal.

Keeps nothing about who reads one. The words are in `content/`; a browser test compares the list of what is on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from pwa.dates import long_date
from server.features.contacts import calls, contact_problems, contacts_in
from server.features.content import ContentProblems, Document, documents, paragraphs
from server.features.feature import Feature
from server.features.help import Key, Records, keep, kept
from sync import Touch, projection

IDS = ("accessibility", "privacy", "storage")  # each is the name of its page
NEEDED = {"id": str, "title": str, "owner": str, "version": int, "written": date, "review": date}
OPTIONAL = {"contacts": list, "kept": list}
KEPT = {"where": str, "name": str, "what": str, "how_long": str, "remove": str}
PART = {"name": str, "what": str}
HEADING, POINT = "## ", "- "


@projection("statement")
def statement_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "statement", keys)


def load(connection: Connection, folder: Path) -> list[Touch]:
    contacts = contacts_in(folder)
    found, problems = documents(folder / "statements")
    for each in found:
        problems += [*each.problems(NEEDED, OPTIONAL)] or [*_problems(each, contacts)]
    if not problems:
        gone = sorted({*IDS} - {each.front["id"] for each in found})
        problems += [f"statements/{id}.md: this file is gone. Put it back: its page needs it." for id in gone]
    if problems:
        raise ContentProblems(problems)
    return keep(connection, ("statement",), {("statement", each.front["id"]): _body(each, contacts) for each in found})


def _problems(file: Document, contacts: Mapping[str, Any]) -> Iterator[str]:
    if file.front["id"] not in IDS or file.front["id"] != file.path.stem:
        yield f"{file.where('id')}: id has to be the name of the file, one of {', '.join(IDS)}."
    if HEADING not in file.body:
        yield f"{file.where()}: below the fields there has to be a heading, a line that starts with {HEADING.strip()}."
    yield from contact_problems(file, "contacts", file.front.get("contacts", []), contacts)
    rows = file.front.get("kept", [])
    faults = [*file.list_problems("kept", rows, KEPT, {"parts": list})]
    yield from faults or file.list_problems("kept.parts", [part for row in rows for part in row.get("parts", [])], PART)


def _body(file: Document, contacts: Mapping[str, Any]) -> dict[str, Any]:
    front = file.front
    lede, *sections = f"\n{file.body}".split(f"\n{HEADING}")
    return {
        "title": front["title"],
        "lede": paragraphs(lede),
        "kept": [{**row, "parts": row.get("parts", [])} for row in front.get("kept", [])],
        "sections": [_section(each) for each in sections],
        "calls": calls(front.get("contacts", []), contacts),
        "owner": front["owner"],
        "version": front["version"],
        "written_on_text": long_date(front["written"].isoformat()),
        "review_on": front["review"].isoformat(),
        "review_on_text": long_date(front["review"].isoformat()),
    }


def _section(text: str) -> dict[str, Any]:
    """Under its title each part is a paragraph or, where all its lines are points, a list of them."""
    title, _, rest = text.partition("\n")
    parts = [part.strip().splitlines() for part in rest.split("\n\n") if part.strip()]
    return {"title": title.strip(), "parts": [_part(lines) for lines in parts]}


def _part(lines: list[str]) -> dict[str, Any]:
    if all(line.startswith(POINT) for line in lines):
        return {"text": "", "points": [line.removeprefix(POINT).strip() for line in lines]}
    return {"text": " ".join(line.strip() for line in lines), "points": []}


FEATURE = Feature("statements", projections=(statement_records,), load=load)

"""Who to ring, as org.toml lists them: for every kind of page that names contacts. Knows no such page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from server.features.content import Document, settings

CONTACT = {"id": str, "name": str, "phone": str}


def contacts_in(folder: Path) -> Mapping[str, Any]:
    """Only those that are whole: what is wrong with the file itself is told once, by the page of the organisation."""
    listed = settings(folder / "org.toml").front.get("contacts", [])
    return {each["id"]: each for each in listed if isinstance(each, dict) and CONTACT.keys() <= each.keys()}


def contact_problems(file: Document, key: str, ids: Iterable[str], contacts: Mapping[str, Any]) -> Iterator[str]:
    for contact in sorted(set(ids) - contacts.keys()):
        yield f"{file.where(key)}: org.toml has no contact called {contact}. Add it there, or change the name."


def calls(ids: Iterable[str], contacts: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a template makes big targets of."""
    return [
        {"name": call["name"], "phone": call["phone"], "link": f"tel:{call['phone'].replace(' ', '')}"}
        for call in (contacts[id] for id in ids)
    ]

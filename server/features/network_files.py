"""The files of `content/` about networks: each network, the words of consent, what one may ask a new network for.
Knows no table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pwa.dates import long_date
from server.features.content import ContentProblems, Document, document, documents, paragraphs, settings

NEEDED = {
    "id": str, "order": int, "name": str, "purpose": str, "welcome": str, "rhythm": str, "contact": str, "roles": list,
    "gives": list, "never": list, "members_note": str, "owner": str, "review": date,
}  # fmt: skip
OPTIONAL = {"said": list}
SAID = {"heard": str, "owner": str, "did": str, "on": date}
CONSENT = {"id": str, "version": int, "owner": str, "review": date}
WORDING = {"version": int, "text": str}
TOPIC = {"id": str, "name": str}


@dataclass(frozen=True)
class NetworkFile:
    id: str
    position: int
    name: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Consent:
    """The words people agree to when they join, and every earlier wording, by version."""

    version: int
    texts: Mapping[int, list[str]]


@dataclass(frozen=True)
class NetworkFiles:
    networks: Sequence[NetworkFile]
    consent: Consent
    topics: Sequence[tuple[str, str]]


def read(folder: Path, stored: Sequence[str], agreed: Mapping[int, list[str]]) -> NetworkFiles:
    """All of them, or every problem they have. `stored`: the networks people may have joined; `agreed`: the wordings
    people may have agreed to, by version."""
    found, problems = documents(folder / "networks")
    whole: list[Document] = []
    for each in found:
        faults = [*each.problems(NEEDED, OPTIONAL), *each.list_problems("said", each.front.get("said", []), SAID)]
        problems += faults
        whole += [] if faults else [each]
    problems += _set_problems(found, stored)
    consent = _read(document, folder / "consent.md", problems)
    topics = _read(settings, folder / "new_networks.toml", problems)
    problems += _consent_problems(consent, agreed) if consent else []
    problems += topics.list_problems("topics", topics.front.get("topics", []), TOPIC) if topics else []
    if problems or consent is None or topics is None:
        raise ContentProblems(problems)
    return NetworkFiles(
        [_network_file(each) for each in whole],
        _consent(consent),
        [(each["id"], each["name"]) for each in topics.front.get("topics", [])],
    )


def _network_file(document: Document) -> NetworkFile:
    front = document.front
    words = {name: front[name] for name in ("purpose", "welcome", "rhythm", "contact", "roles", "gives", "never")}
    said = [
        {
            "id": "",
            "heard": each["heard"],
            "owner": each["owner"],
            "did": each["did"],
            "on": each["on"].isoformat(),
            "on_text": long_date(each["on"].isoformat()),
        }
        for each in front.get("said", [])
    ]
    more = {"said": said, "rules": paragraphs(document.body), "note": front["members_note"], "owner": front["owner"]}
    review = front["review"].isoformat()
    dates = {"review_on": review, "review_on_text": long_date(review)}
    return NetworkFile(front["id"], front["order"], front["name"], words | more | dates)


def _consent(document: Document) -> Consent:
    earlier = {each["version"]: paragraphs(each["text"]) for each in document.front.get("earlier", [])}
    version = document.front["version"]
    return Consent(version, earlier | {version: paragraphs(document.body)})


def _consent_problems(document: Document, agreed: Mapping[int, list[str]]) -> Iterator[str]:
    faults = [*document.problems(CONSENT, {"earlier": list})]
    faults = faults or [*document.list_problems("earlier", document.front.get("earlier", []), WORDING)]
    yield from faults
    if faults:
        return
    version, where = document.front["version"], document.where
    versions = [each["version"] for each in document.front.get("earlier", [])]
    if versions != list(range(1, version)):
        yield (
            f"{where('version')}: version {version} needs every earlier wording, oldest first, under [[earlier]]. "
            f"There are {versions or 'none'}."
        )
    if agreed.get(version, paragraphs(document.body)) != paragraphs(document.body):
        yield (
            f"{where('version')}: people have agreed to other words under version {version}. "
            f"Write version = {version + 1} and keep the old words under [[earlier]]."
        )
    if agreed and version < max(agreed):
        yield f"{where('version')}: people have already seen version {max(agreed)}. Write a higher version than that."


def _set_problems(found: list[Document], stored: Sequence[str]) -> Iterator[str]:
    ids = Counter(str(each.front.get("id")) for each in found)
    for each in found:
        if ids[str(each.front.get("id"))] > 1:
            yield f"{each.where('id')}: another file has the same id. Give each network its own."
    for id in sorted(set(stored) - ids.keys()):
        yield f"networks/{id}.md: this file is gone but people may be in it. Put it back, and close it instead."


def _read(reader: Callable[[Path], Document], path: Path, problems: list[str]) -> Document | None:
    try:
        return reader(path)
    except FileNotFoundError:
        problems.append(f"{path.name}: this file is missing. Put it back.")
    except ContentProblems as fault:
        problems += fault.problems
    return None

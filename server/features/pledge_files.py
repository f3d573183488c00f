"""The pledge files of `content/`: what each must say, checked as a whole set. Knows no table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.features.content import ContentProblems, Document, documents, paragraphs

NEEDED = {
    "id": str, "order": int, "title": str, "version": int, "prompt": str, "module": str, "owner": str, "review": date,
}  # fmt: skip
OPTIONAL = {"audience": str, "retired": bool, "earlier": list}
WORDING = {"version": int, "title": str, "text": str}

Stored = tuple[int, str, str]


@dataclass(frozen=True)
class PledgeFile:
    id: str
    position: int
    title: str
    text: str
    version: int
    prompt: str
    module: str
    audience: str
    owner: str
    review_on: str
    retired: bool
    earlier: tuple[dict[str, Any], ...]


def read(folder: Path, stored: Mapping[str, Stored]) -> list[PledgeFile]:
    """All pledge files, or every problem they have. `stored`: version, title and text of what people may hold."""
    found, problems = documents(folder)
    whole: list[Document] = []
    for each in found:
        faults = [*each.problems(NEEDED, OPTIONAL)] or [*_wording_problems(each, stored.get(each.front["id"]))]
        problems += faults
        whole += [] if faults else [each]
    problems += _set_problems(found, stored)
    if problems:
        raise ContentProblems(problems)
    return [_pledge_file(each) for each in whole]


def _pledge_file(document: Document) -> PledgeFile:
    front = document.front
    return PledgeFile(
        id=front["id"],
        position=front["order"],
        title=front["title"],
        text=paragraphs(document.body)[0],
        version=front["version"],
        prompt=front["prompt"],
        module=front["module"],
        audience=front.get("audience", "everyone"),
        owner=front["owner"],
        review_on=front["review"].isoformat(),
        retired=front.get("retired", False),
        earlier=tuple({key: each[key] for key in WORDING} for each in front.get("earlier", [])),
    )


def _wording_problems(document: Document, stored: Stored | None) -> Iterator[str]:
    front, where = document.front, document.where
    text = paragraphs(document.body)
    if len(text) != 1:
        yield f"{where()}: below the fields there has to be one paragraph, the pledge itself. There are {len(text)}."
        return
    for each in front.get("earlier", []):
        if not isinstance(each, dict) or {key: type(value) for key, value in each.items()} != WORDING:
            yield f"{where('earlier')}: each earlier wording has a version (a number), a title and a text, no more."
            return
    versions = [each["version"] for each in front.get("earlier", [])]
    if versions != list(range(1, front["version"])):
        yield (
            f"{where('version')}: version {front['version']} needs every earlier wording, oldest first, under "
            f"[[earlier]]. There are {versions or 'none'}."
        )
    if stored and front["version"] < stored[0]:
        yield f"{where('version')}: people have already seen version {stored[0]}. Write a higher version than that."
    if stored and front["version"] == stored[0] and (front["title"], text[0]) != stored[1:]:
        yield (
            f"{where('version')}: the words changed but the version did not. Write version = {stored[0] + 1} "
            "and keep the old words under [[earlier]]."
        )


def _set_problems(found: list[Document], stored: Mapping[str, Stored]) -> Iterator[str]:
    ids = Counter(str(each.front.get("id")) for each in found)
    for each in found:
        if ids[str(each.front.get("id"))] > 1:
            yield f"{each.where('id')}: another file has the same id. Give each pledge its own."
    for id in sorted(stored.keys() - ids.keys()):
        yield f"pledges/{id}.md: this file is gone but people may hold the pledge. Put it back with retired = true."

"""The fields at the top of a module file: which there are, and what each may say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from server.features import module_words
from server.features.content import Document

NEEDED = {
    "id": str, "number": int, "kind": str, "version": int, "material": bool, "title": str, "summary": str,
    "minutes": int, "audience": list, "topic": str, "owner": str, "reviewers": list, "reviewed": date,
    "review_by": date, "recheck_days": int, "sources": list, "refreshers": list, "gate": bool, "tags": list,
    "licence": str,
}  # fmt: skip
OPTIONAL = {"content_note": str, "retired": bool}
TOPICS = ("public", "private")
NUMBERS = {"number": 999, "version": 10_000, "minutes": 15, "recheck_days": 366}  # each is 1 at least
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def problems(file: Document) -> Iterator[str]:
    front = {key: value for key, value in file.front.items() if (key, value) != ("content_note", "")}
    faults = [*Document(file.path, file.text, front, file.body).problems(NEEDED, OPTIONAL)]
    yield from faults
    if faults:
        return
    for key, most in NUMBERS.items():
        if not 1 <= front[key] <= most:
            yield f"{file.where(key)}: {key} has to be from 1 to {most}."
    if front["kind"] != "module" or front["topic"] not in TOPICS:
        yield f'{file.where("kind")}: kind is "module" and topic is "public" or "private". Write them so.'
    if not NAME.fullmatch(front["id"]) or front["id"] != file.path.stem:
        yield f"{file.where('id')}: id has to be the name of the file, in small letters with - between words."
    for key in ("audience", "reviewers", "sources", "tags"):
        if any(type(each) is not str for each in front[key]):
            yield f"{file.where(key)}: {key} has to be a list of words in quotes."
    days = front["refreshers"]
    if any(type(day) is not int or not 1 <= day <= 366 for day in days) or days != sorted({*days}):
        yield f"{file.where('refreshers')}: refreshers has to be days after the end, rising, like [3, 14, 60]."
    if fault := module_words.review_fault(front["reviewed"], front["review_by"], file.body):
        yield f"{file.where('review_by')}: {fault}"

"""Content files: Markdown with TOML front matter. Says what is wrong with them in plain words. Knows no feature."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "content" / "en"
FENCE = "+++"
# Besides bad TOML: a number of thousands of digits, and tables within tables without end.
NOT_TOML = (ValueError, RecursionError)
TYPES: dict[type, str] = {
    str: "words in quotes",
    int: "a whole number",
    bool: "true or false",
    datetime.date: "a date like 2027-05-01",
    list: "a list",
    dict: "a table",
}


class ContentProblems(Exception):
    """Every fault found in the content files, each with its file, its line and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """One content file. `where` names a line of it, for a person who has to put it right."""

    path: Path
    text: str
    front: dict[str, Any]
    body: str

    def where(self, key: str = "") -> str:
        lines = self.text.splitlines()
        starts = (f"{key} ", f"{key}=", f"[[{key}]]", f"[{key}]") if key else (FENCE,)
        return self.at(next((n for n, line in enumerate(lines, 1) if line.startswith(starts)), 1))

    def at(self, line: int) -> str:
        return f"{self.path.parent.name}/{self.path.name}, line {line}"

    @property
    def body_line(self) -> int:
        """The line of the file that the body starts on."""
        return self.text.count("\n", 0, self.text.rindex(self.body)) + 1

    def problems(self, needed: Mapping[str, type], optional: Mapping[str, type] | None = None) -> Iterator[str]:
        """Faults of the front matter against the fields it must and may have."""
        allowed = {**needed, **(optional or {})}
        for key in needed.keys() - self.front.keys():
            yield f"{self.where()}: {key} is missing. Add a line: {key} = {TYPES[needed[key]]}."
        for key, value in self.front.items():
            if key not in allowed:
                yield f"{self.where(key)}: {key} is not a field we know. Check its spelling, or take the line out."
            elif type(value) is not allowed[key]:
                yield f"{self.where(key)}: {key} has to be {TYPES[allowed[key]]}."
            elif value == "":
                yield f"{self.where(key)}: {key} is empty. Write something between the quotes."

    def list_problems(
        self, key: str, rows: list[Any], needed: Mapping[str, type], optional: Mapping[str, type] | None = None
    ) -> Iterator[str]:
        """Faults of the tables under [[key]], each counted from 1."""
        allowed = {**needed, **(optional or {})}
        for number, each in enumerate(rows, 1):
            known = isinstance(each, dict) and needed.keys() <= each.keys() <= allowed.keys()
            if not known or any(type(value) is not allowed[name] for name, value in each.items()):
                names = ", ".join(sorted(needed))
                where = f"{self.where(key)}: number {number} under [[{key}]]"
                yield f"{where} has to have {names}, and nothing we do not know."


def documents(folder: Path) -> tuple[list[Document], list[str]]:
    """Every Markdown file of a folder in name order, and what is wrong with those that cannot be read."""
    read: list[Document] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.md")):
        try:
            read.append(document(path))
        except ContentProblems as found:
            problems += found.problems
    if not read and not problems:
        problems.append(
            f"{folder.name}: no content files here. Put the folder back, or check where the app looks for it."
        )
    return read, problems


def document(path: Path) -> Document:
    text = _text(path)
    name = f"{path.parent.name}/{path.name}"
    parts = text.split(f"{FENCE}\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ContentProblems(
            [f"{name}, line 1: put {FENCE} on the first line, and {FENCE} on the line after the last field."]
        )
    try:
        front = tomllib.loads(parts[1])
    except NOT_TOML as fault:
        raise ContentProblems(
            [f"{name}: the fields at the top cannot be read: {fault} (count lines from {FENCE})."]
        ) from None
    return Document(path, text, front, parts[2].strip())


def settings(path: Path) -> Document:
    """A plain TOML file, read as front matter without a body."""
    text = _text(path)
    try:
        return Document(path, text, tomllib.loads(text), "")
    except NOT_TOML as fault:
        raise ContentProblems([f"{path.parent.name}/{path.name}: this file cannot be read: {fault}."]) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentProblems([f"{path.parent.name}/{path.name}: this file is gone. Put it back."]) from None
    except UnicodeDecodeError:
        raise ContentProblems(
            [f"{path.parent.name}/{path.name}: this is no plain text. Save the file as UTF-8 and put it back."]
        ) from None


def paragraphs(body: str) -> list[str]:
    return [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]

"""The module files of `content/`: what each must say, checked as a whole set. Knows no table.

Below the fields there are one title and parts of fixed names; docs/modules.md says it for those who write.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pwa.dates import long_date
from server.features import markdown, module_front, module_words, questions
from server.features.content import ContentProblems, Document, documents
from server.features.markdown import Fault
from server.features.module_words import REFRESHERS
from server.features.named_pages import Named, named_pages

# The parts in their order, as they are headed in English; another language has a row of its own.
PARTS = {
    "Scene": "scene", "Choose": "choose", "One idea": "idea", "Try again": "again", "Pause": "pause",
    "One action": "action", "More help": "more",
}  # fmt: skip
TITLE, HEADING = "# ", "## "
GAP = "___"
HELP_POINT = re.compile(r"- ((?:guide|help|module):[a-z0-9-]+)\s*")


class Stored(NamedTuple):
    """What people may have finished: name and version, and a mark of the words of each part."""

    name: str
    version: int
    marks: Mapping[str, str]


@dataclass(frozen=True)
class ModuleFile:
    """`marks` tells whether the words of a part are still the same; `body` is what a phone gets."""

    id: str
    position: int
    name: str
    version: int
    material: bool
    review_by: str
    marks: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class Reading:
    """One file while it is read, and what was wrong with it so far."""

    file: Document
    named: Named
    problems: list[str] = field(default_factory=list)
    asked: int = 0

    def add(self, faults: Sequence[Fault], first: int) -> None:
        """`first` is the line of the file that the faults count from."""
        self.problems += [f"{self.file.at(first + each.line - 1)}: {each.told}" for each in faults]


class Section(NamedTuple):
    title: str
    line: int  # of the file, of its first line below the heading
    lines: list[str]


def read(folder: Path, stored: Mapping[str, Stored]) -> list[ModuleFile]:
    """All module files, or every problem they have."""
    found, problems = documents(folder / "modules")
    named = named_pages(folder)
    whole: list[ModuleFile] = []
    for each in found:
        faults = [*module_front.problems(each)]
        if not faults:
            made, faults = _module_file(each, named)
            faults += _version_problems(each, made, stored.get(made.id))
            whole.append(made)
        problems += faults
    problems += _set_problems(found, stored)
    if problems:
        raise ContentProblems(problems)
    return whole


def _module_file(file: Document, named: Named) -> tuple[ModuleFile, list[str]]:
    reading, front = Reading(file, named), file.front
    sections = _sections(reading)
    steps = [_step(reading, each) for each in sections if each.title in PARTS]
    help = next((_help(reading, each) for each in sections if PARTS.get(each.title) == "more"), [])
    body = {
        "title": front["title"],
        "summary": front["summary"],
        "minutes": front["minutes"],
        "words": module_words.count(file.body),
        "topic": front["topic"],
        "note": front.get("content_note", ""),
        "gate": front["gate"],
        "retired": front.get("retired", False),
        "owner": front["owner"],
        "reviewed": front["reviewed"].isoformat(),
        "reviewed_text": long_date(front["reviewed"].isoformat()),
        "review_by": front["review_by"].isoformat(),
        "review_by_text": long_date(front["review_by"].isoformat()),
        "refreshers": _refreshers(reading, sections),
        "steps": steps,
        "help": help,
    }
    reading.add([*module_words.faults(file.body, has_note=bool(body["note"]))], file.body_line)
    worded = [each for each in sections if PARTS.get(each.title) != "more"]  # where to go next is nothing to learn
    marks = {PARTS.get(each.title, "refreshers"): _mark(each.lines) for each in worded}
    made = ModuleFile(
        id=f"m{front['number']}",
        position=front["number"],
        name=front["id"],
        version=front["version"],
        material=front["material"],
        review_by=front["review_by"].isoformat(),
        marks=marks | {"title": _mark([front["title"]])},
        body=body,
    )
    return made, reading.problems


def _mark(lines: list[str]) -> str:
    """The same for the same words, however they are laid out."""
    return hashlib.sha256(" ".join(" ".join(lines).split()).encode()).hexdigest()[:16]


def _sections(reading: Reading) -> list[Section]:
    """The parts of the body. Whatever is not one of them, once and in order, is a problem."""
    file, found, titles, stray = reading.file, list[Section](), list[str](), list[Fault]()
    for number, line in enumerate(file.body.splitlines(), 1):
        if line.startswith(HEADING):
            found.append(Section(line.removeprefix(HEADING).strip(), file.body_line + number, []))
        elif line.startswith(TITLE):
            titles.append(line.removeprefix(TITLE).strip())
        elif found:
            found[-1].lines.append(line)
        elif line.strip():
            stray.append(Fault(number, "nothing can stand before the first part. Move it below ## Scene."))
    if titles != [file.front["title"]]:
        told = f"below the fields there has to be one line: {TITLE}{file.front['title']}. There are {len(titles)}."
        stray.append(Fault(1, told))
    names = [each.title for each in found]
    needed = [*PARTS, *([REFRESHERS.removeprefix(HEADING)] if file.front["refreshers"] else [])]
    if names != needed:
        stray.append(Fault(1, f"the parts have to be, in this order: {', '.join(needed)}. There are: {names}."))
    reading.add(stray, file.body_line)
    return found


def _step(reading: Reading, section: Section) -> dict[str, Any]:
    id = PARTS[section.title]
    if id == "more":
        return {"id": id, "title": section.title, "blocks": [], "questions": [], "prompt": ""}
    part = questions.part(section.lines)
    blocks, faults = markdown.blocks(part.text, {name: href for name, (href, _) in reading.named.items()})
    reading.add([*part.faults, *faults, *_lacks(id, part, blocks)], section.line)
    return {
        "id": id,
        "title": section.title,
        "blocks": blocks,
        "questions": [_question(reading, section, each) for each in part.questions],
        "prompt": _prompt(reading, section, part),
    }


def _question(reading: Reading, section: Section, question: questions.Question) -> dict[str, Any]:
    reading.asked += 1
    made, faults = questions.record_of(question, f"q{reading.asked}")
    reading.add(faults, section.line)
    return made


def _prompt(reading: Reading, section: Section, part: questions.Part) -> str:
    if not part.prompts:
        return ""
    line, written = part.prompts[0]
    text, faults = markdown.words(written)
    reading.add([Fault(line, each.told) for each in faults], section.line)
    return text


def _lacks(id: str, part: questions.Part, blocks: list[markdown.Block]) -> Iterator[Fault]:
    """What this part cannot do without."""
    if id in ("scene", "idea") and not blocks:
        yield Fault(1, "this part has no words yet. Write them.")
    if id in ("choose", "again") and not part.questions:
        yield Fault(1, "this part has no question yet: a line that starts with ?. Write one.")
    if id in ("pause", "action") and not part.prompts:
        yield Fault(1, "this part has no prompt yet: a line that starts with %. Write one.")
    if id == "action" and part.prompts and GAP not in part.prompts[0][1]:
        yield Fault(part.prompts[0][0], f"a plan has a gap to fill in. Write {GAP * 2} where it is.")
    for line, _ in part.prompts[1:]:
        yield Fault(line, "one prompt is enough for one part. Take this one away.")


def _refreshers(reading: Reading, sections: list[Section]) -> list[dict[str, Any]]:
    """A question for each day, asked on its own, long after the end."""
    days = reading.file.front["refreshers"]
    section = next((each for each in sections if f"{HEADING}{each.title}" == REFRESHERS), None)
    if section is None:
        return []
    part = questions.part(section.lines)
    faults = [*part.faults]
    if len(part.questions) != len(days) or part.prompts or part.text.strip():
        faults.append(Fault(1, f"here are only questions, one for each of the {len(days)} days. Write no more."))
    made = [questions.record_of(each, f"r{number}") for number, each in enumerate(part.questions, 1)]
    reading.add([*faults, *(fault for _, found in made for fault in found)], section.line)
    return [{"day": day, "question": question} for day, (question, _) in zip(days, made, strict=False)]


def _help(reading: Reading, section: Section) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for number, line in enumerate(section.lines, 1):
        if not line.strip():
            continue
        name = HELP_POINT.fullmatch(line)
        if name and name[1] in reading.named:
            href, title = reading.named[name[1]]
            found.append({"href": href, "text": title})
            continue
        blocks, faults = markdown.blocks(line, {name: href for name, (href, _) in reading.named.items()})
        links = [each for block in blocks for item in block["items"] for each in item]
        if name or faults or len(links) != 1 or not links[0]["href"]:
            told = f"there is no page called {name[1]}." if name else "this is no link."
            reading.add([Fault(number, f"{told} Write - guide:name, - help:name or - [words](address).")], section.line)
        else:
            found.append({"href": links[0]["href"], "text": links[0]["text"]})
    return found


def _version_problems(file: Document, made: ModuleFile, stored: Stored | None) -> Iterator[str]:
    if stored is None:
        return
    if stored.name != made.name:
        yield f"{file.where('number')}: {made.position} is the number of {stored.name} already. Write another."
    elif made.version < stored.version:
        seen = f"people have already seen version {stored.version}"
        yield f"{file.where('version')}: {seen}. Write that, or a higher one if the words changed."
    elif made.version == stored.version and made.marks != stored.marks:
        yield (
            f"{file.where('version')}: the words changed but the version did not. "
            f"Write version = {stored.version + 1}, and material = true if people should see what is new."
        )


def _set_problems(found: list[Document], stored: Mapping[str, Stored]) -> Iterator[str]:
    numbers = Counter(str(each.front.get("number")) for each in found)
    for each in found:
        if numbers[str(each.front.get("number"))] > 1:
            yield f"{each.where('number')}: another file has the same number. Give each module its own."
    names = {each.path.stem for each in found}
    for number, name in sorted((id.removeprefix("m"), one.name) for id, one in stored.items()):
        if name not in names:
            yield f"modules/{name}.md: this file is gone but people may have finished it. Put it back."
        elif number not in numbers:
            yield f"modules/{name}.md: people know it as number {number}. Write number = {number} again."

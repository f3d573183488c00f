"""The questions of a module, as they are written in its file: the one convention of our own on top of Markdown.

    ? What do you say first?            choose one; ?many all that help; ?order; ?spot which one; ?unsure; ?words
    - [x] The best answer.              [~] could work, [ ] better not
      > Why, in 8 to 45 words.
    % A private prompt, with ______ for a gap.

docs/modules.md says it for those who write. Knows no file and no table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from server.features import markdown
from server.features.markdown import Fault

KINDS = ("choose", "many", "order", "spot", "unsure", "words")
GRADES = {"x": "best", "~": "could", " ": "avoid"}
ANSWERS = ["True", "False", "Not sure"]  # of ?unsure
FEWEST, MOST = 2, 4  # answers
FEEDBACK = (8, 45)  # words
QUESTION = re.compile(r"\?(\w*)\s+(.*)|\?(\w*)$")
MARKED = re.compile(r"- \[(.)\](?:\s+(.*))?")
PLACED = re.compile(r"\d{1,2}[.)]\s+(.*)")
GO_ON = "Start it with two spaces to go on with the answer above, or leave an empty line before it."


class Answer:
    """One answer while it is read: its mark is x, ~ or a space; a number, where the order is asked for, marks none."""

    def __init__(self, line: int, mark: str, text: str) -> None:
        self.line, self.mark, self.texts = line, mark, [text]
        self.feedback: list[str] = []

    def more(self, text: str) -> None:
        """An indented line: feedback where it starts with >, else more of whatever came last."""
        if text.startswith(">"):
            self.feedback.append(text[1:].strip())
        else:
            (self.feedback or self.texts).append(text)


class Question:
    def __init__(self, line: int, kind: str, text: str) -> None:
        self.line, self.kind, self.texts = line, kind or "choose", [text]
        self.answers: list[Answer] = []


class Part(NamedTuple):
    """What is under one heading. In `text` every line that was read as something else is empty."""

    text: str
    questions: list[Question]
    prompts: list[tuple[int, str]]
    faults: list[Fault]


def part(lines: list[str]) -> Part:
    """Lines are counted from 1."""
    rest, faults = [""] * len(lines), list[Fault]()
    questions: list[Question] = []
    prompts: list[tuple[int, str]] = []
    open_: Question | None = None
    asking = prompting = False  # does the next line go on with the question, or with the prompt?
    for number, line in enumerate(lines, 1):
        after_gap = not (asking or prompting)
        if not line.strip():
            asking = prompting = False
        elif line.startswith("%"):
            prompts.append((number, line[1:].strip()))
            open_, asking, prompting = None, False, True
        elif found := QUESTION.fullmatch(line):
            open_ = Question(number, found[1] or found[3] or "", found[2] or "")
            questions.append(open_)
            asking, prompting = True, False
        elif prompting:
            prompts[-1] = (prompts[-1][0], f"{prompts[-1][1]} {line.strip()}")
        elif open_ is None or (not _goes_on(open_, line) and after_gap):
            rest[number - 1], open_ = line, None
        elif fault := _take(open_, number, line):
            faults.append(Fault(number, fault))
        else:
            asking = True
    return Part("\n".join(rest), questions, prompts, faults)


def _goes_on(question: Question, line: str) -> bool:
    """Even after an empty line this belongs to the question."""
    answer = line.startswith("- [") or (question.kind == "order" and PLACED.fullmatch(line))
    return bool(answer or line[0].isspace() or (not question.answers and line.startswith("- ")))


def _take(question: Question, number: int, line: str) -> str | None:
    """One more line of a question, or what is wrong with it."""
    if found := PLACED.fullmatch(line) if question.kind == "order" else MARKED.fullmatch(line):
        mark, text = ("x", found[1]) if question.kind == "order" else (found[1], found[2] or "")
        question.answers.append(Answer(number, mark.lower(), text))
    elif line.startswith("- "):
        begin = "1., 2., 3." if question.kind == "order" else "- [x], - [~] or - [ ]"
        return f"an answer to this question begins with {begin}. Write it so."
    elif line[0].isspace() and question.answers:
        question.answers[-1].more(line.strip())
    elif not question.answers:
        question.texts.append(line.strip())
    else:
        return f"this line belongs to no answer. {GO_ON}"
    return None


def record_of(question: Question, id: str) -> tuple[dict[str, Any], list[Fault]]:
    """As a phone gets it. Answers have their ids in the order of the file and are shown in another, so that neither
    the best one nor the right order is always first."""
    reading = _Words()
    text = reading.words(question.line, question.texts, "the question")
    options = [_option(reading, question, place, each) for place, each in enumerate(question.answers, 1)]
    if question.kind != "unsure":
        options.sort(key=lambda each: hashlib.sha256(f"{text}|{each['text']}".encode()).digest())
    if question.kind == "order" and [each["place"] for each in options] == [*range(1, len(options) + 1)]:
        options.reverse()
    faults = [*reading.faults, *(Fault(question.line, told) for told in _problems(question))]
    return {"id": id, "kind": question.kind, "text": text, "options": options}, faults


def _option(reading: _Words, question: Question, place: int, answer: Answer) -> dict[str, Any]:
    feedback = reading.words(answer.line, answer.feedback, "the line under it that starts with >")
    long = len(feedback.split())
    if feedback and not FEEDBACK[0] <= long <= FEEDBACK[1]:
        told = f"what is said to this answer has {long} words. It needs {FEEDBACK[0]} to {FEEDBACK[1]}."
        reading.faults.append(Fault(answer.line, told))
    return {
        "id": "abcdefghijklmnopqrstuvwxyz"[(place - 1) % 26],
        "text": reading.words(answer.line, answer.texts, "this answer"),
        "grade": GRADES.get(answer.mark, "avoid"),
        "place": place if question.kind == "order" else 0,
        "feedback": feedback,
    }


class _Words:
    """Reads plain words, and keeps what was wrong with them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def words(self, line: int, texts: list[str], what: str) -> str:
        text = " ".join(texts).strip()
        if not text:
            self.faults.append(Fault(line, f"{what} is missing. Write it."))
            return ""
        found, faults = markdown.words(text)
        self.faults += [Fault(line, each.told) for each in faults]
        return found


def _problems(question: Question) -> Iterator[str]:
    kind, answers = question.kind, question.answers
    if kind not in KINDS:
        yield f"?{kind} is no kind of question. Use ? alone, or {', '.join(f'?{each}' for each in KINDS[1:])}."
        return
    if kind == "words":
        yield from ["?words is answered in the person's own words. Take its answers away."] if answers else []
        return
    if any(each.mark not in GRADES for each in answers):
        yield "between [ and ] goes x for best, ~ for could work, or a space. Put one of these there."
    if not FEWEST <= len(answers) <= MOST:
        yield f"this question has {len(answers)} answers. It needs {FEWEST} to {MOST}."
    best = sum(each.mark == "x" for each in answers)
    if kind != "order" and (best == 0 or (best > 1 and kind != "many")):
        yield f"this question has {best} answers marked [x]. Mark the best one; only ?many has more than one."
    if kind == "unsure" and [" ".join(each.texts).strip() for each in answers] != ANSWERS:
        yield f"the answers to ?unsure are, in this order: {', '.join(ANSWERS)}. Write them so."

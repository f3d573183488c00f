"""The files of guides, of the policy and of words to borrow: what each must say. Knows no table.

A guide can do harm when it is out of date, so it says who looks after it, and never promises more than three months.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pwa.dates import long_date
from server.features.contacts import calls, contact_problems, contacts_in
from server.features.content import ContentProblems, Document, documents, settings
from server.features.markdown import blocks

GUIDE = {
    **{"id": str, "order": int, "title": str, "for": str, "version": int, "material": bool, "owner": str},
    **{"reviewed": date, "review_by": date, "recheck_days": int, "contacts": list, "steps": list},
}
STEP = {"title": str, "points": list}
STEPS = ("What you can do now", "What you cannot do", "Who can", "What to say")
POLICY = {
    **{"id": str, "title": str, "version": int, "owner": str, "reviewed": date, "review_by": date},
    **{"contacts": list, "summary": list},
}
BORROWED = {"owner": str, "reviewed": date, "situations": list}
SITUATION = {"id": str, "title": str, "look_for": str, "phrases": list}

GUIDE_MONTHS, POLICY_MONTHS = 3, 12
WORDS_IN_A_MINUTE = 200  # of a calm reader
SUMMARY_LINES = 10
CHANGED_FOR = timedelta(days=30)  # so long a guide that says something else than before is marked

Bodies = dict[str, dict[str, Any]]  # by id
Stored = Mapping[str, Mapping[str, Any]]


def guides(folder: Path, stored: Stored) -> Bodies:
    """Every guide, or every problem they have. `stored` is what phones hold now."""
    contacts = contacts_in(folder)
    found, problems = documents(folder / "guides")
    bodies: Bodies = {}
    for each in found:
        faults = [*each.problems(GUIDE, {"changes": str})] or [*_guide_problems(each, contacts)]
        if not faults:
            text, faults = _text(each)
            body = _guide(each, text, contacts)
            faults = faults or [*_version_problems(each, body, stored.get(each.front["id"]))]
            bodies[each.front["id"]] = body
        problems += faults
    problems += _twice(found)
    problems += (
        [
            f"guides: the guide {id} is gone, and pages link to it. Put its file back."
            for id in stored.keys() - bodies.keys()
        ]
        if not problems
        else []
    )
    if problems:
        raise ContentProblems(problems)
    return bodies


def policies(folder: Path) -> Bodies:
    contacts = contacts_in(folder)
    found, problems = documents(folder / "policies")
    bodies: Bodies = {}
    for each in found:
        faults = [*each.problems(POLICY)] or [*_policy_problems(each, contacts)]
        text, more = ([], []) if faults else _text(each)
        problems += [*faults, *more]
        if not faults:
            bodies[each.front["id"]] = {
                "title": each.front["title"],
                "summary": each.front["summary"],
                "text": text,
                "calls": calls(each.front["contacts"], contacts),
                **_kept_up(each),
            }
    if not problems and "inclusion" not in bodies:
        problems.append('policies: no file has id = "inclusion", and the policy page needs it. Put it back.')
    if problems:
        raise ContentProblems(problems)
    return bodies


def situations(folder: Path) -> Bodies:
    """Words to borrow."""
    file = settings(folder / "words_to_borrow.toml")
    problems = [*file.problems(BORROWED)]
    rows = [] if problems else file.front["situations"]
    problems += [] if problems else [*file.list_problems("situations", rows, SITUATION)]
    if not problems:
        twice = [id for id, times in Counter(each["id"] for each in rows).items() if times > 1]
        problems += [f"{file.where('[[situations]]')}: two are called {id}. Give one another id." for id in twice]
        for each in rows:
            problems += [*_texts(file, f"the phrases of {each['id']}", each["phrases"])]
    if problems:
        raise ContentProblems(problems)
    fields = ("title", "look_for", "phrases")
    return {each["id"]: {"order": n, **{name: each[name] for name in fields}} for n, each in enumerate(rows, 1)}


def _guide(file: Document, text: list[dict[str, Any]], contacts: Mapping[str, Any]) -> dict[str, Any]:
    front = file.front
    changes = front.get("changes", "") if front["material"] else ""
    first = contacts[front["contacts"][0]]
    return {
        **{name: front[name] for name in ("order", "title", "for", "recheck_days")},
        "steps": [{name: each[name] for name in STEP} for each in front["steps"]],
        "text": text,
        "ask": first["name"],
        "calls": calls(front["contacts"], contacts),
        "changes": changes,
        "changed_until": (front["reviewed"] + CHANGED_FOR).isoformat() if changes else "",
        **_kept_up(file),
    }


def _kept_up(file: Document) -> dict[str, Any]:
    front = file.front
    return {
        "owner": front["owner"],
        "version": front["version"],
        "reviewed": front["reviewed"].isoformat(),
        "reviewed_text": long_date(front["reviewed"].isoformat()),
        "review_by": front["review_by"].isoformat(),
        "review_by_text": long_date(front["review_by"].isoformat()),
    }


def _text(file: Document) -> tuple[list[dict[str, Any]], list[str]]:
    """The body, and its faults by the lines of the file."""
    found, faults = blocks(file.body, {"help:speak-up": "/help"})
    above = file.text.count("\n", 0, file.text.rindex(file.body)) if file.body else 0
    name = f"{file.path.parent.name}/{file.path.name}"
    problems = [f"{name}, line {above + fault.line}: {fault.told}" for fault in faults]
    if not found and not problems:
        problems = [f"{file.where()}: there are no words below the fields. Write them under the second {'+++'}."]
    return found, problems


def _guide_problems(file: Document, contacts: Mapping[str, Any]) -> Iterator[str]:
    front = file.front
    faults = [*file.list_problems("steps", front["steps"], STEP)]
    if not faults and tuple(each["title"] for each in front["steps"]) != STEPS:
        faults = [f"{file.where('steps')}: the steps have to be called {', '.join(STEPS)}, in this order."]
    if not faults:
        faults = [fault for each in front["steps"] for fault in _texts(file, f"“{each['title']}”", each["points"])]
    if not faults and (long := _words(front["steps"])) > WORDS_IN_A_MINUTE:
        faults = [
            f"{file.where('steps')}: the four steps have {long} words. Make them {WORDS_IN_A_MINUTE} or fewer, so that "
            "they can be read in 60 seconds."
        ]
    yield from faults
    yield from _review_problems(file, GUIDE_MONTHS, contacts)
    if not 1 <= front["recheck_days"] <= 30:
        yield f"{file.where('recheck_days')}: recheck_days has to be from 1 to 30."
    if front["material"] and not front.get("changes"):
        yield f"{file.where('material')}: say what is different now. Add a line: changes = words in quotes."


def _policy_problems(file: Document, contacts: Mapping[str, Any]) -> Iterator[str]:
    summary = file.front["summary"]
    yield from _texts(file, "the summary", summary)
    if len(summary) != SUMMARY_LINES:
        yield f"{file.where('summary')}: the summary has to be {SUMMARY_LINES} lines. It has {len(summary)} now."
    yield from _review_problems(file, POLICY_MONTHS, contacts)


def _review_problems(file: Document, months: int, contacts: Mapping[str, Any]) -> Iterator[str]:
    latest = _months_after(file.front["reviewed"], months)
    if not file.front["reviewed"] < file.front["review_by"] <= latest:
        yield (
            f"{file.where('review_by')}: review_by has to be after {file.front['reviewed']}, and {latest} or before: "
            f"{months} months after it was reviewed. Check the words again, then change both dates."
        )
    ids = file.front["contacts"]
    if not ids or any(type(each) is not str for each in ids):
        yield f"{file.where('contacts')}: name at least one contact of org.toml, each in quotes."
    else:
        yield from contact_problems(file, "contacts", ids, contacts)


def _version_problems(file: Document, body: dict[str, Any], stored: Mapping[str, Any] | None) -> Iterator[str]:
    """Phones tell by the version that something is new, and so do people who ask which one you read."""
    said = ("title", "for", "steps", "text")
    if stored is None:
        return
    if body["version"] < stored["version"]:
        yield f"{file.where('version')}: phones hold version {stored['version']} already. Give this a higher one."
    elif body["version"] == stored["version"] and any(body[name] != stored[name] for name in said):
        yield f"{file.where('version')}: the words are not those of version {body['version']}. Give it the next number."


def _texts(file: Document, what: str, given: list[Any]) -> Iterator[str]:
    if not given or any(type(each) is not str or not each.strip() for each in given):
        yield f"{file.where()}: {what} has to be a list of sentences in quotes, with at least one in it."


def _words(steps: list[dict[str, Any]]) -> int:
    return sum(len(text.split()) for each in steps for text in [each["title"], *each["points"]])


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _twice(found: list[Document]) -> Iterator[str]:
    ids = Counter(each.front["id"] for each in found if isinstance(each.front.get("id"), str))
    for each in found:
        if ids[each.front.get("id", "")] > 1:
            yield f"{each.where('id')}: another guide has this id. Give one of them another."

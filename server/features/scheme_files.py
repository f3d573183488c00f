"""The files of `content/` about what allies can ask for and where they collect it. Knows no table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pwa.dates import long_date
from server.features.content import ContentProblems, Document, documents, paragraphs, settings

NEEDED = {
    "id": str, "order": int, "title": str, "version": int, "gate": str, "pledge": str, "commitment": str,
    "promise": list, "limits": str, "owner": str, "review": date, "places": list, "items": list,
}  # fmt: skip
OPTIONAL = {"policy_link": str}
FEW = {"not_at": list, "reorder": int, "pence": int}  # order when so few are left; what one costs
REORDER = 5
ITEM = {"id": str, "title": str, "kind": str, "note": str}
PLACE = {"id": str, "title": str, "address": str, "hours": str, "inpatient": bool, "days": int}
KINDS = ("sticker", "pin", "reel", "lanyard", "card")
CORDS = ("lanyard",)  # worn around the neck: never on an inpatient ward, with a safety clip or without
MOST_DAYS = 60


@dataclass(frozen=True)
class SchemeFile:
    id: str
    position: int
    gate: str
    body: dict[str, Any]


@dataclass(frozen=True)
class PlaceFile:
    id: str
    position: int
    inpatient: bool
    days: int
    body: dict[str, Any]


@dataclass(frozen=True)
class SchemeFiles:
    schemes: Sequence[SchemeFile]
    places: Sequence[PlaceFile]


def read(folder: Path, stored: Mapping[str, Mapping[str, Any]], places: Sequence[str]) -> SchemeFiles:
    """All of them, or every problem they have. `stored`: the schemes people may have asked by, as they were read last;
    `places`: where people may have been told to come."""
    found, problems = documents(folder / "schemes")
    file = _places(folder / "places.toml", problems)
    there = {each["id"]: each for each in file.front["places"]} if file else {}
    for each in found:
        problems += [*_front_problems(each)] or [*_scheme_problems(each, there, stored), *_link_problems(each, folder)]
    problems += _set_problems(found, stored)
    problems += _gone(places, there) if file else []
    if problems:
        raise ContentProblems(problems)
    return SchemeFiles([_scheme(each) for each in found], [_place(n, each) for n, each in enumerate(there.values())])


def _places(path: Path, problems: list[str]) -> Document | None:
    """None where a place is not whole, which is told then."""
    try:
        file = settings(path)
    except FileNotFoundError:
        problems.append(f"{path.name}: this file is missing. Put it back.")
        return None
    except ContentProblems as fault:
        problems += fault.problems
        return None
    faults = [*file.problems({"places": list})] or [*file.list_problems("places", file.front["places"], PLACE)]
    faults = faults or [*_place_problems(file)]
    problems += faults
    return None if faults else file


def _place_problems(file: Document) -> Iterator[str]:
    for id, times in Counter(each["id"] for each in file.front["places"]).items():
        if times > 1:
            yield f"{file.where('places')}: two places are called {id}. Give each its own id."
    for each in file.front["places"]:
        if not 0 <= each["days"] <= MOST_DAYS:
            yield f"{file.where('places')}: days of {each['id']} has to be from 0 to {MOST_DAYS}."


def _front_problems(file: Document) -> Iterator[str]:
    faults = [*file.problems(NEEDED, OPTIONAL)]
    faults = faults or [*file.list_problems("items", file.front["items"], ITEM, FEW)]
    yield from faults
    if faults:
        return
    for key in ("promise", "places", "items"):
        if not file.front[key]:
            yield f"{file.where(key)}: {key} is empty. Write at least one."
    lists = {key: file.front[key] for key in ("promise", "places")}
    lists["items"] = [place for each in file.front["items"] for place in each.get("not_at", [])]
    for key, texts in lists.items():
        if not all(isinstance(each, str) for each in texts):
            yield f"{file.where(key)}: lists under {key} have to be of words in quotes."


def _scheme_problems(file: Document, there: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[str]:
    front, where = file.front, file.where
    before = stored.get(front["id"])
    if not paragraphs(file.body):
        yield f"{where()}: below the fields there have to be some words: what wearing one means."
    if before and front["version"] < before["version"]:
        yield (
            f"{where('version')}: people have already seen version {before['version']}. Write a higher version than "
            "that, or the same."
        )
    if not front.get("policy_link", "https://").startswith("https://"):
        yield f"{where('policy_link')}: policy_link has to begin with https://. Copy it from the page of the policy."
    for place in sorted({*front["places"], *_not_at(front)} - there.keys()):
        yield f"{where('places')}: places.toml has no place called {place}. Add it there, or change the name."
    yield from _item_problems(file, there)
    for item in sorted({each["id"] for each in before["items"]} - _ids(front) if before else ()):
        yield (f"{where('items')}: {item} is gone but people may have asked for it. Put it back, not_at all places.")


def _item_problems(file: Document, there: Mapping[str, Any]) -> Iterator[str]:
    front, where = file.front, file.where("items")
    for each in front["items"]:
        if each["kind"] not in KINDS:
            yield f"{where}: the kind of {each['id']} has to be one of {', '.join(KINDS)}."
        if min(each.get("reorder", 0), each.get("pence", 0)) < 0:
            yield f"{where}: reorder and pence of {each['id']} cannot be less than 0."
        wards = {place for place in front["places"] if there.get(place, {}).get("inpatient")}
        if each["kind"] in CORDS and (open_ := wards - {*each.get("not_at", [])}):
            yield (
                f"{where}: {each['id']} goes around the neck, so it is never given on an inpatient ward. "
                f"Write not_at = {sorted(open_)} under it."
            )
    for id, times in Counter(each["id"] for each in front["items"]).items():
        if times > 1:
            yield f"{where}: two items are called {id}. Give each its own id."
    for place in front["places"]:
        if all(place in each.get("not_at", []) for each in front["items"]):
            yield f"{file.where('places')}: there is nothing to collect at {place}. Allow one there, or take it out."


def _not_at(front: Mapping[str, Any]) -> set[str]:
    return {place for each in front["items"] for place in each.get("not_at", [])}


def _ids(front: Mapping[str, Any]) -> set[str]:
    return {each["id"] for each in front["items"]}


def _link_problems(file: Document, folder: Path) -> Iterator[str]:
    """A module that is not there could never be finished, and everybody would wait for ever."""
    pledge, gate = file.front["pledge"], file.front["gate"]
    modules = {f"m{each.front.get('number')}": each.front for each in documents(folder / "modules")[0]}
    if modules.get(gate, {}).get("retired"):
        yield f"{file.where('gate')}: module {gate} is retired, so nobody new can finish it. Choose another."
    elif gate not in modules:
        yield f"{file.where('gate')}: there is no module {gate}. Choose m and the number of a file in modules."
    if not (folder / "pledges" / f"{pledge}.md").is_file():
        yield f"{file.where('pledge')}: there is no pledge {pledge}. Choose one of the files in pledges."


def _set_problems(found: list[Document], stored: Mapping[str, Any]) -> Iterator[str]:
    ids = Counter(str(each.front.get("id")) for each in found)
    for each in found:
        if ids[str(each.front.get("id"))] > 1:
            yield f"{each.where('id')}: another file has the same id. Give each scheme its own."
    items = Counter(id for each in found if not [*_front_problems(each)] for id in _ids(each.front))
    for each in found:
        for id in sorted(_ids(each.front)) if not [*_front_problems(each)] else ():
            if items[id] > 1:
                yield f"{each.where('items')}: another file has an item {id}. Give each its own id, for its own stock."
    for id in sorted(stored.keys() - ids.keys()):
        yield f"schemes/{id}.md: this file is gone but people may have asked by it. Put it back, and close it instead."


def _gone(places: Sequence[str], there: Mapping[str, Any]) -> Iterator[str]:
    for id in sorted(set(places) - there.keys()):
        yield f"places.toml: {id} is gone but people may have been told to come there. Put it back."


def _scheme(file: Document) -> SchemeFile:
    front = file.front
    review = front["review"].isoformat()
    names = ("title", "version", "pledge", "commitment", "promise", "limits", "owner", "places")
    usual = {"not_at": [], "reorder": REORDER, "pence": 0}
    items = [{**usual, **each} for each in front["items"]]
    body = {name: front[name] for name in names} | {"items": items, "about": paragraphs(file.body)}
    body |= {"review_by": review, "review_by_text": long_date(review), "policy_link": front.get("policy_link", "")}
    return SchemeFile(front["id"], front["order"], front["gate"], body)


def _place(position: int, row: Mapping[str, Any]) -> PlaceFile:
    body = {name: row[name] for name in ("title", "address", "hours")}
    return PlaceFile(row["id"], position, row["inpatient"], row["days"], body)

"""The ally scheme: ask for something to wear, follow it, replace it, step back. Knows nothing of HTTP, push or the
browser, of stock or of what is in a module.

Whoever has not asked has no row, and nothing here or anywhere lists them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from pwa.dates import long_date
from server.db import table
from server.features import schemes
from server.features.days import day_of
from server.features.feature import Feature
from server.features.modules import gate_met
from server.features.scheme_files import CORDS, PlaceFile, SchemeFile, read
from server.features.schemes import ASKED, CANCELLED, COLLECTED, LEARN, READY, WAITING, Allying, Place, Scheme
from server.people import Person, Team, own_scope
from server.words import words
from sync import Args, Context, Merged, Rejected, Touch, action, projection

SHOWN = (LEARN, ASKED, WAITING, READY, COLLECTED)
PERSON_DAYS = 90  # a second replacement so soon goes to a person; it is never refused

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]
SchemeId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Open the page again, then do this.")]


class Request(Args, frozen=True):
    scheme: SchemeId
    item: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose what you would like.")]
    collect_at: Annotated[
        str, msgspec.Meta(min_length=1, max_length=64, description="Choose where you will collect it.")
    ]


class OfScheme(Args, frozen=True):
    scheme: SchemeId


_ally = table(Allying).c
THEIRS = (
    select(table(Allying), table(Place).c.days)
    .join(table(Place), table(Place).c.id == _ally.collect_at)
    .where(_ally.person_id == bindparam("person"), _ally.state.in_(SHOWN))
)
_ON_A_WARD = (
    select(table(Team).c.inpatient)
    .join(table(Person), table(Person).c.team_id == table(Team).c.id)
    .where(table(Person).c.id == bindparam("person"))
)


@action("ally.request", v=1, says="Ask for an ally item", chooses=("ally", "scheme"), keep_words=True)
def request(context: Context, args: Request) -> Merged | None:
    """Of requests made without sight of each other the first one is kept. Made in sight it is a change of mind."""
    _check(context, args)
    held = _held(context, args.scheme)
    in_sight = context.in_sight("ally", own_scope(context.person), args.scheme)
    if held is None and not in_sight:
        return _merged("privacy.kept")
    if held and (held["state"] == COLLECTED or not in_sight):
        return _merged("dup.request")
    if held and (held["item"], held["collect_at"]) == (args.item, args.collect_at):
        return None
    return _ask(context, args, held)


@action("ally.cancel", v=1, says="Cancel what you asked for", chooses=("ally", "scheme"), keep_words=True)
def cancel(context: Context, args: OfScheme) -> Merged | None:
    """What was handed over meanwhile is theirs, and stays so until they step back."""
    held = _held(context, args.scheme)
    if held and held["state"] == COLLECTED:
        return _merged("ally.collected")
    if held:
        schemes.change(context, held, choice=True, state=CANCELLED, ended_at=context.now)
        schemes.serve_waiting(context, held["collect_at"], held["item"])
    return None


@action("ally.step_back", v=1, says="Step back as an ally", chooses=("ally", "scheme"), keep_words=True)
def step_back(context: Context, args: OfScheme) -> None:
    """The row is gone. Nothing else happens and nobody is told."""
    row = schemes.held(context, args.scheme)
    if row is None:
        return
    schemes.change(context, row, choice=True, state=CANCELLED)  # the desk hears that nobody comes for this code
    mine = (_ally.person_id == context.person) & (_ally.scheme == args.scheme)
    context.connection.execute(delete(table(Allying)).where(mine))
    schemes.serve_waiting(context, row["collect_at"], row["item"])


@action("ally.replace", v=1, says="Ask for another ally item", chooses=("ally", "scheme"), keep_words=True)
def replace(context: Context, args: OfScheme) -> Merged | None:
    """The same again. No reason is asked or kept, and nothing is counted: only the day of the last one is known."""
    held = _held(context, args.scheme)
    if held is None:
        if not context.in_sight("ally", own_scope(context.person), args.scheme):
            return _merged("privacy.kept")
        raise Rejected("not.ally", words("not.ally"))
    if held["state"] != COLLECTED:
        return _merged("dup.request")
    again = Request(scheme=args.scheme, item=held["item"], collect_at=held["collect_at"])
    last = held["replaced_at"]
    soon = last is not None and context.now - last < PERSON_DAYS * schemes.DAY
    return _ask(context, again, held, code=None, with_person=soon, replaced_at=context.now)


def _held(context: Context, scheme: str) -> RowMapping | None:
    row = schemes.held(context, scheme)
    return None if row is None or row["state"] == CANCELLED else row


def _check(context: Context, args: Request) -> None:
    scheme = context.once(schemes.schemes).get(args.scheme)
    place = context.once(schemes.places).get(args.collect_at)
    said = schemes.body(scheme) if scheme else {"items": [], "places": []}
    item = next((each for each in said["items"] if each["id"] == args.item), None)
    if scheme is None or item is None or place is None or place["id"] not in said["places"]:
        raise Rejected("unknown.item", words("unknown.item"))
    ward = context.once(_on_a_ward, context.person) or place["inpatient"]
    if not allowed(item, place["id"], ward):
        others = [each["title"] for each in said["items"] if allowed(each, place["id"], ward)]
        raise Rejected("item.elsewhere", words("item.elsewhere").replace("{others}", ", ".join(others)))


def allowed(item: Mapping[str, Any], place: str, ward: bool) -> bool:
    """Nothing around the neck where somebody works on a ward or comes to one; the rest the file says, by place."""
    return place not in item["not_at"] and not (ward and item["kind"] in CORDS)


def _on_a_ward(connection: Connection, person: str) -> bool:
    return bool(connection.execute(_ON_A_WARD, {"person": person}).scalar())


def _ask(context: Context, args: Request, held: RowMapping | None, **other: Any) -> Merged | None:
    """Kept first; it joins the queue once the module that comes first is finished, which may arrive later."""
    before = schemes.held(context, args.scheme)
    kept = {"code": before["code"], "replaced_at": before["replaced_at"]} if before else {}
    row: dict[str, Any] = {
        **{"person_id": context.person, "scheme": args.scheme, "item": args.item, "collect_at": args.collect_at},
        **{"state": LEARN, "code": None, "with_person": False, "asked_on": day_of(context), "asked_at": context.now},
        **{"collected_on": "", "ended_at": None, "replaced_at": None, **kept, **other},
    }
    if before is None:
        context.connection.execute(insert(table(Allying)).values(row))
    same = {name: value for name, value in row.items() if name != "code"}  # the old code stays used until there is one
    schemes.change(context, row, choice=True, **same)
    scheme = context.once(schemes.schemes)[args.scheme]
    open_ = gate_met(context.connection, context.person, scheme["gate"], context.now)
    state = schemes.accept(context, row) if open_ else LEARN
    if held and held["state"] == READY:
        schemes.serve_waiting(context, held["collect_at"], held["item"])
    return _told(state, scheme["state"], row["with_person"])


def _told(state: str, scheme: str, with_person: bool) -> Merged | None:
    """What is otherwise than asked, if anything is."""
    if state == LEARN:
        return _merged("ally.learn")
    if state == WAITING:
        return _merged("waitlist.stock")
    if state == ASKED:
        return _merged("ally.person" if with_person else "ally.paused" if scheme == "paused" else "ally.closed")
    return None


def _merged(code: str) -> Merged:
    return Merged(code, words(code))


@projection("scheme")
def scheme_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {
        ids[id]: {"order": row["position"], "state": row["state"], "gate": row["gate"], **schemes.body(row)}
        for id, row in schemes.schemes(connection).items()
        if id in ids
    }


@projection("place")
def place_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {
        ids[id]: {
            "order": row["position"],
            "inpatient": bool(row["inpatient"]),
            "days": row["days"],
            **schemes.body(row),
        }
        for id, row in schemes.places(connection).items()
        if id in ids
    }


@projection("ally")
def ally_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """What somebody's own phones hold of their own requests."""
    records: dict[Key, dict[str, Any]] = {}
    for scope in {scope for scope, _ in keys}:
        for row in connection.execute(THEIRS, {"person": scope.partition(":")[2]}).mappings():
            if (scope, row["scheme"]) in keys:
                records[scope, row["scheme"]] = _as_record(row)
    return records


def _as_record(row: RowMapping) -> dict[str, Any]:
    """The code is told while there is something to show it for."""
    state = row["state"]
    comes = state in (ASKED, WAITING) and not row["with_person"]
    expected = (date.fromisoformat(row["asked_on"]) + timedelta(days=row["days"])).isoformat() if comes else ""
    shows = state == READY or (state == ASKED and row["with_person"])
    return {
        "scheme": row["scheme"],
        "item": row["item"],
        "collect_at": row["collect_at"],
        "state": state,
        "with_person": 1 if row["with_person"] else 0,
        "code": row["code"] if shows else "",
        "on": row["asked_on"],
        "on_text": long_date(row["asked_on"]),
        "expected": expected,
        "expected_text": long_date(expected) if expected else "",
        "collected_on": row["collected_on"],
        "collected_on_text": long_date(row["collected_on"]) if row["collected_on"] else "",
    }


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Content files into rows. Whether people can ask now is the desk's to say, and stays as it is."""
    stored = schemes.schemes(connection)
    known = schemes.places(connection)
    files = read(folder, {id: schemes.body(row) for id, row in stored.items()}, list(known))
    for place in files.places:
        _put(connection, Place, place, place.id in known)
    for scheme in files.schemes:
        _put(connection, Scheme, scheme, scheme.id in stored)
    return [
        *(Touch("place", "public", place.id) for place in files.places),
        *(Touch("scheme", "public", scheme.id) for scheme in files.schemes),
    ]


def _put(connection: Connection, of: type[Scheme] | type[Place], file: SchemeFile | PlaceFile, known: bool) -> None:
    values = {**vars(file), "body": json.dumps(file.body)}
    if known:
        connection.execute(update(of).where(of.id == file.id).values(values))
    else:
        connection.execute(insert(of).values({"state": schemes.OPEN, **values} if of is Scheme else values))


FEATURE = Feature(
    "ally",
    actions=(request, cancel, step_back, replace),
    projections=(scheme_records, place_records, ally_records),
    load=load,
)

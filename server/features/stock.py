"""The collection desk: hand over by code and write down what comes and goes, with signal or without.
Knows nothing of HTTP, push or the browser. A code says what to hand over; to whom, nobody here is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, bindparam, select

from pwa.dates import london_date, long_date
from server import access
from server.db import table
from server.features import schemes
from server.features.ally_code import is_code, typed
from server.features.feature import Feature
from server.features.schemes import COLLECTED, READY, Allying
from server.features.shelf import COUNT, Shelf, counted, held_codes, hold, id_at, shelves, take_held, write_down
from server.people import roles_of
from server.places import desk_scope
from server.words import words
from sync import Args, Context, Merged, Rejected, Touch, action, among, listed, projection

BROUGHT = ("delivery", "return", COUNT)  # after these there may be something for those who wait
LATELY = 10
MOST = 10_000
PHONE_DATE_DAYS = 30
HELD_DAYS = 14
DAY = 86_400_000

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]
PlaceId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Open the desk again, then do this.")]
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=16, description="Write the 4 letters and numbers on their phone.")
]


class Move(Args, frozen=True):
    place: PlaceId
    item: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose what it is about.")]
    what: Annotated[Literal["delivery", "return", "damage", "count"], msgspec.Meta(description="Choose what happened.")]
    number: Annotated[
        int, msgspec.Meta(ge=0, le=MOST, description="Write how many, as a number from 0. It cannot be less.")
    ]


class Collect(Args, frozen=True):
    place: PlaceId
    code: Code


class PutBack(Args, frozen=True):
    place: PlaceId
    code: Code


class Checked(Args, frozen=True):
    place: PlaceId
    code: Code


_ally = table(Allying).c
_READY = select(_ally.collect_at, _ally.code, _ally.item).where(among(_ally.collect_at, "places"), _ally.state == READY)
_LATELY = (
    select(_ally.code, _ally.item, _ally.collected_on)
    .where(_ally.collect_at == bindparam("place"), _ally.state == COLLECTED, _ally.code.is_not(None))
    .order_by(_ally.ended_at.desc(), _ally.code)
    .limit(LATELY)
)


@action("stock.move", v=1, says="Write down what came or went", keep_words=True)
def move(context: Context, args: Move) -> None:
    """Each one is kept and they are added up. What came is for those who have waited longest."""
    role = _at_desk(context, args.place)
    if args.item not in _items(context.connection):
        raise Rejected("unknown.item", words("unknown.item"))
    write_down(context, Shelf(args.place, args.item), args.what, args.number, role=role, at=_moment(context))
    if args.what in BROUGHT:
        schemes.serve_waiting(context, args.place, args.item)


@action("stock.collect", v=1, says="Hand something over", keep_words=True)
def collect(context: Context, args: Collect) -> Merged | None:
    """It is in their hands already, so it is never refused: whoever asked, cancelled or waits has collected it. The
    first one counts. Of a code that nobody has, it is kept that somebody has to look."""
    role = _at_desk(context, args.place)
    code = _code(args.code)
    asked = schemes.with_code(context.connection, code)
    if asked is None:
        hold(context, args.place, code, _moment(context))
        return Merged("check.code", words("check.code"))
    at = _moment(context)
    if not schemes.hand_over(context, asked, args.place, at):
        return Merged("handed.before", words("handed.before"))
    write_down(context, Shelf(args.place, asked["item"]), "issue", 1, role=role, at=at)
    schemes.serve_waiting(context, asked["collect_at"], asked["item"])
    return None


@action("stock.put_back", v=1, says="Take something back to the desk", keep_words=True)
def put_back(context: Context, args: PutBack) -> None:
    """It was not handed over after all: it lies at the desk and is ready again. Twice is the same as once."""
    role = _at_desk(context, args.place)
    code = _code(args.code)
    take_held(context, args.place, code)
    asked = schemes.with_code(context.connection, code)
    if asked and asked["state"] == COLLECTED and asked["collect_at"] == args.place:
        schemes.change(context, asked, state=READY, collected_on="", ended_at=None)
        write_down(context, Shelf(args.place, asked["item"]), "back", 1, role=role, at=_moment(context))


@action("stock.checked", v=1, says="Put away a code that was checked", keep_words=True)
def checked(context: Context, args: Checked) -> None:
    _at_desk(context, args.place)
    take_held(context, args.place, _code(args.code))


def _at_desk(context: Context, place: str) -> str:
    """In which role somebody is there. Who may not be is told the same of every place, whether there is one or not."""
    roles = roles_of(context.connection, context.person)
    if not access.may_keep_stock(roles, place):
        raise Rejected("not.yours", words("not.yours"))
    if place not in schemes.places(context.connection):
        raise Rejected("unknown.place", words("unknown.place"))
    return "helper" if ("helper", place) in roles else "coordinator"


def _code(given: str) -> str:
    if not is_code(given):
        raise Rejected("code.mistyped", words("code.mistyped"), "code")
    return typed(given)


def _moment(context: Context) -> int:
    """When it was done by the phone, while that can be right, else when it got here."""
    return context.at if context.now - PHONE_DATE_DAYS * DAY <= context.at <= context.now else context.now


def _place(scope: str) -> str:
    return scope.partition(":")[2]


@projection("hand_over")
def hand_over_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """The desk itself, for those who stand at it; without it there is no page for them."""
    places, kept = schemes.places(connection), _items(connection)
    lately = {id: _handed(connection, id, kept) for _, id in keys if id in places}
    return {
        (scope, id): {
            "order": places[id]["position"],
            "title": schemes.body(places[id])["title"],
            "items": [{"value": each, "text": kept[each]["title"]} for each in kept if id in kept[each]["places"]],
            "handed": lately[id],
            "handed_on": lately[id][0]["on"] if lately[id] else "",
        }
        for scope, id in keys
        if id in places and id == _place(scope)
    }


def _handed(connection: Connection, place: str, kept: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was handed over lately, newest first."""
    return [
        {
            "code": row.code,
            "item": row.item,
            "title": kept[row.item]["title"],
            "on": row.collected_on,
            "on_text": long_date(row.collected_on),
        }
        for row in connection.execute(_LATELY, {"place": place})
    ]


@projection("stock")
def stock_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """`ready` is how many were told that theirs is there."""
    places = sorted({_place(scope) for scope, _ in keys})
    there, kept = shelves(connection, places), _items(connection)
    ready = Counter((row.collect_at, row.item) for row in connection.execute(_READY, {"places": listed(places)}))
    records: dict[Key, dict[str, Any]] = {}
    for scope, id in keys:
        shelf = Shelf(_place(scope), id.removeprefix(id_at(_place(scope), "")))
        item = kept.get(shelf.item)
        if item and (shelf in there or shelf.place in item["places"]):
            names = {"order": item["order"], "place": shelf.place, "item": shelf.item, "title": item["title"]}
            records[scope, id] = names | {"in_hand": counted(there.get(shelf, ())), "ready": ready[shelf]}
    return records


@projection("collecting")
def collecting_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """What each code that is ready is for, so that it can be handed over with no signal."""
    places, kept = sorted({_place(scope) for scope, _ in keys}), _items(connection)
    found = {
        (desk_scope(row.collect_at), id_at(row.collect_at, row.code)): {
            "place": row.collect_at,
            "code": row.code,
            "item": row.item,
            "title": kept[row.item]["title"],
        }
        for row in connection.execute(_READY, {"places": listed(places)})
    }
    return {key: found[key] for key in keys if key in found}


@projection("check_code")
def check_code_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """After `until` nobody will come for it any more: somebody has to look."""
    held = held_codes(connection, sorted({_place(scope) for scope, _ in keys}))
    found = {
        (desk_scope(place), id_at(place, code)): {
            "place": place,
            "code": code,
            "on": london_date(at),
            "on_text": long_date(london_date(at)),
            "until": london_date(at + HELD_DAYS * DAY),
        }
        for (place, code), at in held.items()
    }
    return {key: found[key] for key in keys if key in found}


def _items(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything that can be handed over, and where, in the order of the files."""
    found: dict[str, dict[str, Any]] = {}
    for row in schemes.schemes(connection).values():
        said = schemes.body(row)
        for each in said["items"]:
            places = [place for place in said["places"] if place not in each["not_at"]]
            found[each["id"]] = {"order": len(found), "title": each["title"], "places": places}
    return found


def load(connection: Connection, folder: Path) -> list[Touch]:
    """There is no file of its own: every desk and every shelf is made again, for what the schemes say now."""
    kept, places = _items(connection), schemes.places(connection)
    known = {Shelf(place, id) for id, each in kept.items() for place in each["places"]} | {
        *shelves(connection, [*places])
    }
    desks = [Touch("hand_over", desk_scope(place), place) for place in places]
    return desks + [Touch("stock", desk_scope(each.place), id_at(*each)) for each in sorted(known)]


FEATURE = Feature(
    "stock",
    actions=(move, collect, put_back, checked),
    projections=(hand_over_records, stock_records, collecting_records, check_code_records),
    load=load,
)

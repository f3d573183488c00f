"""What tests of a collection desk share: people who asked for something, and what those who hand over do and see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from server.demo import person_id
from server.features.ally_code import check
from server.features.schemes import Allying
from server.features.shelf import StockMove
from server.people import own_scope
from server.places import desk_scope
from sync import Touch, publish
from tests.world import Phone, World

LANYARD, STICKER = "i4", "i1"
HERE = "/hand-over/c1"
NOT_KNOWN = "222" + check("222")


def emptied(world: World) -> World:
    """Without what the demo counted and who asked in it: every shelf begins at none."""
    for table in (StockMove, Allying):
        world.write(lambda connection, table: connection.execute(delete(table)), table)
    for kind in ("stock", "hand_over", "collecting", "ally"):
        world.republish(kind)
    return world


def asked(
    world: World, key: str, code: str, *, state: str = "ready", item: str = LANYARD, place: str = "c1", at: int = 0
) -> str:
    """This person asked, and it has come this far. Answers the whole code, of which the first three signs are given."""
    whole = code + check(code)

    def ask(connection: Connection) -> None:
        row: dict[str, Any] = {"person_id": person_id(key), "scheme": "s1", "item": item, "collect_at": place}
        row |= {"state": state, "code": whole, "with_person": False, "asked_on": "2026-11-20", "asked_at": at}
        row |= {"collected_on": "", "ended_at": None, "replaced_at": None}
        connection.execute(insert(Allying).values(row))
        ours = [("hand_over", place), ("stock", f"{place}-{item}"), ("collecting", f"{place}-{whole}")]
        touched = [Touch(kind, desk_scope(place), id) for kind, id in ours]
        publish(world.engine, connection, [*touched, Touch("ally", own_scope(person_id(key)), "s1")])

    world.write(ask)
    return whole


def move(phone: Phone, what: str, number: int, item: str = LANYARD, at: int | None = None, place: str = "c1") -> Phone:
    return phone.do("stock.move", at=at, place=place, item=item, what=what, number=number)


def collect(phone: Phone, code: str, at: int | None = None, place: str = "c1") -> Phone:
    return phone.do("stock.collect", at=at, place=place, code=code)


def there(phone: Phone, item: str = LANYARD, place: str = "c1") -> tuple[int, int]:
    """How many lie there and how many are to be collected, as this phone was told."""
    shelf = phone.get("stock", f"{place}-{item}")
    assert shelf is not None
    return shelf["in_hand"], shelf["ready"]


def request(world: World, key: str) -> dict[str, Any]:
    """What somebody's own phone was told of their request."""
    mine = world.phone(key, "phone-of-theirs").get("ally", "s1")
    assert mine is not None
    return mine

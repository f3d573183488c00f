"""The coordinator's look at every shelf: what is there, what runs out when, and what was written down. Knows nothing of
HTTP, push or the browser, and nobody: a movement has the role of who wrote it down, and no code.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from pwa.dates import london_date, long_date
from pwa.pages import Page
from server import access
from server.db import table
from server.features import schemes
from server.features.feature import Asking, DeskPage, Feature, Shown
from server.features.shelf import Shelf, StockMove, counted, days_left, shelves
from server.people import Roles

LAST = 50

_move = table(StockMove).c
_NEWEST = select(table(StockMove)).order_by(_move.at.desc(), _move.id.desc()).limit(LAST)


def shelf_rows(connection: Connection, now: int) -> list[dict[str, Any]]:
    """Every shelf there is, by place."""
    places, items = _places(connection), _items(connection)
    there = shelves(connection, [*places])
    coming = {Shelf(place, each[0]): each[1:] for place in places for each in schemes.ready_by_item(connection, place)}
    return [
        {
            "title": title,
            "id": place,
            "rows": [
                _row(items[item], there.get(shelf, ()), coming.get(shelf, (0, 0)), now)
                for item in items
                for shelf in [Shelf(place, item)]
                if shelf in there or place in items[item]["places"]
            ],
        }
        for place, title in places.items()
    ]


def show(connection: Connection, asking: Asking) -> Shown:
    places, items = _places(connection), _items(connection)
    moves = [
        {
            "on_text": long_date(london_date(row.at)),
            "place": places[row.place],
            "item": items[row.item]["title"],
            "what": row.what,
            "number": row.number,
        }
        for row in connection.execute(_NEWEST)
        if row.item in items
    ]
    return Shown({"shelves": shelf_rows(connection, asking.now), "moves": moves})


def _row(item: dict[str, Any], moves: Any, coming: tuple[int, int], now: int) -> dict[str, Any]:
    """`low`: it is time to order. What is promised to somebody is not there for the next one."""
    in_hand, (ready, waiting) = counted(moves), coming
    days = days_left(moves, now)
    return {
        "title": item["title"],
        "in_hand": in_hand,
        "ready": ready,
        "waiting": waiting,
        "days": "" if days is None else days,
        "low": int(in_hand - ready <= item["reorder"]),
        "reorder": item["reorder"],
        "cost": _pounds(item["pence"]),
    }


def _places(connection: Connection) -> dict[str, str]:
    return {id: schemes.body(row)["title"] for id, row in schemes.places(connection).items()}


def _pounds(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02}" if pence else ""


def _items(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything that can be handed over, in the order of the files."""
    return {
        each["id"]: {
            "title": each["title"],
            "reorder": each["reorder"],
            "pence": each["pence"],
            "places": [place for place in said["places"] if place not in each["not_at"]],
        }
        for row in schemes.schemes(connection).values()
        for said in [schemes.body(row)]
        for each in said["items"]
    }


def doors(connection: Connection, roles: Roles) -> list[dict[str, Any]]:
    return [{"kind": "stock", "id": "", "name": "", "state": ""}] if access.may_see_stock(roles) else []


PAGE = DeskPage(
    Page("desk-stock", "/desk/stock", "features/stock_desk/index.html", "Stock"),
    may=lambda roles, params: access.may_see_stock(roles),
    show=show,
)

FEATURE = Feature("stock_desk", desk=(PAGE,), doors=doors)

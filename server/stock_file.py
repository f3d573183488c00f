"""The shelves of every collection point as a file for a spreadsheet: the same rows as the page, and nobody in them."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency
from sqlalchemy import Connection

from server import access
from server.desk import Refusal, entering
from server.features.stock_desk import shelf_rows
from server.reports.export import sheet
from server.site import Site, now, token_of
from server.web import PRIVATE, AnyRequest, no_such_page, see_other, visitor_of

PATH = "/desk/stock.csv"
COLUMNS = ("Place", "Item", "Here", "To collect", "Waiting", "Days it will do", "Order when left", "Cost of one")
HEADERS = PRIVATE | {"Content-Disposition": 'attachment; filename="stock.csv"'}


@route(PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
async def stock_file(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    found = await site.db.read(_read, site, token_of(request.scope["headers"], site.cookie))
    if isinstance(found, Refusal):
        return see_other(found.to) if found.to else await no_such_page(request, site)
    return Response(found, media_type="text/csv", headers=HEADERS)


def _read(connection: Connection, site: Site, token: str | None) -> str | Refusal:
    visitor = visitor_of(connection, token, site.config.demo)
    may = visitor is not None and access.may_see_stock(visitor.roles)
    return entering(visitor, may, PATH) or sheet(COLUMNS, _rows(connection))


def _rows(connection: Connection) -> Iterator[tuple[str, ...]]:
    names = ("title", "in_hand", "ready", "waiting", "days", "reorder", "cost")
    for place in shelf_rows(connection, now()):
        for row in place["rows"]:
            yield place["title"], *(str(row[name]) for name in names)

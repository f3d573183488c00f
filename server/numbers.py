"""`/desk/numbers`: what was published, as a page and as files. Takes no question: nothing in an address chooses.

Whoever may not see numbers is answered as if there were no such page.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import HttpMethod, Response
from litestar.di import NamedDependency
from litestar.handlers import route
from sqlalchemy import Connection

from server import access
from server.desk import Refusal, entering
from server.features.networks import month_text
from server.reports.export import WHAT, Row, as_csv, as_json, rows
from server.reports.published import last_month
from server.site import Site, token_of
from server.web import PRIVATE, AnyRequest, Held, drawn, holding, no_such_page, see_other
from server.words import words

GET = [HttpMethod.GET, HttpMethod.HEAD]
PATH = "/desk/numbers"
FILES = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}


@route(PATH, http_method=GET, include_in_schema=False)
async def numbers_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    found = await _found(request, site, last=True)
    if isinstance(found, Refusal):
        return await _refused(request, site, found)
    held, seen = found
    return drawn(site, request, "layout/numbers.html", ("numbers", words("numbers.title")), held, more=_page(seen))


@route([f"{PATH}.{kind}" for kind in FILES], http_method=GET, include_in_schema=False)
async def numbers_file(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """Every month there was."""
    found = await _found(request, site, last=False)
    if isinstance(found, Refusal):
        return await _refused(request, site, found)
    kind = request.scope["path"].rpartition(".")[2]
    write, type_ = FILES[kind]
    named = {"Content-Disposition": f'attachment; filename="numbers.{kind}"'}
    return Response(write(found[1]), media_type=type_, headers=PRIVATE | named)


async def _refused(request: AnyRequest, site: Site, refusal: Refusal) -> Response[str]:
    return see_other(refusal.to) if refusal.to else await no_such_page(request, site)


async def _found(request: AnyRequest, site: Site, *, last: bool) -> tuple[Held, list[Row]] | Refusal:
    return await site.db.read(_read, site, token_of(request.scope["headers"], site.cookie), last=last)


def _read(connection: Connection, site: Site, token: str | None, *, last: bool) -> tuple[Held, list[Row]] | Refusal:
    held = holding(connection, site, (), token)
    roles = held.visitor.roles if held.visitor else frozenset()
    if refusal := entering(held.visitor, access.may_see_numbers(roles), PATH):
        return refusal
    month = last_month(connection)
    if month is None:
        return held, []
    may = partial(access.may_see_number, roles)
    return held, rows(connection, site.config, may, month if last else None)


def _page(seen: list[Row]) -> dict[str, Any]:
    tables = [_table(measure, [row for row in seen if row.measure == measure]) for measure in WHAT]
    return {"month": month_text(seen[0].month) if seen else "", "tables": [each for each in tables if each["rows"]]}


def _table(measure: str, seen: list[Row]) -> dict[str, Any]:
    """Words only."""
    cells = [{"name": row.name, "words": row.words, "share": row.share} for row in seen]
    return {"id": measure, "title": WHAT[measure], "rows": cells, "shares": 1 if any(row.share for row in seen) else 0}

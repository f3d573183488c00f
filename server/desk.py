"""Desk pages: only the server makes them, for people with a role. Knows no feature by name.

Here is the one place that says who may enter. Whoever may not is told what they would be told of a page that is not
there, so nobody learns of a desk that is not theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import HttpMethod, Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler, route
from sqlalchemy import Connection

from pwa.pages import Page, match
from server import access, step_up
from server.features import FEATURES
from server.features.feature import Asking, DeskPage, Shown
from server.problems import KNOWN
from server.sessions import Visitor
from server.site import Site, now, token_of
from server.web import (
    BLANK,
    AnyRequest,
    Filled,
    Held,
    collections,
    drawn,
    litestar_path,
    no_such_page,
    see_other,
    visitor_of,
)
from server.words import words
from sync import publish
from sync.forms import Problem

ID_LENGTH = 64


class Refusal(NamedTuple):
    """Why somebody may not enter, for whoever has typed something, and where to go instead if there is such a place."""

    words: str
    to: str = ""
    status: int = 422


class Wanted(NamedTuple):
    desk: DeskPage
    params: dict[str, str]


def entering(visitor: Visitor | None, may: bool, path: str = "") -> Refusal | None:
    """May they open the desk page at this path, or, without one, do what is done from a desk? Asked here for all of
    them, and nowhere else. Who may is asked for their second factor again once it is of yesterday."""
    if visitor is None:
        return Refusal(KNOWN[401][2], status=401)
    if not may or not access.may_open_desk(visitor.roles):
        return Refusal(words("not.yours"))
    if not access.may_use_desk(visitor.demo, visitor.factor_at, now(), sends=not path):
        return Refusal(words("desk.again"), to=step_up.way(path))
    return None


def doors(connection: Connection, asking: Asking) -> Shown:
    found = [each for one in FEATURES if one.doors for each in one.doors(connection, asking.roles)]
    return Shown({"doors": found, "numbers": access.may_see_numbers(asking.roles)})


HOME = DeskPage(
    Page("desk", "/desk", "features/network_desk/index.html", "Your desk"),
    may=lambda roles, params: access.may_open_desk(roles),
    show=doors,
)
PAGES = {each.page.id: each for each in (HOME, *(page for feature in FEATURES for page in feature.desk))}
# What is done from the desk and nowhere else.
KINDS = frozenset(kind.name for feature in FEATURES if feature.desk for kind in feature.actions if kind.online)


def routes() -> list[HTTPRouteHandler]:
    paths = [litestar_path(each.page) for each in PAGES.values()]
    return [route(paths, http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)(show)]


def at(path: str) -> Wanted | None:
    found = match(path, [each.page for each in PAGES.values()])
    return Wanted(PAGES[found[0].id], found[1]) if found else None


async def show(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    wanted = at(request.scope["path"])
    path = request.scope["path"]
    visitor, refused = await site.db.read(meet, site, token_of(request.scope["headers"], site.cookie), wanted, path)
    if refused and refused.to:
        return see_other(refused.to)
    page = await _drawn(site, request, wanted, visitor) if wanted and visitor and not refused else None
    return page or await no_such_page(request, site)


def meet(
    connection: Connection, site: Site, token: str | None, wanted: Wanted | None = None, path: str = ""
) -> tuple[Visitor | None, Refusal | None]:
    """Without a page: may they do anything from a desk? What exactly, each apply asks."""
    visitor = visitor_of(connection, token, site.config.demo)
    may = visitor is not None and (wanted is None or wanted.desk.may(visitor.roles, wanted.params))
    return visitor, entering(visitor, may, path)


async def may_stay(site: Site, token: str | None, wanted: Wanted | None) -> bool:
    """Is the page still theirs, after what they did? It is not when they gave it away."""
    return wanted is not None and (await site.db.read(meet, site, token, wanted))[1] is None


async def again(
    site: Site, request: AnyRequest, token: str | None, wanted: Wanted | None, filled: Filled, status: int
) -> Response[str] | None:
    """The page a form came from, with what it brought back; None when there is no such page for them."""
    visitor, refused = await site.db.read(meet, site, token, wanted)
    if wanted is None or visitor is None or refused:
        return None
    return await _drawn(site, request, wanted, visitor, filled, status)


def handed_back(
    site: Site,
    request: AnyRequest,
    visitor: Visitor | None,
    kind: str,
    problems: list[Problem],
    form: Mapping[str, str],
    status: int,
) -> Response[str]:
    """Without a page to show it on: what was typed, to be copied. Ids and choices nobody typed."""
    title = KNOWN[401 if status == 401 else 403][1]
    texts = [rule["name"] for rule in site.rules[kind] if rule.get("max_length", 0) > ID_LENGTH]
    filled = Filled(problems, {name: form[name] for name in texts if form.get(name)})
    return drawn(site, request, "layout/problem.html", ("problem", title), Held(visitor), filled, status=status)


async def _drawn(
    site: Site, request: AnyRequest, wanted: Wanted, visitor: Visitor, filled: Filled = BLANK, status: int = 200
) -> Response[str] | None:
    """None when what the path names is not there."""
    found = await site.db.write(_filled, site, wanted, visitor)
    if found is None:
        return None
    held, values = found
    page = wanted.desk.page
    more = {kind: held.collections[kind] for kind in page.needs} | {"params": wanted.params, **values}
    return drawn(site, request, page.template, (page.id, page.title), held, filled, more, status)


def _filled(
    connection: Connection, site: Site, wanted: Wanted, visitor: Visitor
) -> tuple[Held, Mapping[str, Any]] | None:
    page, params = wanted.desk.page, wanted.params
    scopes = access.scopes_of(connection, site.engine.key, visitor.person)
    held = Held(visitor, collections(connection, [*page.needs, "person"], scopes))
    if page.of and params[page.of] not in held.collections[page.of]:
        return None
    shown = wanted.desk.show(connection, Asking(visitor.person, visitor.roles, params, now()))
    publish(site.engine, connection, shown.touched)
    return held, shown.values

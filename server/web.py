"""Pocket pages from record rows, as a phone would make them from the same rows. Knows no feature and no domain table.

Public pages need no log in, set nothing and leave no line in the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import HttpMethod, MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.handlers import HTTPRouteHandler, route
from sqlalchemy import Connection, select

from pwa.dates import london_date
from pwa.pages import PAGES, Page, match
from server import access, sessions
from server.look import Look, cookies, look_of
from server.sessions import Visitor
from server.site import Site, now, token_of
from server.words import words
from sync.forms import Problem
from sync.tables import record
from sync.wire import open_

AnyRequest = Request[Any, Any, Any]
Collections = Mapping[str, dict[str, dict[str, Any]]]

HTML = MediaType.HTML
NOWHERE = ["/{rest:path}", "/desk/{rest:path}"]  # the second: the router does not go back up from below /desk
MACHINE = ("/sync", "/health", "/metrics", "/openapi.json", "/static/", "/sw.js", "/manifest.webmanifest", "/push/")
PRIVATE = {"Cache-Control": "no-store", "X-Rendered-By": "server"}
OPEN = {"Cache-Control": "no-cache", "Vary": "Cookie, Accept-Language", "X-Rendered-By": "server"}


@dataclass(frozen=True)
class Filled:
    """What a form brought back to its page: the words to put right, and what was typed."""

    problems: Sequence[Problem] = ()
    values: Mapping[str, str] = field(default_factory=dict)


BLANK = Filled()


@dataclass(frozen=True)
class Held:
    """Whoever asks and the records they hold. Without a visitor: what anyone may hold."""

    visitor: Visitor | None
    collections: Collections = field(default_factory=dict)

    @property
    def me(self) -> dict[str, Any] | None:
        return self.collections.get("person", {}).get("me") if self.visitor else None


def routes() -> list[HTTPRouteHandler]:
    quiet = [litestar_path(page) for page in PAGES if page.public]
    others = [litestar_path(page) for page in PAGES if not page.public]
    methods = [HttpMethod.GET, HttpMethod.HEAD]
    return [
        route("/look", http_method=[HttpMethod.POST], include_in_schema=False, opt={"quiet": True})(choose_look),
        route(NOWHERE, http_method=methods, include_in_schema=False)(no_such_page),
        route(others, http_method=methods, include_in_schema=False)(show),
        route(quiet, http_method=methods, include_in_schema=False, opt={"quiet": True})(show),
    ]


def litestar_path(page: Page) -> str:
    return page.path.replace("}", ":str}")


async def no_such_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    if wants_json(request):
        raise NotFoundException
    token = token_of(request.scope["headers"], site.cookie)
    return not_found(site, request, Held(await site.db.read(visitor_of, token, site.config.demo)))


async def choose_look(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """Language and colours of this browser; no log in, and nothing is kept here."""
    form = await form_of(request)
    return see_other("/look", cookies(form, list(site.environments), site.config.secure))


async def show(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    matched = match(request.scope["path"])
    if matched is None:
        raise NotFoundException
    page, params = matched
    token = token_of(request.scope["headers"], site.cookie)
    held = await site.db.read(holding, site, page.needs, token)
    if not access.may_open(page, held.visitor is not None):
        return see_other("/log-in")
    return answer(site, request, page, params, held)


def answer(
    site: Site,
    request: AnyRequest,
    page: Page,
    params: dict[str, str],
    held: Held,
    filled: Filled = BLANK,
    status: int = 200,
) -> Response[str]:
    if page.of and params[page.of] not in held.collections[page.of]:
        return not_found(site, request, held)
    collections = {kind: held.collections[kind] for kind in page.needs}
    more = collections | {"params": params}
    headers = PRIVATE if held.visitor else OPEN
    return drawn(site, request, page.template, (page.id, page.title), held, filled, more, status, headers)


def not_found(site: Site, request: AnyRequest, held: Held) -> Response[str]:
    named = ("not-found", words("not_found.title"))
    return drawn(site, request, "layout/not_found.html", named, held, status=404)


def drawn(
    site: Site,
    request: AnyRequest,
    template: str,
    named: tuple[str, str],
    held: Held,
    filled: Filled = BLANK,
    more: Mapping[str, Any] = MappingProxyType({}),
    status: int = 200,
    headers: Mapping[str, str] = PRIVATE,
) -> Response[str]:
    """A whole page as this browser wants it. `named` is its id and its title in English."""
    look = look_of(site.environments, request.cookies, request.headers.get("accept-language", ""))
    context = {**page_context(site, look, *named, held, filled), **more}
    text = look.environment.get_template(template).render(context)
    said = {**headers, "Content-Language": look.language.tag}
    return Response(text, status_code=status, media_type=HTML, headers=said)


def see_other(path: str, cookies: Sequence[Cookie] = ()) -> Response[str]:
    headers = {"Location": path, "Cache-Control": "no-store"}
    return Response("", status_code=303, media_type=HTML, headers=headers, cookies=cookies)


async def form_of(request: AnyRequest) -> dict[str, str]:
    """What was typed. No form of ours has files in it: one that was sent is let go of at once."""
    try:
        form = await request.form()
    except UnicodeDecodeError:  # parts of a form can hold anything; ours hold text
        raise ClientException from None
    await form.close()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def wants_json(request: AnyRequest) -> bool:
    """Only what a browser asks for as a page, where pages are, gets a page."""
    return request.scope["path"].startswith(MACHINE) or "text/html" not in request.headers.get("accept", "")


def page_context(site: Site, look: Look, id: str, title: str, held: Held, filled: Filled = BLANK) -> dict[str, Any]:
    """What every page is given, pocket page or not."""
    visitor, say = held.visitor, look.language.say
    return {
        "me": held.me,
        "params": {},
        "page": {"id": id, "title": say(title)},
        "app": {
            **site.app,
            "device": visitor.device_name if visitor else "",
            "logged_in": 1 if visitor else 0,
            "lang": look.language.tag,
            "dir": look.language.dir,
            "colours": look.colours,
            "languages": [{"tag": tag, "name": each.language.name} for tag, each in site.environments.items()],
            "stale": "",  # only a phone shows copies
            "days_old": 0,
            "shared": 0,  # and only a phone knows who uses it
        },
        "today": london_date(now()),
        "outbox": [],
        "unsent": 0,
        "needs_you": 0,
        "states": {},
        "problems": [{**problem, "words": say(problem["words"])} for problem in filled.problems],
        "values": dict(filled.values),
        "undo": None,
    }


def visitor_of(connection: Connection, token: str | None, demo: bool) -> Visitor | None:
    """Nobody, when the log in ended, was taken away, or was made in a demo that is over."""
    visitor = sessions.find(connection, token, now()) if token else None
    if visitor is None or visitor.revoked_at is not None:
        return None
    return visitor if access.may_log_in(visitor.demo, visitor.factor_at, demo) else None


def holding(connection: Connection, site: Site, kinds: Sequence[str], token: str | None) -> Held:
    visitor = visitor_of(connection, token, site.config.demo)
    scopes = access.scopes_of(connection, site.engine.key, visitor.person) if visitor else access.ANYONE
    return Held(visitor, collections(connection, [*kinds, "person"], scopes))


def collections(connection: Connection, kinds: Sequence[str], scopes: Sequence[str]) -> Collections:
    """The live records of these kinds, each kind in its order: by `order` where a record has it, then by id."""
    wanted = select(record.c.kind, record.c.id, record.c.body).where(
        record.c.scope.in_(scopes), record.c.kind.in_(kinds), record.c.body.is_not(None)
    )
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for row in connection.execute(wanted):
        found[row.kind].append({**msgspec.json.decode(open_(row.body)), "id": row.id})
    return {
        kind: {each["id"]: each for each in sorted(rows, key=lambda each: (each.get("order", 0), each["id"]))}
        for kind, rows in found.items()
    }

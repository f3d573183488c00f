"""`POST /do/<kind>`: a form becomes an action and goes through the same door as every other. Knows no kind by name."""

from __future__ import annotations

import re
import secrets
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from pwa.pages import Page, match
from server import desk, log
from server.sessions import Visitor
from server.site import Site, now, token_of
from server.web import AnyRequest, Filled, answer, form_of, holding, see_other, visitor_of
from server.words import deck, words
from sync import push
from sync.forms import NOT_USABLE, Problem, check
from sync.wire import Outcome

ID = re.compile(r"[A-Za-z0-9-]{16,64}")
PHONE_ONLY = "outbox."


@post("/do/{kind:str}", include_in_schema=False)
async def do(kind: FromPath[str], request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    if kind.startswith(PHONE_ONLY):
        return see_other("/outbox")
    if kind not in site.rules:
        raise NotFoundException
    form = await form_of(request)
    token = token_of(request.scope["headers"], site.cookie)
    path = form.pop("page", "/")
    form.pop("undo", "")  # names what waits on the phone; here the form itself takes it back
    if kind in desk.KINDS:
        return await _at_desk(kind, request, site, token, path, form)
    visitor = await site.db.read(visitor_of, token, site.config.demo)
    if visitor is None:
        return see_other("/log-in")
    page, params = match(path) or match("/") or _no_home()
    data, problems = check(site.rules[kind], form)
    status = 422
    if not problems:
        status, problems = await _apply(site, visitor, kind, data, _id(request))
    if not problems:
        return see_other(path if match(path) else "/")
    held = await site.db.read(holding, site, page.needs, token)
    return answer(site, request, page, params, held, Filled(problems, form), status)


async def _at_desk(
    kind: str, request: AnyRequest, site: Site, token: str | None, path: str, form: dict[str, str]
) -> Response[str]:
    """No phone holds these, so what was typed is nowhere else: it comes back whatever is the matter."""
    wanted = desk.at(path)
    data, problems = check(site.rules[kind], form)
    status = 422
    visitor, refused = await site.db.read(desk.meet, site, token)
    if refused:
        status, problems = refused.status, [{"field": "", "words": refused.words}]
    elif visitor and not problems:
        status, problems = await _apply(site, visitor, kind, data, _id(request))
    if not problems:
        return see_other(path if await desk.may_stay(site, token, wanted) else "/")
    page = await desk.again(site, request, token, wanted, Filled(problems, form), status)
    return page or desk.handed_back(site, request, visitor, kind, problems, form, status)


async def _apply(site: Site, visitor: Visitor, kind: str, data: dict[str, Any], id: str) -> tuple[int, list[Problem]]:
    made = now()
    action = {"id": id, "kind": kind, "v": site.engine.kinds[kind].v, "at": made, "data": data}
    try:
        settled = await site.db.write(_push, site, visitor, action, made)
    except Exception as error:  # a form has no outbox to wait in: what was typed must come back to the person
        log.fault("form", error, kind=kind)
        return 500, [{"field": "", "words": words("problem.body")}]
    site.metrics.settled([settled], made)
    _, outcome, code, detail = settled
    if outcome != "rejected":
        return 303, []
    said = detail.get("words") or deck().get(code or "", NOT_USABLE)  # the journal keeps no words of a private kind
    return 422, [{"field": str(detail.get("field", "")), "words": str(said)}]


def _push(connection: Connection, site: Site, visitor: Visitor, action: dict[str, Any], made: int) -> Outcome:
    """Without a device an exception is raised, not kept for later, and nothing of the action stays behind."""
    return push(site.engine, connection, visitor.person, None, [action], now=made, sent_at=made).outcomes[0]


def _id(request: AnyRequest) -> str:
    """The page's own id makes a form that is sent twice count once; without JavaScript there is none."""
    given = request.headers.get("x-action-id", "")
    return given if ID.fullmatch(given) else secrets.token_hex(16)


def _no_home() -> tuple[Page, dict[str, str]]:
    raise AssertionError("the page table has a home page")

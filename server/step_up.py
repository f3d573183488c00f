"""Pages that want a recent second factor: the one guard for all of them, and behind it one's own factors."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from sqlalchemy import Connection, select

from server import access, factors, letters, pending, steps, totp
from server.headers import SAFE
from server.people import Person
from server.second_factor import show_codes
from server.sessions import Visitor
from server.site import Site, now, token_of
from server.steps import Browser, Next, said
from server.web import AnyRequest, form_of, see_other, visitor_of
from sync.forms import Problem

HERE = "/log-in/factors"
LAST = "This is your only second step, so it stays. Add another one first."


def ask_again(request: AnyRequest, visitor: Visitor) -> Response[str] | None:
    """None for somebody whose second factor is recent enough for a lead, coordinator or administrator page: go on.
    Else the answer to give: it asks for the factor and comes back to this page."""
    sends = request.method not in SAFE
    if access.may_use_desk(visitor.demo, visitor.factor_at, now(), sends=sends):
        return None
    return see_other(way(request.scope["path"]))


def way(back: str) -> str:
    """Where the factor is asked for, and then back to this page of ours."""
    return f"/log-in/again?back={steps.local(back)}"


@get("/log-in/again", include_in_schema=False)
async def again(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    back = steps.local(request.query_params.get("back", "/"))
    done = await site.db.write(_again, site, steps.browser_of(site, request), back)
    return steps.go(site, done) if done else see_other("/log-in")


def _again(connection: Connection, site: Site, browser: Browser, back: str) -> Next | None:
    """Only in a demo is there anybody without a factor here: they add their first."""
    visitor = visitor_of(connection, browser.session, site.config.demo)
    if visitor is None:
        return None
    if visitor.demo:
        return Next(back)
    if not factors.has_factor(connection, visitor.person):
        return _add(connection, site, visitor, back)
    token = pending.start(
        connection,
        site.config.secret_key,
        pending.CHECK,
        now(),
        person=visitor.person,
        session=visitor.session,
        back=back,
    )
    return Next("/log-in/step", pending=token)


def _add(connection: Connection, site: Site, visitor: Visitor, back: str) -> Next:
    token = pending.start(
        connection,
        site.config.secret_key,
        pending.ADD,
        now(),
        person=visitor.person,
        session=visitor.session,
        kept=totp.new_secret(),
        back=back,
    )
    return Next("/log-in/set-up", pending=token)


@get(HERE, include_in_schema=False)
async def factors_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    visitor = await _visitor(site, request)
    if visitor is None:
        return see_other("/log-in")
    return ask_again(request, visitor) or await _page(site, request, visitor, [])


@post(HERE, include_in_schema=False)
async def change_factors(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """Add another (`add`), take one away (`remove`, its id), or make new recovery codes (`codes`)."""
    visitor = await _visitor(site, request)
    if visitor is None:
        return see_other("/log-in")
    if not access.may_change_factors(visitor.demo):
        return await _page(site, request, visitor, [])
    asked = ask_again(request, visitor)
    if asked:
        return asked
    done = await site.db.write(_change, site, visitor, await form_of(request))
    return steps.go(site, done) if isinstance(done, Next) else await _page(site, request, visitor, done)


def _change(connection: Connection, site: Site, visitor: Visitor, form: dict[str, str]) -> Next | list[Problem]:
    if "add" in form:
        return _add(connection, site, visitor, HERE)
    if "codes" in form:
        to = show_codes(connection, site, visitor.person, visitor.session, HERE)
        return steps.telling(connection, site, visitor.person, letters.NEW_CODES, to)
    if "remove" not in form:
        return Next(HERE)
    removed = factors.remove(connection, visitor.person, form["remove"])
    if removed is None:
        return said("", LAST)
    return steps.telling(connection, site, visitor.person, letters.REMOVED, Next(HERE)) if removed else Next(HERE)


async def _visitor(site: Site, request: AnyRequest) -> Visitor | None:
    token = token_of(request.scope["headers"], site.cookie)
    return await site.db.read(visitor_of, token, site.config.demo)


async def _page(site: Site, request: AnyRequest, visitor: Visitor, problems: list[Problem]) -> Response[str]:
    return await steps.page(site, request, "factors", {"own": await site.db.read(_own, visitor)}, problems)


def _own(connection: Connection, visitor: Visitor) -> dict[str, Any]:
    return {
        "may_change": 1 if access.may_change_factors(visitor.demo) else 0,
        "email": connection.scalar(select(Person.email).where(Person.id == visitor.person)) or "",
        "factors": factors.listed(connection, visitor.person),
        "codes_left": factors.codes_left(connection, visitor.person),
    }


ROUTES = (again, factors_page, change_factors)

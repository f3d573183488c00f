"""Log in by a code from an email, log out, and the demo's short cut. Knows no feature.

An address that nobody has gets the same answer, the same headers and the same work as one that somebody has. What comes
after a right code, registration.py and second_factor.py know.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from sqlalchemy import Connection, select

from server import codes, invitations, letters, oidc, pending, sessions, steps
from server.codes import Checked
from server.people import Person
from server.site import Site, now, token_of
from server.steps import Browser, Next, said
from server.web import AnyRequest, form_of, see_other
from server.words import words
from sync import publish
from sync.forms import Problem

WRONG = "That code does not match. Check the newest email from us and try again."
NO_ADDRESS = "Write your work email address, like name@example.nhs.uk."
SAID = {
    Checked.RIGHT: WRONG,  # of an address that may not log in: it cannot be told from a wrong one
    Checked.WRONG: WRONG,
    Checked.USED: "That code has been used. Each code works once. Ask for a new one.",
    Checked.OLD: "That code is too old, or we never sent one. Ask for a new one.",
    Checked.TOO_MANY: "That was 5 tries. Ask for a new code, and use the newest email.",
}


@get("/log-in", include_in_schema=False, opt={"quiet": True})
async def log_in_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """`why` is where a log in with the directory led back to: one of our own sentences, or nothing."""
    why = oidc.SAID.get(request.query_params.get("why", ""))
    return await _page(site, request, said("", why) if why else None, status=200)


@post("/log-in", include_in_schema=False)
async def log_in(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    form = await form_of(request)
    address = codes.address_in(form.get("email", ""))
    if address is None:
        return await _page(site, request, said("email", NO_ADDRESS), form)
    if "code" in form:
        return await _use_code(site, request, address, form["code"])
    code = codes.new_code()
    client = request.client.host if request.client else ""
    if not await site.db.write(codes.ask, site.config.secret_key, address, client, code, now()):
        return await _page(site, request, said("email", words("log_in.wait")), form, status=429)
    if not site.config.demo:
        site.post.put(address, letters.with_code(site.config.app_name, code))
    shown = {"step": "code", "email": address, "code": code if site.config.demo else ""}
    return await _page(site, request, shown=shown)


async def _use_code(site: Site, request: AnyRequest, address: str, code: str) -> Response[str]:
    done = await site.db.write(_after_code, site, steps.browser_of(site, request), address, code)
    if isinstance(done, Next):
        return steps.go(site, done)
    return await _page(site, request, said("code", SAID[done]), shown={"step": "code", "email": address})


def _after_code(connection: Connection, site: Site, browser: Browser, address: str, code: str) -> Next | Checked:
    moment, secret = now(), site.config.secret_key
    checked = codes.check(connection, secret, address, code, moment)
    person, may = steps.reader(connection, site.config, address, moment)
    if checked is not Checked.RIGHT or not may:
        return checked
    invitations.use(connection, secret, address, moment)
    if person:
        return steps.enter(connection, site, browser, person)
    token = pending.start(connection, secret, pending.ACCOUNT, moment, kept=address)
    return Next("/log-in/account", pending=token)


@post("/demo/log-in", include_in_schema=False)
async def demo_log_in(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    if not site.config.demo:
        raise NotFoundException
    key = (await form_of(request)).get("person", "")
    person = await site.db.read(_demo_person, key) if key.isprintable() else None  # no database looks for a NUL
    if person is None:
        return await _page(site, request, said("", words("log_in.demo")))
    return steps.go(site, await site.db.write(steps.begin, site, steps.browser_of(site, request), person, None))


@post("/log-out", include_in_schema=False)
async def log_out(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    token = token_of(request.scope["headers"], site.cookie)
    if token:
        await site.db.write(_end, site, token)
    return see_other("/log-in", [steps.cookie(site, site.cookie, "", 0)])


def _end(connection: Connection, site: Site, token: str) -> None:
    publish(site.engine, connection, sessions.end(connection, token))


def _demo_person(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(Person.id).where(Person.demo_key == key))


def _demo_people(connection: Connection) -> list[dict[str, str]]:
    people = select(Person).where(Person.demo_key.is_not(None)).order_by(Person.id)
    return [{"person": row.demo_key, "name": row.name, "about": row.role} for row in connection.execute(people)]


async def _page(
    site: Site,
    request: AnyRequest,
    problems: list[Problem] | None = None,
    values: dict[str, str] | None = None,
    shown: dict[str, Any] | None = None,
    status: int = 0,
) -> Response[str]:
    people = await site.db.read(_demo_people) if site.config.demo else []
    more = {"log_in": {**steps.start(site), "people": people, **(shown or {})}}
    return await steps.page(site, request, "log-in", more, problems or [], values or {}, status)

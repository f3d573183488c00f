"""Log in by a code from an email, log out, and the demo's short cut. Knows no feature.

An address that nobody has gets the same answer, the same headers and the same work as one that somebody has.
"""

from __future__ import annotations

import re

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from sqlalchemy import Connection, select

from server import access, codes, oidc, sessions
from server.codes import Checked
from server.people import Person
from server.site import Site, now, token_of
from server.web import AnyRequest, Filled, Held, drawn, see_other, visitor_of
from server.words import words
from sync import publish
from sync.forms import Problem

COOKIE_DAYS = 400  # as long as browsers allow; the row decides
WRONG = "That code does not match. Check the newest email from us and try again."
NO_ADDRESS = "Write your work email address, like name@example.nhs.uk."
SAID = {
    Checked.RIGHT: WRONG,  # of an address that nobody has: it cannot be told from a wrong one
    Checked.WRONG: WRONG,
    Checked.USED: "That code has been used. Each code works once. Ask for a new one.",
    Checked.OLD: "That code is too old, or we never sent one. Ask for a new one.",
    Checked.TOO_MANY: "That was 5 tries. Ask for a new code, and use the newest email.",
}
# Looked for in this order: what a browser says of itself often names others too.
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg": "Edge",
    "SamsungBrowser": "Samsung Internet",
    "Firefox|FxiOS": "Firefox",
    "Chrom|CriOS": "Chrome",
    "Safari": "Safari",
}


@get("/log-in", include_in_schema=False, opt={"quiet": True})
async def log_in_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """`why` is where a log in with the directory led back to: one of our own sentences, or nothing."""
    said = oidc.SAID.get(request.query_params.get("why", ""))
    return await _page(site, request, "email", _problem("", said) if said else None, status=200)


@post("/log-in", include_in_schema=False)
async def log_in(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    address = codes.address_in(form.get("email", ""))
    if address is None:
        return await _page(site, request, "email", _problem("email", NO_ADDRESS), form)
    if "code" in form:
        return await _use_code(site, request, address, form["code"])
    code = codes.new_code()
    client = request.client.host if request.client else ""
    if not await site.db.write(codes.ask, site.config.secret_key, address, client, code, now()):
        return await _page(site, request, "email", _problem("email", words("log_in.wait")), form, status=429)
    if not site.config.demo:
        site.post.put(address, code)
    return await _page(site, request, "code", shown={"email": address, "code": code if site.config.demo else ""})


async def _use_code(site: Site, request: AnyRequest, address: str, code: str) -> Response[str]:
    checked = await site.db.write(codes.check, site.config.secret_key, address, code, now())
    person = await site.db.read(who_has, address, site.config.mail_domains)
    if checked is Checked.RIGHT and person:
        return await _begin(site, request, person)
    return await _page(site, request, "code", _problem("code", SAID[checked]), shown={"email": address, "code": ""})


@post("/demo/log-in", include_in_schema=False)
async def demo_log_in(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    if not site.config.demo:
        raise NotFoundException
    key = (await request.form()).get("person")
    person = await site.db.read(_demo_person, str(key))
    if person is None:
        return await _page(site, request, "email", _problem("", words("log_in.demo")))
    return await _begin(site, request, person)


@post("/log-out", include_in_schema=False)
async def log_out(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    token = token_of(request.scope["headers"], site.cookie)
    if token:
        await site.db.write(_end, site, token)
    return see_other("/log-in", [no_cookie(site)])


async def _begin(site: Site, request: AnyRequest, person: str) -> Response[str]:
    """Always a new token; whatever log in this browser had before is over."""
    token = sessions.new_token()
    before = token_of(request.scope["headers"], site.cookie)
    await site.db.write(_start, site, person, token, before, device_label(request.headers.get("user-agent", "")))
    return see_other("/", [_cookie(site, token, COOKIE_DAYS * 86_400)])


def _start(connection: Connection, site: Site, person: str, token: str, before: str | None, label: str) -> None:
    moment = now()
    ended = sessions.end(connection, before) if before else []
    began = sessions.begin(connection, person, token, label, moment)
    publish(site.engine, connection, [*ended, *began])


def _end(connection: Connection, site: Site, token: str) -> None:
    publish(site.engine, connection, sessions.end(connection, token))


def who_has(connection: Connection, address: str, domains: tuple[str, ...]) -> str | None:
    person = connection.scalar(select(Person.id).where(Person.email == address))
    return person if access.may_get_code(address, domains) else None


def _demo_person(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(Person.id).where(Person.demo_key == key))


def _demo_people(connection: Connection) -> list[dict[str, str]]:
    people = select(Person).where(Person.demo_key.is_not(None)).order_by(Person.id)
    return [{"person": row.demo_key, "name": row.name, "about": row.role} for row in connection.execute(people)]


async def _page(
    site: Site,
    request: AnyRequest,
    step: str,
    problems: list[Problem] | None = None,
    values: dict[str, str] | None = None,
    shown: dict[str, str] | None = None,
    status: int | None = None,
) -> Response[str]:
    token = token_of(request.scope["headers"], site.cookie)
    held = Held(await site.db.read(visitor_of, token, site.config.demo))
    people = await site.db.read(_demo_people) if site.config.demo else []
    more = {"log_in": {"step": step, "email": "", "code": "", "people": people, "directory": site.config.oidc_name}}
    more["log_in"] |= shown or {}
    filled, named = Filled(problems or [], values or {}), ("log-in", "Log in")
    status = status or (422 if problems else 200)
    return drawn(site, request, "layout/log_in.html", named, held, filled, more, status)


def _problem(field: str, said: str) -> list[Problem]:
    return [{"field": field, "words": said}]


def _cookie(site: Site, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=site.cookie,
        value=value,
        path="/",
        max_age=seconds,
        secure=site.config.secure,
        httponly=True,
        samesite="lax",
    )


def no_cookie(site: Site) -> Cookie:
    return _cookie(site, "", 0)


def device_label(user_agent: str) -> str:
    """Enough for a person to tell their own devices apart, and no more."""
    system = next((name for part, name in SYSTEMS.items() if part in user_agent), "")
    browser = next((name for part, name in BROWSERS.items() if re.search(part, user_agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "A phone or computer"

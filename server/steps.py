"""From one step of a log in to the next: what a browser brings, what it is given, and where it goes.

Knows the stages and no form. Functions of a connection decide; `go` and `page` answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from litestar import Response
from litestar.datastructures import Cookie
from sqlalchemy import Connection, select

from server import access, factors, invitations, letters, pending, sessions, totp
from server.browsers import device_label
from server.config import Config
from server.letters import Letter
from server.pending import Pending
from server.people import Person
from server.site import Site, now, token_of
from server.web import AnyRequest, Filled, Held, drawn, see_other, visitor_of
from sync import publish
from sync.forms import Problem

COOKIE_DAYS = 400  # as long as browsers allow; the row decides
LATE = "That took longer than 10 minutes. Ask for a new code, and start again."
LOCAL = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)?")

# Template and title of every page on the way.
PAGES = {
    "log-in": ("layout/log_in.html", "Log in"),
    "account": ("features/log_in/account.html", "Make your account"),
    "set-up": ("features/log_in/set_up.html", "Add a second step"),
    "app": ("features/log_in/app.html", "Use an authenticator app"),
    "codes": ("features/log_in/codes.html", "Your recovery codes"),
    "step": ("features/log_in/step.html", "Your second step"),
    "factors": ("features/log_in/factors.html", "How you log in"),
}
START: Mapping[str, Any] = {"step": "email", "email": "", "code": "", "people": [], "directory": ""}


def start(site: Site) -> dict[str, Any]:
    """What the first page of a log in is given."""
    return {**START, "directory": site.config.oidc_name}


class Browser(NamedTuple):
    """The tokens in its cookies, and what to call it."""

    session: str | None
    pending: str | None
    label: str


class Next(NamedTuple):
    """Where a step leads, and the new token of a session or of the next stage; a stage that is over has none.

    `tell` is an address and the letter that goes there once this is committed.
    """

    path: str
    session: str = ""
    pending: str = ""
    tell: tuple[str, Letter] | None = None


class Reader(NamedTuple):
    """Whoever reads the mail of an address: who they are here, if anybody, and whether they may log in."""

    person: str | None
    may: bool


def browser_of(site: Site, request: AnyRequest) -> Browser:
    headers = request.scope["headers"]
    label = device_label(request.headers.get("user-agent", ""))
    return Browser(token_of(headers, site.cookie), token_of(headers, site.pending_cookie), label)


def reader(connection: Connection, config: Config, address: str, moment: int) -> Reader:
    """The same work for every address."""
    person = connection.scalar(select(Person.id).where(Person.email == address))
    invited = invitations.stands(connection, config.secret_key, address, moment)
    may = access.may_get_code(address, config.mail_domains, known=person is not None, invited=invited)
    return Reader(person, may)


def local(path: str) -> str:
    """A page of our own and nothing else: no other host, no query, no trick with slashes."""
    return path if LOCAL.fullmatch(path) else "/"


def enter(connection: Connection, site: Site, browser: Browser, person: str) -> Next:
    """The code was right. Now the second factor: asked for where there is one, else added."""
    has = factors.has_factor(connection, person)
    if access.may_skip_factor(has, site.config.demo):
        return begin(connection, site, browser, person, None)
    secret, moment = site.config.secret_key, now()
    if has:
        return Next("/log-in/step", pending=pending.start(connection, secret, pending.CHECK, moment, person=person))
    key = totp.new_secret()
    token = pending.start(connection, secret, pending.ADD, moment, person=person, kept=key)
    return Next("/log-in/set-up", pending=token)


def begin(connection: Connection, site: Site, browser: Browser, person: str, factor_at: int | None) -> Next:
    """Always a new token; whatever log in this browser had before is over."""
    token = sessions.new_token()
    ended = sessions.end(connection, browser.session) if browser.session else []
    began = sessions.begin(connection, person, token, browser.label, now(), factor_at)
    publish(site.engine, connection, [*ended, *began])
    return Next("/", session=token)


def telling(connection: Connection, site: Site, person: str, what: str, to: Next) -> Next:
    """Whoever it is hears by email that their log in has changed: a stranger could have done it."""
    address = connection.scalar(select(Person.email).where(Person.id == person))
    letter = letters.log_in_changed(site.config.app_name, site.config.public_url, what)
    return to._replace(tell=(address, letter)) if address else to


def at(connection: Connection, site: Site, browser: Browser, stage: str, *, lock: bool = False) -> Pending | None:
    """What is pending in this browser at this stage. One that began in a session goes on in that session only."""
    found = pending.find(connection, site.config.secret_key, browser.pending, stage, now(), lock=lock)
    if found and found.session:
        visitor = visitor_of(connection, browser.session, site.config.demo)
        if visitor is None or visitor.session != found.session:
            return None
    return found


def go(site: Site, to: Next, *others: Cookie) -> Response[str]:
    """The cookie of a session comes first; the one of a stage goes with it, or is taken back."""
    if to.tell:
        site.post.put(*to.tell)
    cookies = [cookie(site, site.cookie, to.session, COOKIE_DAYS * 86_400)] if to.session else []
    life = pending.LIFE // 1000 if to.pending else 0
    return see_other(to.path, [*cookies, cookie(site, site.pending_cookie, to.pending, life), *others])


async def late(site: Site, request: AnyRequest) -> Response[str]:
    """Nothing is pending here. Whoever is logged in has no need of it."""
    token = token_of(request.scope["headers"], site.cookie)
    if await site.db.read(visitor_of, token, site.config.demo):
        return see_other("/")
    return await page(site, request, "log-in", {"log_in": start(site)}, said("", LATE))


async def page(
    site: Site,
    request: AnyRequest,
    name: str,
    more: Mapping[str, Any] = MappingProxyType({}),
    problems: Sequence[Problem] = (),
    values: Mapping[str, str] = MappingProxyType({}),
    status: int = 0,
) -> Response[str]:
    template, title = PAGES[name]
    token = token_of(request.scope["headers"], site.cookie)
    held = Held(await site.db.read(visitor_of, token, site.config.demo))
    status = status or (422 if problems else 200)
    return drawn(site, request, template, (_id(name), title), held, Filled(problems, values), more, status)


def said(field: str, words: str) -> list[Problem]:
    return [{"field": field, "words": words}]


def cookie(site: Site, name: str, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=seconds,
        secure=site.config.secure,
        httponly=True,
        samesite="lax",
    )


def _id(name: str) -> str:
    return name if name == "log-in" else f"log-in-{name}"

"""Log in with the organisation's own directory: there and back again, and who that is here. Knows no feature.

A link begins it and not a form: under our policy a form may lead nowhere but here, its redirects included.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from server import access, log, steps
from server.codes import address_in
from server.config import Config
from server.keys import keyed
from server.oidc import Asked, Claims, Directory, NotDone, new_asked, proved_twice
from server.people import Person, put_person
from server.site import Site, now
from server.steps import Browser, Next
from server.web import AnyRequest, see_other
from sync import publish

LIFE = 10 * 60  # seconds in which to come back
LONGEST = 80  # characters of a name


class Known(NamedTuple):
    """Who the directory says it is, and whether they proved it with a second factor there."""

    address: str
    name: str
    twice: bool


@get("/log-in/directory", include_in_schema=False)
async def go(site: NamedDependency[Site]) -> Response[str]:
    asked = new_asked()
    try:
        address = await _directory(site).address(asked)
    except NotDone as fault:
        return _not_done(site, fault)
    kept = _sealing(site.config).encrypt_at_time(msgspec.json.encode(asked), now() // 1000)
    return see_other(address, [_cookie(site, kept.decode(), LIFE)])


@get("/log-in/directory/back", include_in_schema=False)
async def back(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    """What is in the address is good for nothing afterwards, and does not stay in the history: it leads on at once."""
    directory = _directory(site)
    try:
        asked = _asked(site, request)
        claims = await directory.claims(asked, _code(request.query_params, asked, site.config), now() // 1000)
        known = known_as(claims, site.config)
    except NotDone as fault:
        return _not_done(site, fault)
    browser = steps.browser_of(site, request)
    try:
        to = await site.db.write(_enter, site, browser, known)
    except IntegrityError:  # a second tab was quicker: now they are here
        to = await site.db.write(_enter, site, browser, known)
    return steps.go(site, to, _cookie(site, "", 0))


def known_as(claims: Claims, config: Config) -> Known:
    """`email` counts only once the directory has checked it. A claim that OIDC_EMAIL_CLAIM names instead is one that
    the directory itself gives out, and MAIL_DOMAINS says which of those are ours."""
    said = claims.get(config.oidc_email_claim)
    address = address_in(said) if isinstance(said, str) else None
    vouched = config.oidc_email_claim != "email" or claims.get("email_verified") is True
    if address is None or not vouched or not access.may_come_from_directory(address, config.mail_domains):
        raise NotDone("address", "no checked address of MAIL_DOMAINS")
    name = claims.get("name")
    plain = " ".join(name.split()) if isinstance(name, str) and name.isprintable() else ""
    return Known(address, plain[:LONGEST] or address.partition("@")[0], proved_twice(claims))


def _directory(site: Site) -> Directory:
    if site.directory is None:
        raise NotFoundException
    return site.directory


def _asked(site: Site, request: AnyRequest) -> Asked:
    """What this browser was sent away with, if that was here and not long ago."""
    kept = request.cookies.get(_cookie_name(site), "")
    try:
        opened = _sealing(site.config).decrypt_at_time(kept.encode(), LIFE, now() // 1000)
    except InvalidToken:
        raise NotDone("again", "no cookie of ours, or an old one") from None
    return msgspec.json.decode(opened, type=Asked)


def _code(query: Mapping[str, str], asked: Asked, config: Config) -> str:
    if not hmac.compare_digest(query.get("state", "").encode(), asked.state.encode()):
        raise NotDone("again", "another state")
    if query.get("iss", config.oidc_issuer) != config.oidc_issuer:  # RFC 9207: another directory mixed in
        raise NotDone("odd", "another issuer")
    if query.get("error"):
        raise NotDone("denied" if query["error"] == "access_denied" else "away", "the directory sent them back")
    return query.get("code", "")


def _enter(connection: Connection, site: Site, browser: Browser, known: Known) -> Next:
    """Whoever is not here yet gets an account. A second factor that they proved to the directory is enough; else they
    are asked for ours."""
    person = connection.scalar(select(Person.id).where(Person.email == known.address))
    if person is None:
        person = secrets.token_hex(8)
        new = Person(id=person, name=known.name, role="", team_id=None, email=known.address, demo_key=None)
        publish(site.engine, connection, put_person(connection, new))
    if known.twice:
        return steps.begin(connection, site, browser, person, now())
    return steps.enter(connection, site, browser, person)


def _not_done(site: Site, fault: NotDone) -> Response[str]:
    log.write("directory_log_in_not_done", level="warning", why=fault.why, what=fault.what)
    return see_other(f"/log-in?why={fault.why}", [_cookie(site, "", 0)])


def _cookie_name(site: Site) -> str:
    return "__Host-directory" if site.config.secure else "directory"


def _cookie(site: Site, value: str, seconds: int) -> Cookie:
    """Lax like the others, because it has to come along when the directory sends the browser back."""
    return steps.cookie(site, _cookie_name(site), value, seconds)


def _sealing(config: Config) -> Fernet:
    return Fernet(urlsafe_b64encode(keyed(config.secret_key, "directory")))

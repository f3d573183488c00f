"""The second factor on the way in: one is added the first time, and asked for every time after. No secret is logged.

A passkey is made or used by the page's script; an authenticator app and a recovery code need no script.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from sqlalchemy import Connection, select

from server import factors, letters, passkeys, pending, sessions, steps, totp
from server.factors import Tried
from server.passkeys import Place
from server.pending import Pending
from server.people import Person
from server.site import Site, now
from server.steps import Browser, Next, said
from server.web import PRIVATE, AnyRequest, form_of
from sync.forms import Problem

NO_PASSKEY = "That passkey did not work here. Try again, or choose another way."
HELD = "This passkey is in use already. Choose another way."
WRONG_NUMBER = "Those numbers do not match. Check that your phone shows the right time, and try the next ones."
NO_NUMBER = "Write the 6 numbers that your app shows now."
USED_NUMBER = "Those numbers have been used. Wait for your app to show new ones."
NO_CODE = "Write one of your recovery codes, like ab2cd-ef3gh."
WRONG_CODE = "We do not know that recovery code. Check each letter, or try another one."
USED_CODE = "That recovery code has been used. Each one works once. Try another one."
TOO_MANY = "That was 5 tries. Wait 15 minutes, then try again."
SAID = {
    ("number", Tried.WRONG): WRONG_NUMBER,
    ("number", Tried.USED): USED_NUMBER,
    ("number", Tried.TOO_MANY): TOO_MANY,
    ("code", Tried.WRONG): WRONG_CODE,
    ("code", Tried.USED): USED_CODE,
    ("code", Tried.TOO_MANY): TOO_MANY,
}
FILE = {**PRIVATE, "Content-Disposition": 'attachment; filename="codes.txt"'}


# Adding one


@get("/log-in/set-up", include_in_schema=False)
async def set_up_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    return await _adding(site, request, "set-up", [])


@get("/log-in/app", include_in_schema=False)
async def app_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    return await _adding(site, request, "app", [])


@post("/log-in/set-up", include_in_schema=False)
async def set_up(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    answer = (await form_of(request)).get("passkey", "")
    done = await site.db.write(_add_passkey, site, steps.browser_of(site, request), answer)
    if isinstance(done, list):
        return await _adding(site, request, "set-up", done)
    return steps.go(site, done) if done else await steps.late(site, request)


@post("/log-in/app", include_in_schema=False)
async def set_up_app(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    number = factors.plain((await form_of(request)).get("number", ""))
    done = await site.db.write(_add_app, site, steps.browser_of(site, request), number)
    if isinstance(done, list):
        return await _adding(site, request, "app", done)
    return steps.go(site, done) if done else await steps.late(site, request)


async def _adding(site: Site, request: AnyRequest, name: str, problems: list[Problem]) -> Response[str]:
    shown = await site.db.read(_to_add, site, steps.browser_of(site, request))
    if shown is None:
        return await steps.late(site, request)
    return await steps.page(site, request, name, {"adding": shown}, problems)


def _to_add(connection: Connection, site: Site, browser: Browser) -> dict[str, Any] | None:
    found = steps.at(connection, site, browser, pending.ADD)
    if found is None or found.person is None:
        return None
    email, own_name = connection.execute(select(Person.email, Person.name).where(Person.id == found.person)).one()
    name, config, place = email or own_name, site.config, Place.of(site.config.public_url)
    held = factors.passkeys_of(connection, found.person)
    address = totp.address_of(found.kept, config.app_name, name)
    options = passkeys.to_make(place, config.app_name, found.person, name, found.challenge, held)
    return {
        "options": options if place.has_passkeys else "",
        "address": address,
        "drawing": totp.drawing(address),
        "key": totp.in_fours(found.kept),
        "back": found.back if found.session else "",
    }


def _may_add(connection: Connection, site: Site, browser: Browser) -> Pending | None:
    """On the way in only the first one: whoever reads the mail of somebody who has a factor cannot add their own."""
    found = steps.at(connection, site, browser, pending.ADD, lock=True)
    if found is None or found.person is None:
        return None
    factors.take_turn(connection, found.person)
    if not found.session and factors.has_factor(connection, found.person):
        return None
    return found


def _add_passkey(connection: Connection, site: Site, browser: Browser, answer: str) -> Next | list[Problem] | None:
    found = _may_add(connection, site, browser)
    if found is None or found.person is None:
        return None
    made = passkeys.made(Place.of(site.config.public_url), found.challenge, answer)
    pending.challenge_again(connection, found)
    if made is None:
        return said("", NO_PASSKEY)
    first = not factors.has_factor(connection, found.person)
    if not factors.add_passkey(connection, found.person, made, browser.label, now()):
        return said("", HELD)
    return _added(connection, site, found, found.person, first)


def _add_app(connection: Connection, site: Site, browser: Browser, number: str) -> Next | list[Problem] | None:
    found = _may_add(connection, site, browser)
    if found is None or found.person is None:
        return None
    if not totp.NUMBER.fullmatch(number):
        return said("number", NO_NUMBER)
    step = totp.step_of(found.kept, number, now())
    if step is None:
        return said("number", WRONG_NUMBER)
    first = not factors.has_factor(connection, found.person)
    secret, label = site.config.secret_key, browser.label
    factors.add_app(connection, secret, found.person, found.kept, step, label, now())
    return _added(connection, site, found, found.person, first)


def _added(connection: Connection, site: Site, found: Pending, person: str, first: bool) -> Next:
    """With the first one come recovery codes; the log in begins when they were written down."""
    pending.end(connection, found)
    if not first:
        return steps.telling(connection, site, person, letters.ADDED, Next(found.back))
    token = ""
    if found.session:
        token = sessions.new_token()
        sessions.prove(connection, found.session, token, now())
    to = show_codes(connection, site, person, found.session, found.back)
    return steps.telling(connection, site, person, letters.ADDED, to._replace(session=token))


# Recovery codes, shown until they were written down


def show_codes(connection: Connection, site: Site, person: str, session: str | None, back: str) -> Next:
    secret = site.config.secret_key
    kept = " ".join(factors.new_codes(connection, secret, person))
    token = pending.start(
        connection, secret, pending.CODES, now(), person=person, session=session, kept=kept, back=back
    )
    return Next("/log-in/codes", pending=token)


@get("/log-in/codes", include_in_schema=False)
async def codes_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    found = await site.db.read(steps.at, site, steps.browser_of(site, request), pending.CODES)
    if found is None:
        return await steps.late(site, request)
    return await steps.page(site, request, "codes", {"recovery": {"codes": found.kept.split()}})


@get("/log-in/codes/file", include_in_schema=False)
async def codes_file(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    found = await site.db.read(steps.at, site, steps.browser_of(site, request), pending.CODES)
    if found is None:
        return await steps.late(site, request)
    text = "\n".join([f"{site.config.app_name}  {site.config.public_url}", "", *found.kept.split(), ""])
    return Response(text, media_type="text/plain; charset=utf-8", headers=FILE)


@post("/log-in/codes", include_in_schema=False)
async def codes_kept(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    done = await site.db.write(_codes_kept, site, steps.browser_of(site, request))
    return steps.go(site, done) if done else await steps.late(site, request)


def _codes_kept(connection: Connection, site: Site, browser: Browser) -> Next | None:
    found = steps.at(connection, site, browser, pending.CODES, lock=True)
    if found is None or found.person is None:
        return None
    pending.end(connection, found)
    if found.session:
        return Next(found.back)
    return steps.begin(connection, site, browser, found.person, now())


# Showing one


@get("/log-in/step", include_in_schema=False)
async def step_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    return await _showing(site, request, [], {})


@post("/log-in/step", include_in_schema=False)
async def step(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    form = await form_of(request)
    done = await site.db.write(_show, site, steps.browser_of(site, request), form)
    if isinstance(done, list):
        return await _showing(site, request, done, form)
    return steps.go(site, done) if done else await steps.late(site, request)


async def _showing(site: Site, request: AnyRequest, problems: list[Problem], form: dict[str, str]) -> Response[str]:
    shown = await site.db.read(_to_show, site, steps.browser_of(site, request))
    if shown is None:
        return await steps.late(site, request)
    values = {name: text for name, text in form.items() if name in ("number", "code")}
    status = 429 if any(each["words"] == TOO_MANY for each in problems) else 0
    return await steps.page(site, request, "step", {"showing": shown}, problems, values, status)


def _to_show(connection: Connection, site: Site, browser: Browser) -> dict[str, Any] | None:
    found = steps.at(connection, site, browser, pending.CHECK)
    if found is None or found.person is None:
        return None
    held, place = factors.passkeys_of(connection, found.person), Place.of(site.config.public_url)
    return {
        "options": passkeys.to_use(place, found.challenge, held) if held and place.has_passkeys else "",
        "app": 1 if factors.APP in factors.kinds(connection, found.person) else 0,
        "again": 1 if found.session else 0,
    }


def _show(connection: Connection, site: Site, browser: Browser, form: dict[str, str]) -> Next | list[Problem] | None:
    found = steps.at(connection, site, browser, pending.CHECK, lock=True)
    if found is None or found.person is None:
        return None
    problems = _problems(connection, site, found, found.person, form)
    if problems:
        return problems
    pending.end(connection, found)
    to = _entered(connection, site, browser, found, found.person)
    by_code = "code" in form and "passkey" not in form
    return steps.telling(connection, site, found.person, letters.CODE_USED, to) if by_code else to


def _entered(connection: Connection, site: Site, browser: Browser, found: Pending, person: str) -> Next:
    if not found.session:
        return steps.begin(connection, site, browser, person, now())
    token = sessions.new_token()
    sessions.prove(connection, found.session, token, now())
    return Next(found.back, session=token)


def _problems(connection: Connection, site: Site, found: Pending, person: str, form: dict[str, str]) -> list[Problem]:
    secret, moment = site.config.secret_key, now()
    if "passkey" in form:
        return [] if _signed(connection, site, found, person, form["passkey"]) else said("", NO_PASSKEY)
    if "code" in form:
        if not form["code"].strip():
            return said("code", NO_CODE)
        tried = factors.use_code(connection, secret, person, form["code"], moment)
        return [] if tried is Tried.RIGHT else said("code", SAID["code", tried])
    number = form.get("number", "")
    if not totp.NUMBER.fullmatch(factors.plain(number)):
        return said("number", NO_NUMBER)
    tried = factors.use_number(connection, secret, person, number, moment)
    return [] if tried is Tried.RIGHT else said("number", SAID["number", tried])


def _signed(connection: Connection, site: Site, found: Pending, person: str, answer: str) -> bool:
    factors.take_turn(connection, person)
    held = factors.passkeys_of(connection, person)
    used = passkeys.used(Place.of(site.config.public_url), found.challenge, answer, held)
    pending.challenge_again(connection, found)
    if used:
        factors.passkey_used(connection, used.credential, used.sign_count, now())
    return used is not None


ROUTES = (set_up_page, set_up, app_page, set_up_app, codes_page, codes_file, codes_kept, step_page, step)

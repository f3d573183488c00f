"""Make an account: a name that colleagues know, a team or none, and no other question. Knows nothing of factors.

Only for whoever typed the code from an email to an address that may have an account and has none yet.
"""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from sqlalchemy import Connection, select

from server import pending, steps
from server.people import Person, Team, put_person
from server.site import Site
from server.steps import Browser, Next, said
from server.web import AnyRequest, form_of
from sync import publish
from sync.forms import Problem

NAME_LENGTH = 60
NO_NAME = "Write the name your colleagues know you by."
LONG_NAME = f"Write a shorter name. {NAME_LENGTH} letters are the most."
NO_TEAM = "Choose your team from the list, or none."


@get("/log-in/account", include_in_schema=False)
async def account_page(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    return await _page(site, request, [], {})


@post("/log-in/account", include_in_schema=False)
async def make_account(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    form = await form_of(request)
    name, team = " ".join(form.get("name", "").split()), form.get("team", "")
    problems = await site.db.read(_problems, name, team)
    if problems:
        return await _page(site, request, problems, form)
    done = await site.db.write(_make, site, steps.browser_of(site, request), name, team)
    return steps.go(site, done) if done else await steps.late(site, request)


def _problems(connection: Connection, name: str, team: str) -> list[Problem]:
    problems = []
    if not any(letter.isalnum() for letter in name) or not name.isprintable():
        problems += said("name", NO_NAME)
    elif len(name) > NAME_LENGTH:
        problems += said("name", LONG_NAME)
    if team and connection.scalar(select(Team.id).where(Team.id == team)) is None:
        problems += said("team", NO_TEAM)
    return problems


def _make(connection: Connection, site: Site, browser: Browser, name: str, team: str) -> Next | None:
    """Whoever made the account in another browser meanwhile has it: this goes on with that one."""
    found = steps.at(connection, site, browser, pending.ACCOUNT, lock=True)
    if found is None:
        return None
    pending.end(connection, found)
    person = connection.scalar(select(Person.id).where(Person.email == found.kept))
    if person is None:
        person = secrets.token_hex(8)
        made = Person(id=person, name=name, role="", team_id=team or None, email=found.kept, demo_key=None)
        publish(site.engine, connection, put_person(connection, made))
    return steps.enter(connection, site, browser, person)


async def _page(site: Site, request: AnyRequest, problems: list[Problem], values: dict[str, str]) -> Response[str]:
    found, teams = await site.db.read(_shown, site, steps.browser_of(site, request))
    if found is None:
        return await steps.late(site, request)
    return await steps.page(site, request, "account", {"account": {"email": found, "teams": teams}}, problems, values)


def _shown(connection: Connection, site: Site, browser: Browser) -> tuple[str | None, list[dict[str, Any]]]:
    found = steps.at(connection, site, browser, pending.ACCOUNT)
    teams = connection.execute(select(Team.id, Team.name, Team.site).order_by(Team.name, Team.id))
    return found.kept if found else None, [{"id": row.id, "name": row.name, "site": row.site} for row in teams]


ROUTES = (account_page, make_account)

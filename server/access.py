"""Every permission rule, on one screen. Pure: what it needs to know of a person is given to it.

Whoever is not named here gets nothing: a scope that is not listed is never read, written or sent.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pwa.pages import Page
from server.people import TEAM, own_scope

ANYONE = ("open",)


def scopes_of(connection: Connection, person_id: str) -> list[str]:
    found = connection.execute(TEAM, {"person": person_id}).one_or_none()
    return scopes(person_id, found[0]) if found else list(ANYONE)


def scopes(person_id: str, team_id: str | None) -> list[str]:
    """The records a logged-in person may hold: what all may see, their own, and their team's."""
    held = [*ANYONE, "public", own_scope(person_id)]
    return [*held, f"team:{team_id}"] if team_id else held


def may_open(page: Page, logged_in: bool) -> bool:
    return page.public or logged_in


def may_log_in(demo_person: bool, demo: bool) -> bool:
    """Demo people exist only while the app is a demo, whatever an older database holds."""
    return demo or not demo_person


def may_get_code(address: str, domains: tuple[str, ...]) -> bool:
    """Codes go to the organisation's own addresses, where it says which those are."""
    return not domains or address.rpartition("@")[2] in domains

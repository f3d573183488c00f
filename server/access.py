"""Every permission rule, on one screen. Pure: what it needs to know of a person is given to it.

Whoever is not named here gets nothing: a scope that is not listed is never read, written or sent.
A role is a pair of its name and its area: ("chair", "n2"), ("manager", "t2"), ("coordinator", "").
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from pwa.pages import Page
from server import members
from server.members import NETWORK_IDS, Own
from server.people import STANDING, Roles, own_scope, roles_in
from server.places import desk_scope, places

ANYONE = ("open",)
LEADS = ("chair", "vicechair", "secretary")  # of one network
READERS = (*LEADS, "sponsor", "coordinator", "staffside", "protection")  # of the numbers that are published
# Every role there is, and what its area is.
ROLES = {
    **dict.fromkeys((*LEADS, "sponsor"), "network"),
    "manager": "team",
    "helper": "place",
    **dict.fromkeys(("coordinator", "staffside", "admin", "protection"), ""),
}
HOUR = 3_600_000  # milliseconds
_STANDING = STANDING.add_columns(NETWORK_IDS)  # one statement: on PostgreSQL each costs a trip
DESK_LIFE = 12 * HOUR  # of a second factor, for the work of leads, coordinators and administrators
FORM_LIFE = HOUR


def scopes_of(connection: Connection, key: bytes, person_id: str) -> list[str]:
    found = connection.execute(_STANDING, {"person": person_id}).one_or_none()
    if found is None:
        return list(ANYONE)
    team, roles, networks = found
    mine = members.own(key, members.networks_in(networks), person_id)
    joined = members.live(connection, mine.by_network.values())
    return scopes(person_id, team, roles_in(roles), mine, joined, places(connection) if roles else ())


def scopes(
    person_id: str, team_id: str | None, roles: Roles, mine: Own, joined: Collection[str], places: Collection[str]
) -> list[str]:
    """The records a logged-in person may hold: what all may see, their own, their team's, their networks' and those of
    the places where they hand things over.

    `mine` are the scopes of their own memberships, had or not; `joined` are those of them that are not empty.
    """
    team = [f"team:{team_id}"] if team_id else []
    inside = [network for network, scope in mine.by_network.items() if scope in joined or leads(roles, network)]
    networks = [f"network:{network}" for network in inside]
    desks = [desk_scope(place) for place in places if may_keep_stock(roles, place)]
    return [*ANYONE, "public", own_scope(person_id), *team, mine.asking, *mine.by_network.values(), *networks, *desks]


def leads(roles: Roles, network: str) -> bool:
    """Also who may read the names of those who want the committee to see them, each reading being written down.
    Nobody reads the names of private members: not these, not the coordinator, not the administrator."""
    return any((role, network) in roles for role in LEADS)


def may_write_network(roles: Roles, network: str) -> bool:
    return leads(roles, network) or ("coordinator", "") in roles


def may_post(roles: Roles, network: str) -> bool:
    """Words for members alone are their own leads' to write."""
    return leads(roles, network)


def sends_as(roles: Roles, audience: str) -> str:
    """In which role somebody may send messages to a network, to everybody ("news") or to those who follow what the
    trust and the unions do together ("partnership"); nothing if they may not."""
    wide = {"news": "coordinator", "partnership": "staffside"}.get(audience)
    if wide:
        return wide if (wide, "") in roles else ""
    return next((role for role in LEADS if (role, audience) in roles), "")


def confirms_as(roles: Roles, audience: str) -> str:
    """Who may say yes to what goes to everybody. Never whoever wrote it: that is asked where it is done."""
    if audience not in ("news", "partnership"):
        return ""
    return next((role for role in ("coordinator", "staffside", "admin", "chair") if role in dict(roles)), "")


def may_open_notices(roles: Roles) -> bool:
    return any(role in (*LEADS, "coordinator", "staffside", "admin") for role, _ in roles)


def may_hand_over(roles: Roles, network: str) -> bool:
    return ("chair", network) in roles


def may_run_schemes(roles: Roles) -> bool:
    """Open, pause and close what allies can ask for, and look at a request by its code. Never whose it is."""
    return ("coordinator", "") in roles


def may_see_stock(roles: Roles) -> bool:
    """Of all places at once, with what it costs."""
    return ("coordinator", "") in roles


def may_keep_stock(roles: Roles, place: str) -> bool:
    """Hand over by code and write down what comes and goes. Whose a code is, nobody there is told."""
    return ("helper", place) in roles or ("coordinator", "") in roles


def may_see_requests(roles: Roles) -> bool:
    """How many asked for a new network, never who."""
    return ("coordinator", "") in roles


def may_see_numbers(roles: Roles) -> bool:
    """Some of those that were published; which, `may_see_number` says."""
    return any(role in READERS or role == "manager" for role, _ in roles)


def may_see_number(roles: Roles, of: str, area: str) -> bool:
    """`of` is what the area is; an empty area is everybody. Teams are never set side by side: a manager sees their own
    team and nothing else, and nobody sees the others."""
    if of == "topic":
        return may_see_requests(roles)
    if of == "team" and area:
        return ("manager", area) in roles
    return any(role in READERS for role, _ in roles)


def may_open_desk(roles: Roles) -> bool:
    return bool(roles)


def may_open(page: Page, logged_in: bool) -> bool:
    return page.public or logged_in


def may_log_in(demo_person: bool, factor_at: int | None, demo: bool) -> bool:
    """Demo people exist only while the app is a demo, whatever an older database holds; and outside the demo a log in
    without a second factor opens nothing, whenever and however it was made."""
    return demo or (not demo_person and factor_at is not None)


def may_skip_factor(has_factor: bool, demo: bool) -> bool:
    """A code alone does where codes are shown on the page, and for nobody who has a second factor."""
    return demo and not has_factor


def may_use_desk(demo_person: bool, factor_at: int | None, now: int, *, sends: bool = False) -> bool:
    """Lead, coordinator and administrator pages want a second factor of today. Demo people have none. A form that was
    opened in time may still be sent a little later (`sends`), so that nothing typed is lost."""
    if demo_person:
        return True
    return factor_at is not None and now - factor_at < DESK_LIFE + (FORM_LIFE if sends else 0)


def may_change_factors(demo_person: bool) -> bool:
    """Everybody is the same demo person: nobody may lock the others out."""
    return not demo_person


def may_get_code(address: str, domains: tuple[str, ...], *, known: bool, invited: bool) -> bool:
    """Codes go to whoever was invited and to the organisation's own addresses, where it says which those are; else to
    people we know."""
    if invited:
        return True
    return address.rpartition("@")[2] in domains if domains else known


def may_come_from_directory(address: str, domains: tuple[str, ...]) -> bool:
    """The directory knows who is in the organisation; where we are told which addresses are its own, only those."""
    return not domains or address.rpartition("@")[2] in domains

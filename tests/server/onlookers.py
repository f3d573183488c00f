"""Everybody there is: the cast, somebody for each role, the same roles elsewhere, and nobody. Knows no rule."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Litestar
from sqlalchemy import Connection

from server import sessions
from server.access import LEADS, ROLES
from server.demo import CAST, JOINED, person_id
from server.demo import ROLES as GIVEN
from server.people import Person as Row
from server.people import put_person, put_role
from sync import publish
from tests.world import Person, World

NOBODY = "nobody"
AREAS = {"network": "n2", "team": "t2", "place": "c1", "": ""}  # where the examples are
ELSEWHERE = {"network": "n3", "team": "t3", "place": "c2"}


@dataclass(frozen=True)
class Onlooker:
    """`roles` are those in the area of the examples; `inside` are the networks whose records they may hold, `desks` the
    places."""

    key: str
    id: str
    team: str
    roles: frozenset[str]
    elsewhere: frozenset[str]
    inside: frozenset[str]
    desks: frozenset[str] = frozenset()

    @property
    def has_role(self) -> bool:
        return bool(self.roles | self.elsewhere)


def _everybody() -> list[Onlooker]:
    cast = [_of(key, person_id(key), CAST[key][2], [(r, a) for who, r, a in GIVEN if who == key]) for key in CAST]
    here = [_of(f"a {role}", f"x-{role}", "t8", [(role, AREAS[kind])]) for role, kind in ROLES.items()]
    there = [
        _of(f"a {role} elsewhere", f"y-{role}", "t9", [(role, ELSEWHERE[kind])])
        for role, kind in ROLES.items()
        if kind in ELSEWHERE
    ]
    return [*cast, *here, *there]


def _of(key: str, id: str, team: str, roles: list[tuple[str, str]]) -> Onlooker:
    led = {area for role, area in roles if role in LEADS}
    joined = {network for who, network, *_ in JOINED if who == key}
    here = frozenset(role for role, area in roles if area in AREAS.values())
    elsewhere = frozenset(role for role, area in roles if area not in AREAS.values())
    helps = {area for role, area in roles if role == "helper"}
    desks = {"c1", "c2"} if "coordinator" in here else helps
    return Onlooker(key, id, team, here, elsewhere, frozenset(led | joined), frozenset(desks))


EVERYBODY = _everybody()  # without nobody, who is no person


def settle_in(world: World) -> None:
    """Those who are not in the demo are made, and given their roles."""

    def make(connection: Connection) -> None:
        areas = [(f"x-{role}", role, AREAS[kind]) for role, kind in ROLES.items()]
        areas += [(f"y-{role}", role, ELSEWHERE[kind]) for role, kind in ROLES.items() if kind in ELSEWHERE]
        teams = {each.id: each.team for each in EVERYBODY}
        for id, role, area in areas:
            row = Row(id=id, name=f"Holder of {id}", role=role, team_id=teams[id], email=None, demo_key=None)
            touched = put_person(connection, row) + put_role(connection, id, role, area)
            publish(world.engine, connection, touched)

    world.write(make)


def enter(world: World, person: str) -> Person:
    """Somebody with a log in of their own; with no id, nobody."""
    entered = world.nobody()
    if person:
        token = sessions.new_token()

        def begin(connection: Connection) -> None:  # with a second step of just now
            began = sessions.begin(connection, person, token, "Chrome on Android", world.now, world.now)
            publish(world.engine, connection, began)

        world.write(begin)
        entered._cookie = f"session={token}"
    return entered


def routes(app: Litestar) -> dict[str, str]:
    """ "GET /me" and so on: every route that the app answers, and its path. HEAD is as GET, OPTIONS says nothing."""
    found: dict[str, str] = {}
    for route in app.routes:
        methods = getattr(route, "methods", None) or ["POST"]  # plain ASGI: /sync
        path = getattr(route, "path_format", route.path)
        found |= {f"{method} {path}": path for method in methods if method not in ("HEAD", "OPTIONS")}
    return found

"""The demo world: one organisation, its teams and a cast that has role names only. Knows no page and no cookie."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import Connection, select

from server.config import Config
from server.features import engine
from server.features.schemes import Allying
from server.features.shelf import StockMove
from server.people import Person, Role, Team, put_person, put_role, put_team
from sync import Engine, Touch, publish, push

DAY = 86_400_000

# Name, site, inpatient.
TEAMS = {
    "t1": ("Meadow community nursing", "Hillside health centre", False),
    "t2": ("Brook ward", "Meadowbank main site", True),
    "t3": ("Oak ward", "Meadowbank main site", True),
    "t4": ("Willow ward", "Meadowbank main site", True),
    "t5": ("Rowan ward", "Riverside unit", True),
    "t6": ("Birch ward", "Riverside unit", True),
    "t7": ("Maple ward", "Northgate house", True),
    "t8": ("Hazel ward", "Northgate house", True),
    "t9": ("People and inclusion", "Trust offices", False),
    "t10": ("Front of house", "Meadowbank main site", False),
    "t11": ("Digital services", "Trust offices", False),
    "t12": ("Harbour outreach", "Harbour clinic", False),
}

# Name, what they do in the demo, team. Ids are in this order, and say nothing of who it is.
CAST = {
    "nurse": ("Community nurse", "Visits people at home, often with no signal", "t1"),
    "ally": ("Ally", "Wants to do something, and is not sure what", "t1"),
    "chair": ("Network chair", "Leads a staff network beside the day job", "t2"),
    "vicechair": ("Network vice chair", "Stands in for the chair", "t3"),
    "coordinator": ("Diversity and inclusion lead", "Plans events and reports to the board", "t9"),
    "staffside": ("Staff-side representative", "Speaks for colleagues, hosts events", "t9"),
    "manager": ("Ward manager", "Leads one inpatient team", "t2"),
    "private": ("Healthcare assistant", "Keeps things private", "t2"),
    "member": ("Occupational therapist", "Named member of a staff network", "t1"),
    "helper": ("Receptionist", "Looks after a collection point", "t10"),
    "newcomer": ("Newcomer", "Started this week, and has joined nothing yet", "t12"),
    "admin": ("Administrator", "Looks after the app", "t11"),
}

# Who took what, who may see it, and how many days ago. The nurse and the newcomer begin with none.
TAKEN = (
    ("ally", "p1", "name", 24),
    ("ally", "p3", "nobody", 3),
    ("member", "p1", "name", 12),
    ("member", "p6", "team", 12),
    ("chair", "p5", "name", 40),
    ("vicechair", "p10", "name", 35),
    ("coordinator", "p9", "name", 20),
    ("staffside", "p9", "name", 18),
    ("manager", "p11", "name", 33),
    ("private", "p4", "nobody", 8),
    ("helper", "p2", "name", 5),
)


# Who does what for others; an area is a network, a team or a place.
ROLES = (
    ("chair", "chair", "n2"),
    ("vicechair", "vicechair", "n2"),
    ("coordinator", "coordinator", ""),
    ("staffside", "staffside", ""),
    ("manager", "manager", "t2"),
    ("helper", "helper", "c1"),
    ("admin", "admin", ""),
)

# Who is in which network, and who may see it.
JOINED = (
    ("chair", "n2", "member", "committee"),
    ("vicechair", "n2", "member", "committee"),
    ("member", "n2", "member", "committee"),
    ("private", "n2", "member", "nobody"),
)

# What was counted a week ago, by whom, at which place.
COUNTED = (
    ("helper", "c1", {"i1": 60, "i2": 24, "i3": 12, "i4": 18, "i5": 40}),
    ("coordinator", "c2", {"i1": 30, "i2": 10, "i5": 20}),
)

# Who finished the module that comes first and asked for something, where they collect it, and whether they have.
ALLIES = (
    ("vicechair", "i2", "c1", False),
    ("coordinator", "i5", "c2", False),
    ("staffside", "i3", "c1", True),
    ("chair", "i5", "c2", True),
)


def ensure(connection: Connection, config: Config) -> None:
    """Makes whatever is missing of the demo world, once the content is in. A second time does nothing again, and an
    older demo is given the roles and the networks that it was made without."""
    engine_ = engine(config)
    here = set(connection.scalars(select(Person.demo_key).where(Person.demo_key.is_not(None))))
    led = connection.scalar(select(Role.role).limit(1)) is not None
    touched: list[Touch] = []
    for id, (name, site, inpatient) in TEAMS.items():
        touched += put_team(connection, Team(id=id, name=name, site=site, inpatient=inpatient))
    for key, (name, role, team) in CAST.items():
        person = Person(id=person_id(key), name=name, role=role, team_id=team, email=None, demo_key=key)
        touched += put_person(connection, person)
    for key, role, area in ROLES if not led else ():
        touched += put_role(connection, person_id(key), role, area)
    publish(engine_, connection, touched)
    if connection.scalar(select(StockMove.id).limit(1)) is None:
        _count(connection, engine_)
        _ask(connection, engine_)
    for key, pledge, show, days in TAKEN:
        if key not in here:
            data = {"pledge": pledge, "version": 1, "show": show}
            _act_as(connection, engine_, key, "pledge.take", data, days, f"demo-{key}-{pledge}")
    for key, network, joined_as, seen_by in JOINED if not led else ():
        data = {"network": network, "as": joined_as, "seen_by": seen_by, "consent": 1}
        _act_as(connection, engine_, key, "network.join", data, 0, secrets.token_hex(16))


def _count(connection: Connection, engine: Engine) -> None:
    for key, place, items in COUNTED:
        for item, number in items.items():
            data = {"place": place, "item": item, "what": "count", "number": number}
            _act_as(connection, engine, key, "stock.move", data, 7, f"demo-{place}-{item}")


def _ask(connection: Connection, engine: Engine) -> None:
    for key, item, place, has in ALLIES:
        learnt = {"module": "m1", "version": 1, "gate_met": "yes"}
        _act_as(connection, engine, key, "module.finish", learnt, 6, f"demo-{key}-learnt")
        asked = {"scheme": "s1", "item": item, "collect_at": place}
        _act_as(connection, engine, key, "ally.request", asked, 6, f"demo-{key}-asked")
        if has:
            code = connection.scalar(select(Allying.code).where(Allying.person_id == person_id(key)))
            there = {"place": place, "code": code}
            _act_as(connection, engine, "coordinator", "stock.collect", there, 4, f"demo-{key}-has")


def _act_as(
    connection: Connection, engine: Engine, key: str, kind: str, data: dict[str, Any], days: int, id: str
) -> None:
    """What this person of the cast has done already, so many days ago, through the same door as everybody."""
    now = time.time_ns() // 1_000_000
    action = {"id": id, "seq": 0, "kind": kind, "v": 1, "at": now, "data": data}
    push(engine, connection, person_id(key), None, [action], now=now - days * DAY, sent_at=now)


def person_id(key: str) -> str:
    return f"demo{list(CAST).index(key) + 1:02}"

"""Every scope and every person gets a word that is nowhere else. No answer to somebody outside holds one of them, and
an answer to somebody inside does: so it is the rule that keeps it, and not the looking that misses it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, text

from server.access import LEADS
from server.people import Person as Row
from server.people import put_person
from sync import publish
from tests.server.onlookers import EVERYBODY, NOBODY, Onlooker, enter, routes, settle_in
from tests.server.test_matrix import MATRIX
from tests.world import Person, Phone, World

CANARY = re.compile(r"zq[a-z0-9]+qz")
NETWORKS = ("n1", "n2", "n3", "n4", "n5", "n6")
TEAMS = ("t1", "t2", "t3", "t8", "t9")
# Somebody in a team whom nobody is to find, and somebody whom the team and a committee may.
HIDDEN, SHOWN = "z-hidden", "z-shown"
AS: dict[str, dict[str, Any]] = {"member": {"as": "member"}}

Seen = Mapping[str, set[str]]  # canaries, by whose answers they were in


def canary(name: str) -> str:
    return f"zq{name.replace('-', '')}qz"


@pytest.fixture
def seeded(sqlite_world: World) -> World:
    """Networks, what they say inside, teams and people under names of one word each."""
    world = sqlite_world
    settle_in(world)

    def rename(connection: Connection) -> None:
        for id in NETWORKS:
            body = "json_set(body, '$.note', :inside, '$.purpose', :name)"
            change = f"UPDATE network SET name = :name, body = {body} WHERE id = :id"
            connection.execute(text(change), {"name": canary(id), "inside": canary(f"inside{id}"), "id": id})
        for id in TEAMS:
            connection.execute(text("UPDATE team SET name = :name WHERE id = :id"), {"name": canary(id), "id": id})
        for id in (HIDDEN, SHOWN):
            row = Row(id=id, name=canary(id), role="Nurse", team_id="t3", email=f"{canary(id)}@x.org", demo_key=None)
            publish(world.engine, connection, put_person(connection, row))

    world.write(rename)
    for kind in ("network", "post", "team", "person"):
        world.republish(kind)
    act(world, HIDDEN, show="nobody", network="n5", seen_by="nobody")
    act(world, SHOWN, show="name", network="n2", seen_by="committee")
    return world


def act(world: World, person: str, *, show: str, network: str, seen_by: str) -> None:
    phone = Phone(world, person, f"phone-of-{canary(person)}")
    phone.do("pledge.take", pledge="p1", version=1, show=show)
    phone.do("network.join", network=network, **AS["member"], seen_by=seen_by, consent=1)
    assert [outcome for outcome, _ in phone.send()] == ["applied", "applied"]


def all_that_is_told(world: World, id: str) -> str:
    """Every page, file and pull, and what is said of an act that is refused, as one text with its headers."""
    person = enter(world, id)
    answers = [_get(world, person, route, path) for route, path in routes(world.client.app).items()]
    answers += [person.sync(), person.sync(device="phone-1")] if id else [person.sync()]
    for network in NETWORKS:
        asked = {"page": f"/networks/{network}", "network": network}
        answers += [person.get(f"/networks/{network}"), person.do("network.seen_by", **asked, seen_by="nobody")]
    return "\n".join(f"{answer.headers} {answer.text}" for answer in answers if answer is not None)


def _get(world: World, person: Person, route: str, path: str) -> Any:
    if not route.startswith("GET "):
        return None
    cookie = person._cookie
    said = person.get(MATRIX["routes"].get(route, {}).get("path") or path.format(**MATRIX["examples"]))
    person._cookie = cookie  # a page of the way in gives another
    return said


def told_to(world: World, who: Collection[Onlooker]) -> Seen:
    seen = {each.key: set(CANARY.findall(all_that_is_told(world, each.id))) for each in who}
    return seen | {NOBODY: set(CANARY.findall(all_that_is_told(world, "")))}


def may_be_told(who: Onlooker) -> set[str]:
    """As the matrix means it, and not as access.py says."""
    public = {canary(id) for id in (*NETWORKS, *TEAMS)}
    inside = {canary(f"inside{id}") for id in who.inside}
    shown = {canary(SHOWN)} if who.team == "t3" or who.roles & set(LEADS) else set()
    return public | inside | shown | ({canary(who.id)} if who.id in (HIDDEN, SHOWN) else set())


def test_no_answer_to_somebody_outside_holds_a_word_from_inside(seeded: World) -> None:
    joined = {HIDDEN: "n5", SHOWN: "n2"}
    inside = [Onlooker(id, id, "t3", frozenset(), frozenset(), frozenset({joined[id]})) for id in joined]
    people = [*EVERYBODY, *inside]
    seen = told_to(seeded, people)
    allowed = {who.key: may_be_told(who) for who in people} | {NOBODY: set()}
    assert {who: words - allowed[who] for who, words in seen.items()} == {who: set() for who in seen}
    every = {canary(id) for id in (*NETWORKS, *TEAMS, HIDDEN, SHOWN)}
    assert every <= set().union(*seen.values()), "each of them was told to somebody"
    assert canary("insiden2") in seen["chair"] and canary("insiden5") in seen[HIDDEN]
    assert {who for who, words in seen.items() if canary(HIDDEN) in words} == {HIDDEN}
    assert {"chair", "vicechair", SHOWN} <= {who for who, words in seen.items() if canary(SHOWN) in words}


def test_a_word_that_is_let_out_is_seen(seeded: World) -> None:
    """The note to members put where all may read it, and a name that nobody is to see in the list of a team."""
    public = "UPDATE network SET body = json_set(body, '$.purpose', :word) WHERE id = 'n6'"
    label = (
        "UPDATE record SET body = json_set(body, '$.label', :word) WHERE kind = 'pledge_shown' AND scope = 'team:t3'"
    )
    seeded.write(lambda c: c.execute(text(public), {"word": canary("insiden6")}))
    seeded.write(lambda c: c.execute(text(f"{label} AND scope = 'team:t3'"), {"word": canary(HIDDEN)}))
    seeded.republish("network")
    people = [who for who in EVERYBODY if who.key in ("newcomer", "vicechair")]
    seen = told_to(seeded, people)
    leaked = {who.key: seen[who.key] - may_be_told(who) for who in people}
    assert leaked == {"newcomer": {canary("insiden6")}, "vicechair": {canary("insiden6"), canary(HIDDEN)}}

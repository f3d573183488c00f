"""Networks: who is in, who can tell, and that leaving leaves nothing. The rows of the conflict table, one by one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from server import members
from server.demo import CAST, person_id
from server.people import put_role, take_role
from sync import publish
from tests.world import Phone, World

AS: dict[str, dict[str, Any]] = {each: {"as": each} for each in ("member", "ally")}


def join(phone: Phone, network: str = "n1", seen_by: str = "nobody", joined_as: str = "member") -> Phone:
    return phone.do("network.join", network=network, **AS[joined_as], seen_by=seen_by, consent=1)


def held(phone: Phone, network: str = "n1") -> dict[str, Any] | None:
    return phone.get("membership", network)


def in_database(world: World, network: str = "n1") -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM membership WHERE network_id = :network", network=network)


def shut(world: World, state: str, network: str = "n1") -> None:
    change = text("UPDATE network SET state = :state WHERE id = :network")
    world.write(lambda connection: connection.execute(change, {"state": state, "network": network}))
    world.republish("network")


# Joining


def test_joining_keeps_the_choice_the_words_agreed_to_and_the_month(world: World) -> None:
    nurse = join(world.phone("nurse"), seen_by="committee", joined_as="ally")
    assert nurse.send() == [("applied", None)]
    mine = held(nurse) or {}
    assert (mine["as"], mine["seen_by"], mine["consent"]) == ("ally", "committee", 1)
    (row,) = in_database(world)
    assert row["month"] == mine["since"] and len(row["month"]) == len("2026-11")
    wordings = (nurse.get("consent", "network") or {})["wordings"]
    assert wordings[0]["version"] == 1 and "until I leave" in " ".join(wordings[0]["parts"])


def test_a_member_gets_what_is_for_members_and_others_do_not(world: World) -> None:
    nurse = world.phone("nurse")
    assert nurse.all("post") == {}
    join(nurse).send()
    assert nurse.all("post").keys() == {"n1"}
    assert world.phone("newcomer").all("post") == {}


def test_a_private_membership_names_nobody(world: World) -> None:
    """NET acceptance 1, at its root: what is not there cannot be shown."""
    join(world.phone("nurse")).send()
    (row,) = in_database(world)
    assert row["person_id"] is None and person_id("nurse") not in str(row)
    for table in ("record", "scope"):
        name = str(row["id"])
        rows = [str(each) for each in world.rows(f"SELECT * FROM {table}") if name in str(each)]
        assert rows and not [each for each in rows if person_id("nurse") in each], table


def test_a_name_that_is_hidden_again_goes_from_the_row(world: World) -> None:
    nurse = join(world.phone("nurse"), seen_by="committee")
    nurse.send()
    assert in_database(world)[0]["person_id"] == person_id("nurse")
    nurse.do("network.seen_by", network="n1", seen_by="nobody")
    assert nurse.send() == [("applied", None)]
    assert in_database(world)[0]["person_id"] is None


def test_memberships_of_one_person_cannot_be_put_together(world: World) -> None:
    """Somebody named in one network and private in another: the names of the rows have nothing in common."""
    nurse = join(join(world.phone("nurse"), "n1", "committee"), "n2", "nobody")
    nurse.send()
    mine = [in_database(world, "n1")[0]["id"], *(each["id"] for each in in_database(world, "n2"))]
    assert len(set(mine)) == len(mine)
    key = world.engine.key
    assert members.scope_of(key, "n1", person_id("nurse")) != members.scope_of(key, "n2", person_id("nurse"))
    assert members.scope_of(b"another key" * 4, "n1", person_id("nurse")) != members.scope_of(
        key, "n1", person_id("nurse")
    )


def test_the_journal_knows_neither_who_nor_what_nor_with_what_words(world: World) -> None:
    join(world.phone("nurse")).send()
    other = join(world.phone("nurse", "phone-2"), seen_by="committee")
    other.outbox[0]["seen"] = 0
    assert other.send() == [("merged", "privacy.kept")]
    assert world.rows("SELECT * FROM action WHERE person = :me", me=person_id("nurse")) == []
    rows = world.rows("SELECT * FROM action WHERE person = '' AND code = 'privacy.kept'")
    assert len(rows) == 1 and not [each for each in rows if each["kind"] or each["detail"] or each["device"]]


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_network_that_takes_nobody_new_keeps_those_it_has(world: World, state: str) -> None:
    member = join(world.phone("member"), seen_by="committee")
    member.send()
    shut(world, state)
    nurse = join(world.phone("nurse"))
    assert nurse.send() == [("rejected", "join.closed")]
    assert held(nurse) is None and len(in_database(world)) == 1, "nothing is stored"
    member.receive()
    assert member.do("network.seen_by", network="n1", seen_by="nobody").send() == [("applied", None)]
    assert join(member, joined_as="ally").send() == [("applied", None)]
    assert member.do("network.leave", network="n1").send() == [("applied", None)]


def test_a_network_nobody_knows_is_refused_in_plain_words(world: World) -> None:
    nurse = join(world.phone("nurse"), "n99")
    (outcome,) = nurse.push()
    assert outcome[1:3] == ("rejected", "unknown.network") and "choose another" in str(outcome[3]["words"])


# Two phones without sight of each other


def test_of_two_joins_the_more_private_is_kept_and_said(world: World) -> None:
    one, two = world.phone("nurse", "phone-1"), world.phone("nurse", "phone-2")
    join(one, seen_by="nobody", joined_as="ally").send()
    assert join(two, seen_by="committee", joined_as="member").send() == [("merged", "privacy.kept")]
    assert (held(two) or {})["seen_by"] == "nobody" and (held(two) or {})["as"] == "ally"


def test_leaving_beats_joining_in_either_order(world: World) -> None:
    for first, second in (("network.leave", "network.join"), ("network.join", "network.leave")):
        one, two = world.phone("nurse", f"one-{first}"), world.phone("nurse", f"two-{first}")
        join(one, "n3").send()
        two.receive()
        for phone, kind in ((one, first), (two, second)):
            join(phone, "n3") if kind == "network.join" else phone.do(kind, network="n3")
        one.send()
        two.send()
        one.receive()
        assert held(one, "n3") is held(two, "n3") is None, first
        assert in_database(world, "n3") == []
        join(one, "n3").send()
        assert held(one, "n3"), "and who comes back knowing of it is in again"
        one.do("network.leave", network="n3").send()


def test_showing_oneself_without_sight_of_leaving_does_not_bring_one_back(world: World) -> None:
    one, two = world.phone("nurse", "phone-1"), world.phone("nurse", "phone-2")
    join(one).send()
    two.receive()
    one.do("network.leave", network="n1").send()
    assert two.do("network.seen_by", network="n1", seen_by="committee").send() == [("merged", "privacy.kept")]
    assert held(two) is None and in_database(world) == []


def test_who_was_never_in_is_told_that_there_is_nothing_to_change(world: World) -> None:
    nurse = world.phone("nurse").do("network.seen_by", network="n1", seen_by="nobody")
    assert nurse.send() == [("rejected", "not.member")]


# Leaving


def test_leaving_deletes_the_row_and_empties_every_phone(world: World) -> None:
    """NET acceptance 2."""
    one, two = world.phone("nurse", "phone-1"), world.phone("nurse", "phone-2")
    join(one, seen_by="committee").send()
    two.receive()
    assert held(two) and two.all("post")
    one.do("network.leave", network="n1").send()
    two.receive()
    assert in_database(world) == []
    for phone in (one, two):
        assert held(phone) is None and phone.all("post") == {}
        assert "network:n1" not in phone.cursors
    left = world.rows("SELECT body FROM record WHERE kind = 'membership' AND id = 'n1'")
    assert left and all(each["body"] is None for each in left)


def test_who_leaves_the_organisation_leaves_every_network(world: World) -> None:
    nurse = join(join(world.phone("nurse"), "n1", "committee"), "n2", "nobody")
    nurse.send()
    engine, before = world.engine, len(in_database(world, "n2"))
    world.write(lambda c: publish(engine, c, members.forget(c, engine.key, person_id("nurse"))))
    nurse.receive()
    assert nurse.all("membership") == {}
    assert in_database(world) == [] and len(in_database(world, "n2")) == before - 1


# What others may see


@pytest.mark.parametrize("key", [key for key in CAST if key not in ("private", "nurse")])
def test_nobody_is_sent_who_is_in_a_network(world: World, key: str) -> None:
    join(world.phone("nurse"), "n2").send()
    other = world.phone(key)
    text = str(other.records)
    assert person_id("nurse") not in text and person_id("private") not in text
    assert "Healthcare assistant" not in text
    assert {scope for scope, kind, _ in other.records if kind == "membership"} <= {
        members.scope_of(world.engine.key, network, person_id(key)) for network in ("n1", "n2", "n3", "n4", "n5", "n6")
    }


def test_who_leads_a_network_reads_it_for_as_long_as_they_do(world: World) -> None:
    nurse = world.phone("nurse")
    world.write(put_role, person_id("nurse"), "secretary", "n4")
    nurse.receive()
    assert nurse.all("post").keys() == {"n4"} and held(nurse, "n4") is None
    world.write(take_role, person_id("nurse"), "secretary", "n4")
    nurse.receive()
    assert nurse.all("post") == {} and "network:n4" not in nurse.cursors


def test_everybody_holds_as_many_scopes_whatever_they_joined(world: World) -> None:
    """Nothing that goes over the wire tells how many networks somebody is in."""
    counts = {key: len([scope for scope in world.phone(key).cursors if scope.startswith("member:")]) for key in CAST}
    assert set(counts.values()) == {7}


# Asking for a new one


def test_asking_counts_once_for_each_person_and_names_nobody(world: World) -> None:
    for device in ("phone-1", "phone-2"):
        assert world.phone("nurse", device).do("network.ask", topic="a2").send() == [("applied", None)]
    world.phone("ally").do("network.ask", topic="a2").send()
    rows = world.rows("SELECT * FROM network_asked WHERE topic = 'a2'")
    assert len(rows) == 2
    assert not [each for each in rows if person_id("nurse") in str(each) or person_id("ally") in str(each)]
    assert world.phone("nurse").all("asking") == {"a2": {"topic": "a2"}}
    assert world.phone("newcomer").all("asking") == {}


def test_asking_for_what_is_not_in_the_list_is_refused(world: World) -> None:
    assert world.phone("nurse").do("network.ask", topic="zz").send() == [("rejected", "unknown.topic")]

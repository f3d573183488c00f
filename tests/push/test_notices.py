"""What is told: who can read it, whose phones ring and when, and what is left of it in the database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from pwa.dates import clock, london_date
from server.demo import person_id
from server.push import notices
from server.push.hours import next_at
from server.push.notices import EVERYBODY, To, Words, rings
from sync import publish
from tests.features.at_inbox import WORDS, put_notice
from tests.push.ringing import settle, subscribe, take
from tests.world import DAY, World

MEMBER: dict[str, Any] = {"network": "n2", "as": "member", "seen_by": "nobody", "consent": 1}
CALLED_OFF = Words("cancelled", "Feel Good Friday is off", ["The hall is cold."], sender="Inclusion team")


def at(world: World, minute: int) -> World:
    """Next time it is so late in London."""
    world.now = next_at(world.now + DAY, minute)
    return world


def due(world: World) -> list[str]:
    return sorted(clock(int(row["due_at"])) for row in world.rows("SELECT due_at FROM delivery"))


def test_everybody_can_read_what_is_for_everybody(world: World) -> None:
    put_notice(world, "k1")
    for key in ("nurse", "newcomer", "admin"):
        told = world.phone(key).all("notice")["k1"]
        assert (told["title"], told["body"], told["from"], told["state"]) == (
            WORDS.title,
            WORDS.body,
            "Inclusion team",
            "on",
        )
        assert told["at_text"].endswith(clock(world.now)) and told["expires"] > london_date(world.now)


def test_what_is_for_a_network_reaches_its_members_and_nobody_else(world: World) -> None:
    put_notice(world, "k1", To("n2"))
    for key, reads in (("private", True), ("member", True), ("nurse", False), ("coordinator", False), ("admin", False)):
        assert ("k1" in world.phone(key).all("notice")) is reads, key


def test_what_is_for_some_in_a_network_reaches_them_in_their_own_secret_place(world: World) -> None:
    put_notice(world, "k1", To("n2", (person_id("private"),)))
    assert "k1" in world.phone("private").all("notice")
    assert "k1" not in world.phone("member").all("notice")
    assert world.rows("SELECT * FROM notice_person") == []
    (row,) = world.rows("SELECT member FROM notice_member")
    assert person_id("private") not in str(row)


def test_no_ring_and_no_delivery_says_what_it_is_about_or_whose(world: World) -> None:
    phones = [subscribe(world, key) for key in ("private", "member")]
    put_notice(at(world, 12 * 60), "k1", To("n2"), Words("message", "Canary words", ["of the network"]))
    rows = str(world.rows("SELECT * FROM ring") + world.rows("SELECT * FROM delivery"))
    assert len(world.rows("SELECT id FROM delivery")) == len(phones)
    for said in ("n2", "k1", "Canary", "message", person_id("private"), *(phone.endpoint for phone in phones)):
        assert said not in rows.replace(phones[0].origin, ""), said
    (ring,) = world.rows("SELECT tag, urgency FROM ring")
    assert len(ring["tag"]) == 22 and ring["urgency"] == "normal"


def test_phones_of_everybody_in_the_network_ring_private_members_too(world: World) -> None:
    for key in ("private", "member", "nurse", "newcomer"):
        subscribe(world, key)
    put_notice(at(world, 12 * 60), "k1", To("n2"))
    assert {job.phone.endpoint.rpartition("/")[2] for job in take(world)} == {"private", "member"}


def test_each_phone_waits_for_the_end_of_its_owners_quiet_hours(world: World) -> None:
    wishes = {
        "nurse": ("shift", "nights"),
        "ally": ("quiet", "off"),
        "manager": ("quiet", "21:30-09:15"),
        "helper": ("shift", "days"),
    }
    for key, (name, value) in wishes.items():
        subscribe(world, key)
        assert world.phone(key).do("preference.set", name=name, value=value).send() == [("applied", None)]
    put_notice(at(world, 23 * 60), "k1")
    assert due(world) == ["08:00", "09:15", "23:00", "23:00"]


def test_what_is_called_off_breaks_through_at_seven_or_when_it_starts_soon(world: World) -> None:
    subscribe(world, "nurse")
    at(world, 23 * 60)
    for hours, when in ((9, "23:00"), (30, "07:00")):
        words = CALLED_OFF._replace(starts_at=world.now + hours * 3_600_000)
        put_notice(world, f"k{hours}", To(people=(person_id("nurse"),)), words, "events")
        assert when in due(world)
    put_notice(world, "k1")
    assert due(world) == ["07:00", "08:00", "23:00"]


@pytest.mark.parametrize("level, kind, own, is_rung", [
    ("all", "message", False, True),
    ("mine", "message", False, False),
    ("mine", "message", True, True),
    ("mine", "changed", False, True),
    ("urgent", "place", True, True),
    ("urgent", "message", True, False),
    ("none", "cancelled", True, False),
])  # fmt: skip
def test_a_level_says_for_what_a_phone_rings(level: str, kind: str, own: bool, is_rung: bool) -> None:
    assert rings(level, kind, own) is is_rung


def test_what_somebody_wants_of_a_network_is_kept_with_the_membership_and_heeded(world: World) -> None:
    subscribe(world, "private")
    phone = world.phone("private").do("network.level", network="n2", level="none")
    assert phone.send() == [("applied", None)]
    assert world.rows("SELECT * FROM preference") == []
    put_notice(at(world, 12 * 60), "k1", To("n2"))
    assert due(world) == [] and "k1" in world.phone("private").all("notice")


def test_of_a_network_nothing_can_be_wanted_under_ones_own_name(world: World) -> None:
    phone = world.phone("private")
    for name in ("level:n2", "detail:n2", "level:", "colour"):
        assert phone.do("preference.set", name=name, value="none").send() == [("rejected", "unknown.choice")], name
    assert world.rows("SELECT * FROM preference") == []


def test_of_two_choices_made_apart_the_quieter_one_is_kept(world: World) -> None:
    first, second = world.phone("nurse", "phone-1"), world.phone("nurse", "phone-2")
    first.do("preference.set", name="detail:news", value="no").send()
    second.do("preference.set", name="detail:news", value="yes")
    assert second.send() == [("merged", "privacy.kept")]
    second.do("preference.set", name="detail:news", value="yes")
    assert second.send() == [("applied", None)], "in sight of the other one the later choice is the right one"


def test_what_was_read_names_nobody_and_goes_when_somebody_leaves(world: World) -> None:
    put_notice(world, "k1", To("n2"))
    put_notice(world, "k2")
    phone = world.phone("private").do("notice.read", notice="k1").do("notice.read", notice="k2")
    phone.send()
    assert phone.all("notice_read").keys() == {"k1", "k2"}
    rows = world.rows("SELECT reader, notice_id FROM notice_read")
    assert len({row["reader"] for row in rows}) == 2, (
        "what is read in a network cannot be put beside what is read outside"
    )
    assert person_id("private") not in str(rows)
    phone.do("network.leave", network="n2").send()
    assert [row["notice_id"] for row in world.rows("SELECT notice_id FROM notice_read")] == ["k2"]
    assert phone.all("notice_read").keys() == phone.all("notice").keys() == {"k2"}


def test_nothing_is_kept_of_a_message_that_is_not_theirs(world: World) -> None:
    put_notice(world, "k1", To("n2"))
    assert world.phone("nurse").do("notice.read", notice="k1").send() == [("applied", None)]
    assert world.rows("SELECT * FROM notice_read") == []


def change(world: World, run: Any, *args: Any) -> None:
    world.write(
        lambda connection: publish(world.engine, connection, run(connection, world.engine.key, world.now, *args))
    )


def test_a_corrected_notice_takes_the_place_of_the_one_before(world: World) -> None:
    subscribe(world, "nurse")
    put_notice(at(world, 12 * 60), "k1")
    (before,) = take(world)
    settle(world, "accepted", [before])
    change(world, notices.correct, "k1", "The car park is open", ["It was a mistake."])
    (after,) = take(world)
    assert after.tag == before.tag and after.ring != before.ring
    told = world.phone("nurse").all("notice")["k1"]
    assert (told["title"], told["version"], told["state"]) == ("The car park is open", 2, "corrected")


@pytest.mark.parametrize("sent", [False, True])
def test_what_is_taken_back_loses_its_words_and_rings_only_where_it_rang(world: World, sent: bool) -> None:
    subscribe(world, "nurse")
    put_notice(at(world, 12 * 60), "k1")
    if sent:
        settle(world, "accepted", take(world))
    change(world, notices.withdraw, "k1")
    told = world.phone("nurse").all("notice")["k1"]
    assert (told["title"], told["body"], told["state"], told["version"]) == ("", [], "withdrawn", 2)
    assert "car park" not in str(
        world.rows("SELECT * FROM notice") + world.rows("SELECT body FROM record WHERE kind = 'notice'")
    )
    assert len(take(world)) == int(sent)


def test_what_is_over_goes_from_every_table_and_every_phone(world: World) -> None:
    for id, to in (
        ("k1", EVERYBODY),
        ("k2", To("n2", (person_id("private"),))),
        ("k3", To(people=(person_id("private"),))),
    ):
        put_notice(world, id, to)
    phone = world.phone("private").do("notice.read", notice="k1").do("notice.read", notice="k2")
    phone.send()
    for days, left in ((30, 3), (31, 0)):
        world.write(_cleared, world, world.now + days * DAY)
        phone.receive()
        assert len(phone.all("notice")) == left
    for table in ("notice", "notice_person", "notice_member", "notice_read"):
        assert world.rows(f"SELECT * FROM {table}") == [], table
    assert phone.all("notice_read") == {}


def _cleared(connection: Connection, world: World, now: int) -> None:
    publish(world.engine, connection, notices.clear_out(connection, now))

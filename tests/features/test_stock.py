"""The collection desk: what is done there is in somebody's hands already, so all of it counts and nobody is blocked."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import delete

from server.demo import CAST, person_id
from server.features.schemes import Allying
from tests.features.at_collection import LANYARD, NOT_KNOWN, STICKER, asked, collect, emptied, move, request, there
from tests.world import DAY, World

MINUTE = 60_000


@pytest.fixture
def sqlite_world(sqlite_world: World) -> World:
    return emptied(sqlite_world)


@pytest.fixture
def world(world: World) -> World:
    return emptied(world)


def test_every_movement_is_kept_and_added_up_on_every_helpers_phone(world: World) -> None:
    one, other = world.phone("helper", "one"), world.phone("helper", "other")
    move(one, "delivery", 10).send()
    move(other, "damage", 2)
    move(other, "return", 1).send()
    move(one, "delivery", 5).send()
    other.receive()
    assert there(one) == there(other) == (14, 0)
    kept = world.rows("SELECT what, number, role FROM stock_move ORDER BY number")
    assert [tuple(each.values()) for each in kept] == [
        ("return", 1, "helper"),
        ("damage", 2, "helper"),
        ("delivery", 5, "helper"),
        ("delivery", 10, "helper"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_count_is_a_new_base_at_its_time_in_whatever_order_it_arrives(
    sqlite_world: World, order: tuple[int, ...]
) -> None:
    now = sqlite_world.now
    done = [("delivery", 10, now - 3 * MINUTE), ("count", 4, now - 2 * MINUTE), ("damage", 1, now - MINUTE)]
    for number in order:
        what, many, at = done[number]
        move(sqlite_world.phone("helper", f"phone-{number}"), what, many, at=at).send()
    assert there(sqlite_world.phone("helper")) == (3, 0)


def test_fewer_than_none_came_is_refused_with_words_and_nothing_is_kept(world: World) -> None:
    ((_, outcome, code, detail),) = move(world.phone("helper"), "delivery", -3).push()
    assert (outcome, code) == ("rejected", "bad_arguments")
    assert "a number from 0" in str(detail["words"])
    assert world.rows("SELECT * FROM stock_move") == []
    assert move(world.phone("helper", "two"), "delivery", 3, item="i99").send() == [("rejected", "unknown.item")]


def test_a_code_hands_over_and_both_sides_are_told(world: World) -> None:
    helper, code = world.phone("helper"), asked(world, "ally", "K7M")
    move(helper, "count", 5).send()
    assert there(helper) == (5, 1)
    assert helper.get("collecting", f"c1-{code}") == {
        **{"place": "c1", "code": code, "item": LANYARD, "title": "Safety-release lanyard"}
    }
    assert collect(helper, f" {code[:2].lower()} {code[2:].lower()}").send() == [("applied", None)]
    assert there(helper) == (4, 0)
    assert helper.get("collecting", f"c1-{code}") is None
    desk = helper.get("hand_over", "c1")
    assert desk and [(each["code"], each["item"]) for each in desk["handed"]] == [(code, LANYARD)]
    assert request(world, "ally")["state"] == "collected"


def test_the_first_collection_counts_and_a_second_takes_nothing_off(world: World) -> None:
    one, other, code = world.phone("helper", "one"), world.phone("helper", "other"), asked(world, "ally", "K7M")
    move(one, "count", 5).send()
    first = world.now - 2 * MINUTE
    assert collect(one, code, at=first).send() == [("applied", None)]
    assert collect(other, code).send() == [("merged", "handed.before")]
    assert there(other) == (5, 0), "the count came after it"
    rows = world.rows("SELECT ended_at, state FROM allying")
    assert [tuple(each.values()) for each in rows] == [(first, "collected")]


def test_what_was_cancelled_meanwhile_is_collected_all_the_same(world: World) -> None:
    code = asked(world, "ally", "K7M", state="cancelled")
    assert collect(world.phone("helper"), code).send() == [("applied", None)]
    assert request(world, "ally")["state"] == "collected"


def test_a_mistyped_code_is_refused_by_its_check_and_nothing_is_kept(world: World) -> None:
    code = asked(world, "ally", "K7M")
    swapped = code[1] + code[0] + code[2:]
    ((_, outcome, why, detail),) = collect(world.phone("helper"), swapped).push()
    assert (outcome, why) == ("rejected", "code.mistyped")
    assert "Look at their phone again" in str(detail["words"]) and detail["field"] == "code"
    assert world.rows("SELECT * FROM held_code") == [] and request(world, "ally")["state"] == "ready"


def test_a_code_that_nobody_has_is_taken_and_held_for_fourteen_days(world: World) -> None:
    one, other = world.phone("helper", "one"), world.phone("helper", "other")
    first = world.now - DAY
    assert collect(one, NOT_KNOWN, at=first).send() == [("merged", "check.code")]
    assert collect(other, NOT_KNOWN).send() == [("merged", "check.code")]
    (held,) = other.all("check_code").values()
    assert held["code"] == NOT_KNOWN and held["on"] < held["until"]
    assert world.rows("SELECT place, code, at FROM held_code") == [{"place": "c1", "code": NOT_KNOWN, "at": first}]
    assert one.do("stock.checked", place="c1", code=NOT_KNOWN).send() == [("applied", None)]
    assert one.all("check_code") == {} and world.rows("SELECT * FROM held_code") == []


def test_a_hand_over_that_came_before_its_request_finds_it_and_settles_itself(world: World) -> None:
    """As after an older copy of the database was put back: phones send again what it does not know."""
    nurse, helper = world.phone("nurse"), world.phone("helper")
    move(helper, "count", 5, at=world.now - MINUTE).send()
    nurse.do("module.finish", module="m1", version=1, gate_met="yes")
    nurse.do("ally.request", scheme="s1", item=LANYARD, collect_at="c1").send()
    code = request(world, "nurse")["code"]
    world.write(lambda connection: connection.execute(delete(Allying).where(Allying.person_id == nurse.person)))
    world.republish("ally")
    assert collect(helper, code).send() == [("merged", "check.code")]
    nurse.receive()
    nurse.do("ally.request", scheme="s1", item=LANYARD, collect_at="c1").send()
    helper.receive()
    assert request(world, "nurse")["state"] == "collected"
    assert there(helper) == (4, 0) and helper.all("check_code") == {}


def test_taken_back_to_the_desk_it_is_ready_again_and_twice_is_once(world: World) -> None:
    helper, code = world.phone("helper"), asked(world, "ally", "K7M")
    move(helper, "count", 5, at=world.now - MINUTE)
    collect(helper, code)
    for _ in range(2):
        helper.do("stock.put_back", place="c1", code=code)
    assert {outcome for outcome, _ in helper.send()} == {"applied"}
    assert there(helper) == (5, 1)
    assert request(world, "ally")["state"] == "ready" and request(world, "ally")["code"] == code


def test_the_last_one_handed_over_twice_leaves_less_than_none_and_blocks_nobody(world: World) -> None:
    """Two helpers, neither with signal."""
    first, second = asked(world, "ally", "K7M"), asked(world, "nurse", "2XT")
    one, other = world.phone("helper", "one"), world.phone("helper", "other")
    move(one, "count", 1, at=world.now - MINUTE).send()
    other.receive()
    assert there(one) == there(other) == (1, 2)
    assert collect(one, first).send() == collect(other, second).send() == [("applied", None)]
    one.receive()
    assert there(one) == there(other) == (-1, 0)
    assert request(world, "ally")["state"] == request(world, "nurse")["state"] == "collected"
    assert move(other, "count", 0).send() == [("applied", None)]
    assert there(other) == (0, 0)


@pytest.mark.parametrize("what", ["delivery", "return", "count"])
def test_what_comes_is_for_who_has_waited_longest(world: World, what: str) -> None:
    for key, code, at in (("ally", "K7M", 20), ("nurse", "2XT", 10), ("member", "3FH", 30)):
        asked(world, key, code, state="waiting", at=at)
    asked(world, "chair", "4FH", state="waiting", at=1, place="c1", item=STICKER)
    helper = world.phone("helper")
    assert move(helper, what, 2).send() == [("applied", None)]
    assert [request(world, key)["state"] for key in ("nurse", "ally", "member", "chair")] == [
        *("ready", "ready", "waiting", "waiting")
    ]
    assert there(helper) == (2, 2) and len(helper.all("collecting")) == 2


def test_what_is_promised_already_serves_nobody_else(world: World) -> None:
    asked(world, "ally", "K7M")
    asked(world, "nurse", "2XT", state="waiting")
    helper = world.phone("helper")
    move(helper, "count", 1).send()
    assert request(world, "nurse")["state"] == "waiting"
    move(helper, "delivery", 1).send()
    assert request(world, "nurse")["state"] == "ready"


KINDS: dict[str, dict[str, Any]] = {
    "stock.move": {"item": LANYARD, "what": "delivery", "number": 1},
    "stock.collect": {"code": NOT_KNOWN},
    "stock.put_back": {"code": NOT_KNOWN},
    "stock.checked": {"code": NOT_KNOWN},
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_who_stands_at_this_desk_may(world: World, kind: str) -> None:
    allowed = {"helper", "coordinator"}
    for key in CAST:
        for place in ("c1", "c2", "c99"):
            said = world.phone(key, f"{key}-{place}").do(kind, place=place, **KINDS[kind]).send()
            mine = key == "coordinator" or (key, place) == ("helper", "c1")
            assert (said[0][1] == "not.yours") == (not mine), (key, place)
            assert not (key == "coordinator" and place == "c99" and said != [("rejected", "unknown.place")])
    assert allowed <= set(CAST)


def test_the_desk_is_on_the_phones_of_those_who_stand_at_it_and_says_nothing_of_anybody(world: World) -> None:
    """And the newcomer gets nothing."""
    asked(world, "ally", "K7M")
    collect(world.phone("helper", "one"), NOT_KNOWN).send()
    kinds = {"hand_over", "stock", "collecting", "check_code"}
    scopes = {"helper": {"place:c1"}, "coordinator": {"place:c1", "place:c2"}}
    for key in CAST:
        phone = world.phone(key, f"phone-of-{key}")
        held = {key: body for key, (body, _) in phone.records.items() if key[0].startswith("place:")}
        assert {scope for scope, _, _ in held} == scopes.get(key, set()), key
        assert not {kind for _, kind, _ in phone.records} & kinds or key in scopes, key
        assert {kind for _, kind, _ in held} == (kinds if key in scopes else set()), key
        told = str(held)
        for who, (name, *_) in CAST.items():
            assert person_id(who) not in told and name not in told, (key, who)

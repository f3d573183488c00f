"""A phone that may be rung has one owner, and goes with the log in that it belongs to."""

from __future__ import annotations

import pytest

from server import leaving, sessions
from server.demo import person_id
from server.push import subscriptions
from server.push.subscriptions import SomebodyElses
from tests.push.ringing import VAPID, phone_at, ring, sessions_of, subscribe, take
from tests.world import World


def kept(world: World) -> list[str]:
    return [str(row["endpoint"]) for row in world.rows("SELECT endpoint FROM subscription ORDER BY endpoint")]


def keep(world: World, key: str, place: str, **changes: str) -> None:
    (session, *_) = sorted(sessions_of(world, key))
    phone = phone_at(place)._replace(**changes)
    world.write(subscriptions.keep, person_id(key), session, phone, VAPID, world.now, None)


def test_whoever_has_its_keys_takes_an_endpoint_over(world: World) -> None:
    subscribe(world, "nurse", "shared")
    subscribe(world, "ally", "shared")
    ring(world, "nurse", "ally")
    assert len(take(world)) == 1
    assert [row["person_id"] for row in world.rows("SELECT person_id FROM subscription")] == [person_id("ally")]


@pytest.mark.parametrize("wrong", ["p256dh", "auth"])
def test_whoever_only_knows_an_endpoint_takes_nothing(world: World, wrong: str) -> None:
    subscribe(world, "nurse", "mine")
    subscribe(world, "ally", "theirs")
    with pytest.raises(SomebodyElses):
        keep(world, "ally", "mine", **{wrong: "guessed"})
    assert ring(world, "nurse").phones == 1 and kept(world) == [phone_at("mine").endpoint, phone_at("theirs").endpoint]


def test_an_endpoint_that_is_replaced_goes_and_only_ones_own(world: World) -> None:
    old, other = subscribe(world, "nurse", "old"), subscribe(world, "ally", "other")
    subscribe(world, "nurse", "new", replaces=old.endpoint)
    subscribe(world, "nurse", "newer", replaces=other.endpoint)
    assert kept(world) == [phone_at(place).endpoint for place in ("new", "newer", "other")]


def test_a_browser_has_one_endpoint(world: World) -> None:
    subscribe(world, "nurse", "before")
    keep(world, "nurse", "now")
    assert kept(world) == [phone_at("now").endpoint]


def test_nobody_turns_off_somebody_elses_phone(world: World) -> None:
    phone = subscribe(world, "nurse")
    assert not world.write(subscriptions.forget, person_id("ally"), phone.endpoint)
    assert world.write(subscriptions.forget, person_id("nurse"), phone.endpoint)
    assert kept(world) == []


def test_after_log_out_nothing_more_is_sent_to_the_phone(world: World) -> None:
    subscribe(world, "nurse", "other")
    person = world.log_in("nurse")
    (session,) = set(sessions_of(world, "nurse")) - {
        str(row["session_id"]) for row in world.rows("SELECT session_id FROM subscription")
    }
    world.write(subscriptions.keep, person_id("nurse"), session, phone_at("this"), VAPID, world.now, None)
    ring(world, "nurse")
    person.post("/log-out")
    assert [job.phone for job in take(world)] == [phone_at("other")]
    assert world.rows("SELECT id FROM delivery WHERE worker IS NULL") == []


def test_a_device_that_is_removed_is_rung_no_more(world: World) -> None:
    subscribe(world, "nurse", "lost")
    subscribe(world, "nurse", "kept")
    (lost,) = [str(row["session_id"]) for row in world.rows("SELECT * FROM subscription") if "lost" in row["endpoint"]]
    ring(world, "nurse")
    world.phone("nurse").do("device.remove", device=lost).send()
    assert [job.phone for job in take(world)] == [phone_at("kept")]


def test_when_all_log_ins_are_taken_away_no_phone_is_rung(world: World) -> None:
    subscribe(world, "nurse")
    subscribe(world, "ally")
    world.write(sessions.take_away_all, person_id("nurse"), world.now)
    assert kept(world) == [phone_at("ally").endpoint]


def test_whoever_leaves_is_rung_no_more(world: World) -> None:
    subscribe(world, "nurse")
    subscribe(world, "ally")
    ring(world, "nurse", "ally")
    world.write(leaving.leave, world.engine, person_id("nurse"), world.now)
    assert [job.phone for job in take(world)] == [phone_at("ally")]


def test_the_log_in_of_the_same_browser_that_comes_after_ends_the_one_before(world: World) -> None:
    """`sessions.meet` deletes the older log in of one device; its phone is rung for the newer one, which says so."""
    first = world.log_in("nurse")
    first.sync(device="one-browser")
    (session,) = sessions_of(world, "nurse")
    world.write(subscriptions.keep, person_id("nurse"), session, phone_at("same"), VAPID, world.now, None)
    world.log_in("nurse").sync(device="one-browser")
    assert kept(world) == []

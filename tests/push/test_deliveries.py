"""What is to be sent to phones: written with what happened, taken, settled, and naming nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from server.demo import person_id
from server.push import deliveries
from server.push.deliveries import ACCEPTED, AGAIN, FAILED, GONE, LEASE, Counts, Result, Ring
from tests.push.ringing import ORIGIN, ring, settle, subscribe, take
from tests.world import DAY, World

HOUR = 3_600_000


def waiting(world: World) -> int:
    return len(world.rows("SELECT id FROM delivery"))


def counted(world: World, id: str) -> Counts | None:
    return world.read(deliveries.counts, id)


def test_everybody_asked_for_is_rung_on_each_phone_and_nobody_else(world: World) -> None:
    for key, place in (("nurse", "1"), ("nurse", "2"), ("ally", "3"), ("chair", "4")):
        subscribe(world, key, place)
    assert ring(world, "nurse", "ally", "newcomer").phones == 3
    assert sorted(job.phone.endpoint for job in take(world)) == [f"{ORIGIN}/{place}" for place in "123"]


def test_what_is_written_goes_with_the_transaction_that_wrote_it(world: World) -> None:
    subscribe(world, "nurse")

    def broken(connection: Connection) -> None:
        asked = Ring("r", "tag", "normal", world.now + DAY)
        assert deliveries.ring(connection, world.engine.key, asked, [(person_id("nurse"), world.now)]) == 1
        raise LookupError

    with pytest.raises(LookupError):
        world.write(broken)
    assert waiting(world) == 0 and take(world) == []


def test_one_ring_rings_a_phone_once_however_often_it_is_asked_for(world: World) -> None:
    subscribe(world, "nurse")
    for _ in range(2):
        ring(world, "nurse", "nurse", id="same")
    assert len(take(world)) == 1


def test_a_settled_delivery_is_gone_and_counted(world: World) -> None:
    for key in ("nurse", "ally", "chair"):
        subscribe(world, key)
    rung = ring(world, "nurse", "ally", "chair")
    first, second, third = take(world)
    settle(world, ACCEPTED, [first, second])
    settle(world, FAILED, [third])
    assert waiting(world) == 0
    assert counted(world, rung.id) == Counts(accepted=2, gone=0, expired=0, failed=1)


def test_two_workers_never_take_the_same_one(world: World) -> None:
    for place in "123456":
        subscribe(world, "nurse", place)
    ring(world, "nurse")
    one, two = take(world, "one", room=4), take(world, "two", room=4)
    assert (len(one), len(two)) == (4, 2)
    assert not {job.id for job in one} & {job.id for job in two}


def test_what_a_dead_worker_had_taken_is_taken_again_after_a_minute_and_settled_once(world: World) -> None:
    subscribe(world, "nurse")
    rung = ring(world, "nurse")
    dead = take(world, "dead")
    world.now += LEASE - 1
    assert take(world, "alive") == []
    world.now += 1
    alive = take(world, "alive")
    assert [job.attempts for job in alive] == [2]
    settle(world, FAILED, dead, "dead")  # it was not dead, only slow
    assert waiting(world) == 1 and counted(world, rung.id) == Counts(0, 0, 0, 0)
    settle(world, ACCEPTED, alive, "alive")
    assert waiting(world) == 0 and counted(world, rung.id) == Counts(1, 0, 0, 0)


def test_what_is_to_be_tried_again_waits_its_time(world: World) -> None:
    subscribe(world, "nurse")
    ring(world, "nurse")
    (job,) = take(world)
    assert take(world, results=(Result(job, AGAIN, world.now + HOUR, job.attempts),)) == []
    world.now += HOUR
    assert [each.attempts for each in take(world)] == [2]


def test_nobody_is_rung_before_their_time(world: World) -> None:
    subscribe(world, "nurse")
    ring(world, "nurse", after=HOUR)
    assert take(world) == []
    world.now += HOUR
    assert len(take(world)) == 1


def test_what_nobody_needs_any_more_is_not_sent(world: World) -> None:
    subscribe(world, "nurse")
    rung = ring(world, "nurse", for_=HOUR)
    assert ring(world, "nurse", tag="another", after=HOUR, for_=HOUR).phones == 0
    world.now += HOUR
    assert take(world) == []
    assert counted(world, rung.id) == Counts(0, 0, 1, 0)


def test_a_newer_ring_of_the_same_tag_takes_the_place_of_the_older(world: World) -> None:
    subscribe(world, "nurse")
    ring(world, "nurse", after=HOUR)
    other, newer = ring(world, "nurse", tag="another"), ring(world, "nurse", after=HOUR)
    world.now += HOUR
    assert {job.ring for job in take(world)} == {other.id, newer.id}


def test_what_was_withdrawn_is_not_sent(world: World) -> None:
    subscribe(world, "nurse")
    ring(world, "nurse", tag="withdrawn")
    kept = ring(world, "nurse")
    world.write(deliveries.silence, world.engine.key, "withdrawn")
    assert [job.ring for job in take(world)] == [kept.id]


def test_an_origin_that_is_away_holds_up_no_other(world: World) -> None:
    subscribe(world, "nurse", origin="https://away.example.org")
    subscribe(world, "ally")
    ring(world, "nurse", "ally")
    away = ["https://away.example.org"]
    jobs = world.write(deliveries.turn, world.engine.key, "worker", (), world.now, 256, away)
    assert [job.phone.origin for job in jobs] == [ORIGIN]
    assert world.read(deliveries.is_due, world.now, ()) and not world.read(deliveries.is_due, world.now, away)


def test_a_phone_that_is_gone_is_forgotten_and_what_waits_for_it_is_not_sent(world: World) -> None:
    subscribe(world, "nurse")
    ring(world, "nurse")
    later = ring(world, "nurse", tag="later", after=HOUR)
    settle(world, GONE, take(world))
    assert world.rows("SELECT id FROM subscription") == []
    world.now += HOUR
    assert take(world) == [] and waiting(world) == 0
    assert counted(world, later.id) == Counts(0, 1, 0, 0)


def test_the_rows_say_neither_who_is_rung_nor_on_which_phone(world: World) -> None:
    """Of three people one is rung, twice: nothing in the rows is the same as anything of theirs, or as each other."""
    for key in ("nurse", "ally", "chair"):
        subscribe(world, key)
    ring(world, "nurse", tag="one")
    ring(world, "nurse", tag="two")
    rows = world.rows("SELECT * FROM delivery")
    of_people = world.rows("SELECT * FROM subscription") + world.rows("SELECT * FROM session")
    theirs = {str(value) for row in of_people for name, value in row.items() if name != "origin" and value}
    text = " ".join(str(value) for row in rows for value in row.values())
    assert len(rows) == 2 and not [each for each in theirs if len(each) > 3 and each in text]
    assert not set(map(str, rows[0].values())) & set(map(str, rows[1].values())) - {ORIGIN, "0", "None", str(world.now)}
    assert len({len(row["whom"]) for row in rows}) == 1


def test_no_order_of_the_rows_says_who_came_first(sqlite_world: World) -> None:
    for number in range(20):
        subscribe(sqlite_world, "nurse", str(number))
    ring(sqlite_world, "nurse")
    names = [str(row["id"]) for row in sqlite_world.rows("SELECT id FROM delivery")]
    assert names == sorted(names)


def test_ringing_leaves_no_time_with_the_phone(world: World) -> None:
    """Phones rung in the same minute would be known as those of one network."""
    subscribe(world, "nurse")
    before = world.rows("SELECT * FROM subscription")
    world.now += 3 * DAY
    ring(world, "nurse")
    settle(world, ACCEPTED, take(world))
    assert world.rows("SELECT * FROM subscription") == before
    assert before[0]["last_ok"] % DAY == before[0]["made_at"] % DAY == 0


def test_counts_are_forgotten_40_days_after_the_end(world: World) -> None:
    rung = ring(world, "nurse", for_=HOUR)
    world.write(deliveries.clear_out, world.now + 40 * DAY)
    assert counted(world, rung.id)
    world.write(deliveries.clear_out, world.now + 40 * DAY + HOUR)
    assert counted(world, rung.id) is None


def test_nothing_is_worth_waking_anybody(world: World) -> None:
    asked = Ring("r", "tag", "high", world.now + DAY)
    with pytest.raises(ValueError, match="urgency"):
        world.write(deliveries.ring, world.engine.key, asked, [])

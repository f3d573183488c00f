"""The loop that sends: every phone once, whatever push services answer, and none held up by another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from server.demo import person_id
from server.metrics import Metrics
from server.push import deliveries, webpush, worker
from server.push.deliveries import Counts
from server.push.payload import payload
from server.push.webpush import Sender
from server.push.worker import Worker
from tests.push.ringing import ring, subscribe
from tests.push.sink import Sink, sink
from tests.world import DAY, World

ROUNDS = 400


@pytest.fixture
def service() -> Iterator[Sink]:
    with sink() as made:
        yield made


@pytest.fixture(autouse=True)
def at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's clock is the world's, and nobody waits for it."""
    monkeypatch.setattr(worker, "now", lambda: world.now)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(worker, "GATHER_SECONDS", 0)
    monkeypatch.setattr("tests.push.ringing.VAPID", Sender(world.config).key)


def work(world: World, service: Sink) -> Metrics:
    """Sends until nothing is due any more and nothing is on its way."""
    metrics = Metrics()

    async def run() -> None:
        sender = Sender(replace(world.config, push_allowed_hosts=(service.origin,)))
        await sender.open()
        made = Worker(
            world._db, world.engine.key, sender, lambda tag: payload("Common Ground", "https://x", tag), metrics
        )
        for _ in range(ROUNDS):
            await made.round()
            if not made._sending and not made._results:
                break
            await made._wait()
        await sender.close()

    world._runner.run(run())
    return metrics


def phones(world: World, service: Sink, *keys: str) -> None:
    for key in keys:
        subscribe(world, key, f"push/{key}", service.origin, keys=(service.p256dh, service.auth))


def counted(world: World, id: str) -> Counts | None:
    return world.read(deliveries.counts, id)


def waiting(world: World) -> int:
    return len(world.rows("SELECT id FROM delivery"))


def test_every_phone_is_sent_the_same_words_once(world: World, service: Sink) -> None:
    phones(world, service, "nurse", "ally", "chair")
    rung = ring(world, "nurse", "ally", "chair")
    work(world, service)
    assert dict(service.by_place) == {"nurse": 1, "ally": 1, "chair": 1}
    assert len(set(service.opened())) == 1
    assert counted(world, rung.id) == Counts(3, 0, 0, 0) and waiting(world) == 0


def test_a_push_service_cannot_see_who_is_told_the_same(world: World, service: Sink) -> None:
    """One topic for all would be a list of the members of a network. For one phone it stays, so that newer words
    take the place of older ones there."""
    phones(world, service, "nurse", "ally")
    for _ in range(2):
        ring(world, "nurse", "ally")
        work(world, service)
    topics = {
        place: {each.headers["Topic"] for each in service.taken if each.place == place} for place in ("nurse", "ally")
    }
    assert [len(each) for each in topics.values()] == [1, 1] and topics["nurse"] != topics["ally"]
    assert all(len(topic) <= 32 for each in topics.values() for topic in each)


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_forgotten(world: World, service: Sink, status: int) -> None:
    phones(world, service, "nurse", "ally")
    service.plan("nurse", status)
    rung = ring(world, "nurse", "ally")
    work(world, service)
    assert [row["person_id"] for row in world.rows("SELECT person_id FROM subscription")] == [person_id("ally")]
    assert counted(world, rung.id) == Counts(1, 1, 0, 0)


@pytest.mark.parametrize("status", [400, 401, 403, 413, 307])
def test_what_is_our_fault_forgets_nobody_and_is_not_tried_again(world: World, service: Sink, status: int) -> None:
    phones(world, service, "nurse")
    service.plan("nurse", status)
    rung = ring(world, "nurse")
    work(world, service)
    assert len(world.rows("SELECT id FROM subscription")) == 1 and waiting(world) == 0
    assert counted(world, rung.id) == Counts(0, 0, 0, 1)


def test_what_could_not_be_sent_is_tried_again_later_and_at_last_given_up(world: World, service: Sink) -> None:
    phones(world, service, "nurse")
    service.plan("nurse", *[503] * 20)
    rung, waited = ring(world, "nurse"), []
    while work(world, service) and waiting(world):
        (row,) = world.rows("SELECT due_at FROM delivery")
        waited.append((int(row["due_at"]) - world.now) / 1_000)
        world.now = int(row["due_at"])
    for seconds, longest in zip(waited, worker.RETRY_SECONDS, strict=True):
        assert longest / 2 <= seconds <= longest
    assert counted(world, rung.id) == Counts(0, 0, 0, 1)


def test_after_a_bad_moment_it_arrives(world: World, service: Sink) -> None:
    phones(world, service, "nurse")
    service.plan("nurse", 500)
    rung = ring(world, "nurse")
    work(world, service)
    world.now += 15_000
    work(world, service)
    assert service.by_place["nurse"] == 1 and counted(world, rung.id) == Counts(1, 0, 0, 0)


def test_a_service_that_asks_for_a_pause_gets_it_and_loses_no_try(world: World, service: Sink) -> None:
    phones(world, service, "nurse")
    with sink() as other:
        phones(world, other, "ally")
        service.plan("nurse", *[429] * 12, Retry_After="120")
        rung = ring(world, "nurse", "ally")
        for _ in range(12):
            before = world.now
            work(world, service)
            (row,) = [each for each in world.rows("SELECT * FROM delivery") if each["origin"] == service.origin]
            assert (int(row["due_at"]) - before, row["attempts"]) == (120_000, 0)
            world.now = int(row["due_at"])
        work(world, service)
    assert service.by_place["nurse"] == 1
    assert counted(world, rung.id) == Counts(1, 0, 0, 1), "the other was not allowed here"


def test_a_phone_made_with_another_key_of_ours_is_not_tried(
    world: World, service: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.push.ringing.VAPID", "the key before")
    phones(world, service, "nurse")
    rung = ring(world, "nurse")
    work(world, service)
    assert service.taken == [] and counted(world, rung.id) == Counts(0, 0, 0, 1)


def test_the_time_that_is_left_is_the_time_a_service_keeps_it(world: World, service: Sink) -> None:
    phones(world, service, "nurse")
    ring(world, "nurse", for_=DAY)
    work(world, service)
    assert service.taken[0].headers["TTL"] == str(DAY // 1_000)


def test_a_slow_service_does_not_hold_up_another(world: World, service: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow one answers nothing at all; the other is done before anybody gives up on it."""
    monkeypatch.setattr(worker, "AT_ONCE_PER_ORIGIN", 1)
    with sink() as slow:
        slow.delay = 600
        phones(world, slow, "chair", "member")
        phones(world, service, "nurse", "ally")
        ring(world, "chair", "member", "nurse", "ally")

        async def run() -> None:
            allowed = (service.origin, slow.origin)
            sender = Sender(replace(world.config, push_allowed_hosts=allowed))
            await sender.open()
            made = Worker(world._db, world.engine.key, sender, lambda tag: b"x", Metrics())
            while len(service.taken) < 2:
                await made.round()
                await made._wait()
            for task in made._sending:
                task.cancel()
            await asyncio.gather(*made._sending, return_exceptions=True)
            await sender.close()

        world._runner.run(run())
    assert slow.taken == []


def test_what_is_counted_says_only_what_services_answered(world: World, service: Sink) -> None:
    phones(world, service, "nurse", "ally")
    service.plan("nurse", 410)
    ring(world, "nurse", "ally")
    text = work(world, service).text().decode()
    lines = [line for line in text.splitlines() if line.startswith("common_ground_pushes")]
    assert lines == [
        f'common_ground_pushes_total{{outcome="{outcome}"}} {1.0 if outcome in ("accepted", "gone") else 0.0}'
        for outcome in (webpush.ACCEPTED, webpush.GONE, webpush.THROTTLED, webpush.LATER, webpush.REFUSED)
    ]


def test_what_is_on_its_way_when_the_process_ends_is_written_down(world: World, service: Sink) -> None:
    service.delay = 0.3
    phones(world, service, "nurse")
    rung = ring(world, "nurse")

    async def run() -> None:
        sender = Sender(replace(world.config, push_allowed_hosts=(service.origin,)))
        await sender.open()
        made = Worker(world._db, world.engine.key, sender, lambda tag: b"x", Metrics())
        running = asyncio.create_task(made.run())
        while not made._sending:  # noqa: ASYNC110 it tells nobody when it begins
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sender.close()

    world._runner.run(run())
    assert service.by_place["nurse"] == 1
    assert counted(world, rung.id) == Counts(1, 0, 0, 0) and waiting(world) == 0

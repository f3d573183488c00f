"""A process that is killed while it sends 3,000 messages loses none of them: three times, on both databases."""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from server.config import Config
from server.db import table
from server.demo import person_id
from server.people import Session
from server.push import deliveries
from server.push.deliveries import Counts, Ring
from server.push.subscriptions import Subscription, hash_of
from server.push.webpush import Sender
from tests.live import ROOT, LiveServer
from tests.processes import dies_with_us, free_port
from tests.push.sink import Sink, sink
from tests.server.arriving import wait_for
from tests.world import DAY, World

MANY, KILLS = 3_000, 3
SECONDS = 120
GONE, BUSY = range(7, MANY, 100), range(0, MANY, 50)  # 1 % have gone, 2 % are told to come back first
TAG = "a-tag-of-22-characters"


@pytest.fixture
def service() -> Iterator[Sink]:
    with sink() as made:
        for number in GONE:
            made.plan(str(number), *[410] * (KILLS + 2))
        for number in BUSY:
            made.plan(str(number), 503)
        yield made


def test_no_message_is_lost_when_who_sends_is_killed_and_a_second_one_replaces_the_first(
    world: World, service: Sink, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.config = replace(world.config, push_allowed_hosts=(service.origin,))
    world.log_in("nurse")
    world.write(subscribed, service, Sender(world.config).key)
    asked = Ring("ring", TAG, "normal", world.now + DAY)
    assert world.write(deliveries.ring, world.engine.key, asked, [(person_id("nurse"), world.now)]) == MANY
    chance = random.Random(1)
    for _ in range(KILLS):
        enough = len(service.taken) + chance.randrange(50, 500)
        with sending(world.config, tmp_path):
            wait_for(lambda enough=enough: len(service.taken) >= enough, SECONDS)  # type: ignore[misc]
        world.write(a_minute_later)
    with sending(world.config, tmp_path):
        wait_for(lambda: done(world), SECONDS)
    lost = [number for number in range(MANY) if number not in GONE and not service.by_place[str(number)]]
    doubled = sum(number - 1 for number in service.by_place.values())
    with capsys.disabled():
        print(f"\n{MANY} messages, {KILLS} kills: {len(lost)} lost, {doubled} sent twice", end=" ")
    assert lost == []
    assert len(world.rows("SELECT id FROM subscription")) == MANY - len(GONE)
    assert world.read(deliveries.counts, "ring") == Counts(MANY - len(GONE), len(GONE), 0, 0)
    topics: dict[str, set[str]] = {}
    for taken in service.taken:
        topics.setdefault(taken.place, set()).add(taken.headers["Topic"])
    assert {len(each) for each in topics.values()} == {1}, "a push service replaces the first by the second"
    assert len(set(service.opened())) == 1, "and so does the phone, by the tag"


def subscribed(connection: Connection, service: Sink, vapid_key: str) -> None:
    session = connection.scalars(select(Session.id).where(Session.person_id == person_id("nurse"))).first()
    rows: list[dict[str, Any]] = [
        {
            "id": secrets.token_hex(8),
            "person_id": person_id("nurse"),
            "session_id": session,
            "endpoint_hash": hash_of(service.phone(str(number)).endpoint),
            "vapid_key": vapid_key,
            "made_at": 0,
            "last_ok": 0,
            **service.phone(str(number))._asdict(),
        }
        for number in range(MANY)
    ]
    connection.execute(insert(table(Subscription)), rows)


def a_minute_later(connection: Connection) -> None:
    """What a dead process had taken is due again, and so is what was told to wait."""
    connection.execute(text("UPDATE delivery SET due_at = 0 WHERE attempts > 0"))


def done(world: World) -> bool:
    """Nobody waits until a push service that was busy may be asked again."""
    world.write(lambda connection: connection.execute(text("UPDATE delivery SET due_at = 0 WHERE worker IS NULL")))
    return not world.rows("SELECT id FROM delivery LIMIT 1")


@contextmanager
def sending(config: Config, folder: Path) -> Iterator[None]:
    """What sends, as a process of its own; killed at the end."""
    names = ("database_url", "secret_key", "public_url", "vapid_private_key", "vapid_contact")
    settings = {name: str(getattr(config, name)) for name in names}
    settings["push_allowed_hosts"] = ",".join(config.push_allowed_hosts)
    kill = (_web if config.is_sqlite else _worker)(settings, folder)
    try:
        yield
    finally:
        kill()


def _web(settings: dict[str, str], folder: Path) -> Callable[[], None]:
    return LiveServer(folder, port=free_port(), **settings).start().kill


def _worker(settings: dict[str, str], folder: Path) -> Callable[[], None]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {name.upper(): value for name, value in settings.items()} | {"DEMO": "1"}
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [*dies_with_us(), sys.executable, "-m", "server", "worker"], cwd=ROOT, env=environment, stderr=log
        )

    def kill() -> None:
        process.kill()
        process.wait()

    return kill

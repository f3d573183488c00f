"""Phones of the cast that can be rung, and rings, for tests. Knows no push service."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from sqlalchemy import Connection, select

from server.demo import person_id
from server.people import Session
from server.push import deliveries, subscriptions
from server.push.deliveries import Job, Result, Ring
from server.push.subscriptions import Phone
from tests.world import DAY, World

VAPID = "our-key"
ORIGIN = "https://push.example.org"
TAG = "a-tag-of-22-characters"
_numbers = itertools.count(1)


class Rung(NamedTuple):
    id: str
    phones: int


def phone_at(place: str, origin: str = ORIGIN) -> Phone:
    return Phone(origin, f"{origin}/{place}", f"p256dh of {place}", f"auth of {place}")


def subscribe(
    world: World,
    key: str,
    place: str = "",
    origin: str = ORIGIN,
    replaces: str | None = None,
    keys: tuple[str, str] = ("", ""),
) -> Phone:
    """A phone of somebody of the cast, who logs in on it."""
    before = sessions_of(world, key)
    world.log_in(key)
    (session,) = sessions_of(world, key) - before
    phone = phone_at(place or key, origin)
    if any(keys):
        phone = phone._replace(p256dh=keys[0], auth=keys[1])
    world.write(subscriptions.keep, person_id(key), session, phone, VAPID, world.now, replaces)
    return phone


def sessions_of(world: World, key: str) -> set[str]:
    def read(connection: Connection) -> set[str]:
        return set(connection.scalars(select(Session.id).where(Session.person_id == person_id(key))))

    return world.read(read)


def ring(world: World, *keys: str, tag: str = TAG, after: int = 0, for_: int = DAY, id: str = "") -> Rung:
    """Rings the phones of these people, `after` so many milliseconds."""
    id = id or f"ring-{next(_numbers)}"
    asked = Ring(id, tag, "normal", world.now + for_)
    whom = [(person_id(key), world.now + after) for key in keys]
    return Rung(id, world.write(deliveries.ring, world.engine.key, asked, whom))


def take(world: World, worker: str = "worker", results: tuple[Result, ...] = (), room: int = 256) -> list[Job]:
    return world.write(deliveries.turn, world.engine.key, worker, results, world.now, room, ())


def settle(world: World, how: str, jobs: list[Job], worker: str = "worker") -> None:
    take(world, worker, tuple(Result(job, how) for job in jobs), room=0)

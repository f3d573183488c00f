"""Something is told in the demo world. Knows no test."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.push.notices import EVERYBODY, To, Words, tell
from sync import publish
from tests.world import World

WORDS = Words("message", "The car park is shut", ["Use the one behind the library."], sender="Inclusion team")


def put_notice(world: World, id: str, to: To = EVERYBODY, words: Words = WORDS, topic: str = "news") -> None:
    def write(connection: Connection) -> Any:
        touched = tell(connection, world.engine.key, world.now, words, topic, to, id=id)
        return publish(world.engine, connection, touched)

    world.write(write)

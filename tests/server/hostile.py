"""Somebody else in the demo world whose every word is a canary, and a watch over all tables. Knows no attack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from sqlalchemy import Connection, select

from server import members, sessions
from server.demo import person_id
from server.people import Person, own_scope, put_person
from server.tables import METADATA
from sync import publish
from tests.architecture.words import NOT_SAID
from tests.world import Phone, World

OTHER = "p-quill"
WORDS = ("Quillon Brightwater", "Lighthouse quilter", "quillon@example.nhs.uk", "Quill phone", "quill-device")
TOKEN = "t" * 43
ATTACKER = "newcomer"  # somebody who is in nothing and may see nothing of anyone
NETWORKS = [f"n{number}" for number in range(1, 7)]

INJECTED = (
    "'; DROP TABLE membership; --",
    "' OR '1'='1",
    "<script>alert(1337)</script>",
    "\"><img src=x onerror='alert(1337)'>",
    "{{ 7 * 191 }}{% if 1 %}${7*191}#{7*191}",
    "x\r\nSet-Cookie: evil=1\r\n\r\n<b>evil</b>",
    'x"}\n{"level":"info","event":"evil"}',
    "../../../../etc/passwd",
    "javascript:alert(1337)",
    "%00%0d%0a%2e%2e%2f",
    "\u202e\u2066evil",
    "=HYPERLINK(1337)",
)
NOBODYS_ACT = "', '', None, 0, ''"  # how a private act begins in the journal, after its id
MACHINE_TALK = re.compile(r"Traceback|sqlalchemy|sqlite|postgres|litestar|msgspec|Exception|Error\b|\.py\b", re.I)

Tables = dict[str, list[str]]


@dataclass
class Watch:
    """`secrets` are what nobody but the other person may ever be sent."""

    world: World
    secrets: frozenset[str]

    def tables(self) -> Tables:
        """Every row of every table, as text."""
        return self.world.read(_all_rows)

    def of_others(self) -> Tables:
        """Without what is the attacker's own: their rows, and the versions of their scopes. A private act is in the
        journal under nobody's name; of those there may be more than before."""
        own = _own_names(self.world, person_id(ATTACKER)) | {person_id(ATTACKER), "team:t12", NOBODYS_ACT}
        return {
            name: [row for row in rows if not any(mark in row for mark in own)] for name, rows in self.tables().items()
        }

    @contextmanager
    def nothing_stored(self) -> Iterator[None]:
        before = self.tables()
        yield
        assert self.tables() == before

    @contextmanager
    def nothing_of_others_changed(self) -> Iterator[None]:
        before = self.of_others()
        yield
        assert self.of_others() == before

    def fine(self, answer: httpx.Response, guessed: Iterable[str] = ()) -> httpx.Response:
        """Whatever was sent: no fault of ours, nothing of anybody else, no way out, and a refusal in plain words.
        What was guessed and sent may come back, as it was."""
        told = answer.text + str(answer.headers)
        for each in guessed:
            told = told.replace(f'"{each}":null', "")
        assert answer.status_code < 500, told
        assert [secret for secret in self.secrets if secret in told] == []
        if location := answer.headers.get("location"):
            assert re.fullmatch(r"/[A-Za-z0-9_-][A-Za-z0-9/_-]*|/", location), location
        if answer.status_code >= 400 and answer.text.strip():
            plain(answer)
        return answer


def plain(answer: httpx.Response) -> None:
    """Words for people, with what to do next, and nothing of how it is made."""
    if "json" in answer.headers["content-type"]:
        said = answer.json()
        text = f"{said['title']}. {said['detail']}"
        assert said["title"] and said["detail"]
    else:
        main = re.search(r'<main id="main".*</main>', answer.text, re.DOTALL)
        assert main and ("<h1" in main[0]), answer.text
        text = unescape(re.sub(r"<[^>]*>", " ", main[0]))
        for typed in INJECTED:  # what was typed is handed back as it was
            text = text.replace(typed, "").replace(typed.replace("\r\n", "\n"), "")
    assert not MACHINE_TALK.search(text), text
    assert [pattern for pattern in NOT_SAID if re.search(pattern, text)] == [], text


def watch(world: World) -> Watch:
    """Plants the other person: a private and a named membership, pledges, a log in, a wish."""
    person = Person(id=OTHER, name=WORDS[0], role=WORDS[1], team_id="t9", email=WORDS[2], demo_key=None)
    world.write(lambda connection: publish(world.engine, connection, put_person(connection, person)))
    begun = (OTHER, TOKEN, WORDS[3], world.now)
    world.write(lambda connection: publish(world.engine, connection, sessions.begin(connection, *begun)))
    phone = Phone(world, OTHER, WORDS[4])
    joined_as: dict[str, Any] = {"as": "ally"}
    phone.do("network.join", network="n1", **joined_as, seen_by="nobody", consent=1)
    phone.do("network.join", network="n2", **joined_as, seen_by="committee", consent=1)
    phone.do("pledge.take", pledge="p1", version=1, show="name")
    phone.do("pledge.take", pledge="p2", version=1, show="nobody")
    phone.do("network.ask", topic="a2")
    assert {outcome for outcome, _ in phone.send()} == {"applied"}
    shown = world.rows("SELECT shown_id FROM pledging WHERE person_id = :me", me=OTHER)
    log_in = world.rows("SELECT id FROM session WHERE person_id = :me", me=OTHER)
    posts = world.rows("SELECT body FROM record WHERE kind = 'post' AND body IS NOT NULL")
    notes = {json.loads(each["body"])["text"] for each in posts}
    names = {each["shown_id"] for each in shown} | {each["id"] for each in log_in}
    return Watch(world, frozenset({OTHER, *WORDS, *names, *notes, *_own_names(world, OTHER)}))


def scopes_of_other(world: World) -> list[str]:
    hidden = world.read(lambda connection: members.own(world.engine.key, members.networks(connection), OTHER))
    networks = [f"network:{network}" for network in NETWORKS]
    return [own_scope(OTHER), "team:t9", *networks, hidden.asking, *hidden.by_network.values()]


def _own_names(world: World, person: str) -> set[str]:
    """The opaque names that only the server can make from this person."""
    own = world.read(lambda connection: members.own(world.engine.key, members.networks(connection), person))
    return {members.id_of(scope) for scope in (own.asking, *own.by_network.values())}


def _all_rows(connection: Connection) -> Tables:
    every = [each for metadata in METADATA for each in metadata.sorted_tables]
    return {each.name: sorted(repr(tuple(row)) for row in connection.execute(select(each))) for each in every}

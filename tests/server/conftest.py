"""The demo world, apps with other settings than the demo's, and a mail server that really takes mail."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar.testing import TestClient

from server import __main__ as program
from server.app import create_app
from server.people import Person, put_person
from sync import publish
from tests.processes import free_port
from tests.world import World, demo_file, demo_template, sqlite_world, world

__all__ = ["demo_file", "demo_template", "sqlite_world", "world"]

App = Callable[..., TestClient[Any]]
Run = Callable[..., int]
NURSE = "nurse@example.nhs.uk"


@pytest.fixture
def app(sqlite_world: World) -> Iterator[App]:
    """The app on the demo world's database with other settings: `app(demo=False)`."""
    with contextlib.ExitStack() as started:

        def start(**changes: Any) -> TestClient[Any]:
            config = replace(sqlite_world.config, **changes)
            made = create_app(config, alone=False)
            return started.enter_context(TestClient(made, base_url=config.public_url, raise_server_exceptions=False))

        yield start


@pytest.fixture
def run(sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on the demo world's database, in this process."""
    settings = {"DATABASE_URL": sqlite_world.config.database_url, "VAR_DIR": str(tmp_path / "var"), "DEMO": "1"}
    monkeypatch.setattr("server.log.start", lambda _: None)

    def command(*arguments: str, **changes: str) -> int:
        for name, value in (settings | changes).items():
            monkeypatch.setenv(name, value)
        return program.main(list(arguments))

    return command


@dataclass
class Mailbox:
    """What came, newest last. `refuse` makes the server take nothing for so many times."""

    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    refuse: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            self.refuse -= 1
            return "451 Try again later"
        self.letters.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def with_codes(self) -> list[EmailMessage]:
        return [letter for letter in self.letters if "is your code for" in letter["Subject"]]

    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.with_codes()[-1].get_content())
        assert found
        return found[0]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def client(mailbox: Mailbox, app: App) -> TestClient[Any]:
    """The app as it is run for real, where passkeys can be made."""
    return app(demo=False, public_url="https://app.example.org", smtp_url=f"smtp://127.0.0.1:{mailbox.port}")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Moves the server's clock on."""
    moved = [0]
    real = time.time_ns
    monkeypatch.setattr("server.site.time.time_ns", lambda: real() + moved[0])

    def move(milliseconds: int) -> None:
        moved[0] += milliseconds * 1_000_000

    return move


@pytest.fixture
def known(sqlite_world: World) -> str:
    """The address of somebody who is no demo person."""
    return put(
        sqlite_world, Person(id="p-known", name="A nurse", role="Nurse", team_id="t1", email=NURSE, demo_key=None)
    )


@pytest.fixture
def bob(sqlite_world: World) -> str:
    """The address of somebody else."""
    email = "bob@example.nhs.uk"
    return put(sqlite_world, Person(id="p-bob", name="Bob", role="Nurse", team_id="t1", email=email, demo_key=None))


def put(world: World, person: Person) -> str:
    world.write(lambda connection: publish(world.engine, connection, put_person(connection, person)))
    return str(person.email)

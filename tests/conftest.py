"""Fixtures for every test: a database of each kind, migrated and empty, and the app as a real process.

Knows nothing of what the tables hold; the cast and the demo world are in tests/world.py.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import migrate, new_database, sqlite_url
from tests.live import LiveServer
from tests.pg import postgresql

settings.register_profile("project", deadline=None, print_blob=True)  # a busy machine is not a fault
settings.load_profile("project")


def pytest_configure() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: fixtures still end what they started
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = "localhost,127.0.0.1"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A server that may make databases: the one named by TEST_DATABASE_URL, else one of our own."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
        return
    with postgresql() as server:
        yield server.url()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    file = tmp_path_factory.mktemp("migrated") / "template.db"
    migrate(sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def migrated_template(postgresql_url: str) -> Iterator[str]:
    """The name of a migrated PostgreSQL database to copy: milliseconds each, where migrating takes a second."""
    with new_database(postgresql_url) as url:
        migrate(url)
        yield url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        file = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        yield sqlite_url(file)
        return
    server, template = request.getfixturevalue("postgresql_url"), request.getfixturevalue("migrated_template")
    with new_database(server, template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, for tests of the migrations themselves."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "blank.db")
        return
    with new_database(request.getfixturevalue("postgresql_url")) as url:
        yield url


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts the app as a process; settings by name, for example `start_server(database_url=url, demo="0")`."""
    with contextlib.ExitStack() as started:

        def start(*, port: int | None = None, **settings: str) -> LiveServer:
            return started.enter_context(LiveServer(tmp_path / "var", port=port, **settings))

        yield start


@pytest.fixture
def live_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """The app as `./dev run` starts it, on an empty SQLite database of its own."""
    return start_server()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many of the planted faults were noticed. Said here, where also a run in several processes is summed up."""
    passed = [each for each in terminalreporter.stats.get("passed", []) if "::test_the_tests_notice" in each.nodeid]
    if passed:
        terminalreporter.write_line(f"{len(passed)} killed")

"""Browsers for the tests that need one; every one is closed at the end of its test."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pwa.states import states
from tests.browser.engines import Browser, require
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.gallery.drawn import Drawn, drawn, served
from tests.live import LiveServer
from tests.processes import free_port


@pytest.fixture
def engine() -> str:
    """The browser of a test that does not name several."""
    return "chromium"


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Opens a browser on a new profile: `open_browser()` is Chromium, `open_browser("webkit", profile="second")`."""
    with contextlib.ExitStack() as opened:

        def open_one(engine: str = "chromium", *, profile: str = "first", javascript: bool = True) -> Browser:
            folder = tmp_path / f"{engine}-{profile}"
            return opened.enter_context(Browser(engine, folder, javascript=javascript))

        yield open_one


@pytest.fixture
def phone(engine: str, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]) -> OnPhone:
    """A phone that nobody has used yet, and the app on a server of its own."""
    require(engine)
    return OnPhone(open_browser(engine), start_server())


@pytest.fixture
def nurse(phone: OnPhone) -> OnPhone:
    """The community nurse's phone: logged in, and everything she may see is on it."""
    phone.log_in("nurse")
    return phone


@contextlib.contextmanager
def behind_a_line(
    engine: str, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer], **settings: str
) -> Iterator[tuple[Line, OnPhone]]:
    """A phone behind a line of our own. The server believes in the line's address, as behind any proxy."""
    require(engine)
    outer, inner = free_port(), free_port()
    server = start_server(port=inner, public_url=f"http://localhost:{outer}", **settings)
    server.url = f"http://localhost:{outer}"
    line = Line(inner, outer)
    try:
        yield line, OnPhone(open_browser(engine), server)
    finally:
        line.close()


@pytest.fixture
def line_and_phone(
    engine: str, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]
) -> Iterator[tuple[Line, OnPhone]]:
    with behind_a_line(engine, open_browser, start_server) as both:
        yield both


@pytest.fixture
def line_and_nurse(line_and_phone: tuple[Line, OnPhone]) -> tuple[Line, OnPhone]:
    """The nurse's phone behind such a line."""
    line_and_phone[1].log_in("nurse")
    return line_and_phone


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    """One Chromium for every page in every state, and the address they are at."""
    with served() as address, Browser("chromium", tmp_path_factory.mktemp("gallery")) as browser:
        yield browser, address


@pytest.fixture(params=dict.fromkeys(page.id for page, *_ in states()))
def page_drawn(request: pytest.FixtureRequest) -> list[Drawn]:
    """Each page in turn, in all its states."""
    return [each for each in drawn() if each.page.id == request.param]

"""What a phone that holds everything downloads later: in a week without news, for a changed module and for a new build.

A quiet day: the app is opened, looks whether there is a newer version, asks for news and has all it holds counted.
Of a new build every file is taken to have changed, which is the most that it can cost.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench import phone_scripts as script
from bench import size
from bench.browser import Browser, until
from bench.phone import installed, patient
from bench.wire import Relay
from server.features.content import FOLDER
from tests.live import LiveServer

DAYS = 7
MODULE = "deaf-aware"


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-week-") as folder:
        content = Path(shutil.copytree(FOLDER, Path(folder) / "content"))
        with (
            LiveServer(Path(folder) / "var", content_dir=str(content)) as server,
            installed(server) as (browser, relay),
        ):
            before = relay.down
            for _ in range(DAYS):
                _a_day_later(browser, server)
            quiet = relay.down - before
            module = _module(browser, server, relay, content)
    build = size.measure()["everything gz"]
    return {"quiet week bytes": quiet, "day with one changed module bytes": module, "new build bytes": build}


def _a_day_later(browser: Browser, server: LiveServer) -> None:
    browser.ask(script.DAY_OLDER)
    browser.open(f"{server.url}/pledges")
    browser.ask(script.UPDATE)
    until(patient(lambda: browser.ask(script.HEARD)), "an answer of today")


def _module(browser: Browser, server: LiveServer, relay: Relay, content: Path) -> int:
    file = content / "modules" / f"{MODULE}.md"
    text = file.read_text(encoding="utf-8").replace("\nversion = 1\n", "\nversion = 2\n")
    file.write_text(text.replace("## Scene\n", "## Scene\nThis is a day like others.\n\n"), encoding="utf-8")
    server.restart()
    before = relay.down
    _a_day_later(browser, server)
    browser.open(f"{server.url}/learn/m4")
    until(patient(lambda: browser.run("return document.querySelector('[data-version]').dataset.version === '2'")), "it")
    return relay.down - before


def table(results: dict[str, Any]) -> list[list[str]]:
    return [
        ["later, on the wire", "bytes"],
        *([name, f"{n:,}"] for name, n in results.items() if name.endswith("bytes")),
    ]

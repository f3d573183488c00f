"""What Lighthouse thinks of the pages that open without a log in, where it is installed. It is never fetched."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.postgres import Missing
from tests.browser import installed
from tests.live import LiveServer

PAGES = ("/log-in", "/help", "/privacy")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SECONDS = 180
HOW = "lighthouse is not on this machine. Where Node is, `npm install --global lighthouse` puts it there"


def measure() -> dict[str, Any]:
    lighthouse, chromium = shutil.which("lighthouse"), installed.chromium()
    if not lighthouse:
        raise Missing(HOW)
    if not chromium:
        raise Missing("Chromium is not on this machine. `./dev test` installs it where it can")
    with tempfile.TemporaryDirectory(prefix="bench-lighthouse-") as folder, LiveServer(Path(folder)) as server:
        return {"pages": {page: _scores(lighthouse, chromium, server.url + page) for page in PAGES}}


def table(result: dict[str, Any]) -> list[list[str]]:
    rows = [[page, *(str(scores[each]) for each in CATEGORIES)] for page, scores in result["pages"].items()]
    return [["page", *CATEGORIES], *rows]


def _scores(lighthouse: str, chromium: str, url: str) -> dict[str, int]:
    """Of 100, on the slow phone that Lighthouse makes of this machine."""
    command = [lighthouse, url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    flags = "--chrome-flags=--headless=new --no-sandbox"
    done = subprocess.run(
        [*command, flags],
        env=os.environ | {"CHROME_PATH": chromium},
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS,
    )
    return {name: round(100 * found["score"]) for name, found in json.loads(done.stdout)["categories"].items()}

"""What a phone downloads: each file as the server sends it, found from outside by reading pages and /sw.js."""

import re
import tempfile
import urllib.request
from pathlib import Path

from tests.live import DIRECT, LiveServer

ASSET = re.compile(r"/static/[A-Za-z0-9_./-]+\.[a-z0-9]+")
WORKER = "/sw.js"
PAGES = ("/log-in", "/help", "/manifest.webmanifest")


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-size-") as folder, LiveServer(Path(folder)) as server:
        seen = {path: _fetch(server.url + path, "identity") for path in (*PAGES, WORKER)}
        assets = sorted({asset for body in seen.values() for asset in ASSET.findall(body.decode())})
        files = {path: _sizes(server.url + path) for path in (WORKER, *assets)}
    return {"files": files, **{f"{name} gz": _sum(files, endings) for name, endings in KINDS.items()}}


KINDS = {
    "JavaScript": (".js",),
    "CSS": (".css",),
    "pictures and fonts": (".svg", ".png", ".ico", ".woff2", ".webp"),
    "everything": ("",),
}


def _sizes(url: str) -> dict[str, int]:
    return {coding: len(_fetch(url, coding)) for coding in ("identity", "gzip", "br")}


def _sum(files: dict[str, dict[str, int]], endings: tuple[str, ...]) -> int:
    return sum(size["gzip"] for path, size in files.items() if path.endswith(endings))


def _fetch(url: str, coding: str) -> bytes:
    """The body as it goes over the wire."""
    asked = urllib.request.Request(url, headers={"Accept-Encoding": coding})
    with DIRECT.open(asked, timeout=30) as answer:
        body: bytes = answer.read()
        return body


def table(result: dict[str, object]) -> list[list[str]]:
    files = result["files"]
    assert isinstance(files, dict)
    rows = [["file", "bytes", "gzip", "br"]]
    for path, size in files.items():
        rows.append([path, *(f"{size[coding]:,}" for coding in ("identity", "gzip", "br"))])
    return rows + [[f"all: {name}", "", f"{result[f'{name} gz']:,}", ""] for name in KINDS]

"""Kinto: one bucket, one collection a scope, anyone may write, so that it pays for no log in.

push: `POST /v1/batch` of PUTs with If-None-Match (a second sending answers 412)
no change: `GET records?_since=` with If-None-Match, the cheapest that it offers
first pull: `GET records`
"""

import functools
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.folders import PEERS
from bench.load import HOST, Connection, Response, request
from bench.peers import Peer, coding
from bench.workload import Document

PINS = Path(__file__).with_name("kinto.txt")
BATCH = 25
LIBRARY = "library"

SETTINGS = """
[server:main]
use = egg:waitress#main
host = {host}
port = {port}
threads = {threads}

[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.{backend}
kinto.storage_url = {url}
kinto.cache_backend = kinto.core.cache.{backend}
kinto.cache_url = {url}
kinto.permission_backend = kinto.core.permission.{backend}
kinto.permission_url = {url}
kinto.bucket_create_principals = system.Everyone
kinto.userid_hmac_secret = bench
kinto.default_bucket_hmac_secret = bench
kinto.batch_max_requests = {batch}
multiauth.policies = basicauth

[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = ERROR
formatter = plain
[formatter_plain]
format = %(message)s
"""


@functools.cache
def programs() -> Path:
    """Kinto lives in an environment of its own: its pins are older than ours."""
    folder = PEERS / "kinto"
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != PINS.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        python = folder / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", PINS], check=True)
        stamp.write_text(PINS.read_text())
    return folder / "bin"


class Kinto(Peer):
    backend = "memory"
    threads = 4

    def before(self) -> None:
        url = self.cluster.fresh("kinto") if self.on_postgres and self.cluster else ""
        places = {"host": HOST, "port": self.port, "backend": self.backend, "url": url}
        (self.folder / "kinto.ini").write_text(SETTINGS.format(**places, threads=self.threads, batch=BATCH))
        if self.on_postgres:
            migrate = [str(programs() / "kinto"), "migrate", "--ini", "kinto.ini"]
            subprocess.run(migrate, cwd=self.folder, check=True, capture_output=True)

    def command(self) -> list[str]:
        return [str(programs() / "kinto"), "start", "--ini", "kinto.ini", "--port", str(self.port)]

    async def prepare(self, connection: Connection) -> None:
        everyone = json.dumps({"permissions": {"write": ["system.Everyone"]}}).encode()
        await _made(connection, request("PUT", "/v1/buckets/bench", everyone))
        for scope in [*self.work.scopes(), LIBRARY]:
            await _made(connection, request("PUT", f"/v1/buckets/bench/collections/{scope}", b"{}"))
        documents = self.work.library()
        for start in range(0, len(documents), BATCH):
            await _made(connection, _batch(LIBRARY, documents[start : start + BATCH]))

    def push(self, device: int) -> bytes:
        return _batch(self.work.team(device), self.work.queue(device))

    def pushed(self, response: Response) -> int:
        return _statuses(response, 201)

    def known(self, response: Response) -> int:
        return _statuses(response, 412)

    async def stored(self, connection: Connection) -> int:
        answers = [await connection.send(request("GET", _records(scope))) for scope in self.work.scopes()]
        return sum(len(answer.json()["data"]) for answer in answers)

    async def unchanged(self, connection: Connection) -> list[bytes]:
        found = []
        for scope in self.work.scopes():
            answer = await connection.send(request("GET", f"{_records(scope)}?_limit=1"))
            tag = answer.headers["etag"]
            since = tag.replace('"', "%22")
            found.append(request("GET", f"{_records(scope)}?_since={since}", headers={"If-None-Match": tag}))
        return found

    def is_unchanged(self, response: Response) -> bool:
        return response.status == 304 or (response.status == 200 and response.json()["data"] == [])

    def first(self, gzip: bool) -> bytes:
        return request("GET", _records(LIBRARY), headers={"Accept-Encoding": coding(gzip)})

    def documents(self, response: Response) -> int:
        return len(response.json()["data"])


class KintoOnPostgres(Kinto):
    backend = "postgresql"
    threads = 8
    on_postgres = True


def _records(scope: str) -> str:
    return f"/v1/buckets/bench/collections/{scope}/records"


def _batch(scope: str, documents: Sequence[Document]) -> bytes:
    puts = [
        {"path": f"/buckets/bench/collections/{scope}/records/{document['id']}", "body": {"data": document}}
        for document in documents
    ]
    defaults = {"method": "PUT", "headers": {"If-None-Match": "*"}}
    return request("POST", "/v1/batch", json.dumps({"defaults": defaults, "requests": puts}).encode())


def _statuses(response: Response, wanted: int) -> int:
    if response.status != 200:
        return 0
    return sum(answer["status"] == wanted for answer in response.json()["responses"])


async def _made(connection: Connection, raw: bytes) -> None:
    response = await connection.send(raw)
    if response.status not in (200, 201):
        raise RuntimeError(f"Kinto answered {response.status}: {response.data[:300]!r}")

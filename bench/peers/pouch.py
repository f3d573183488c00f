"""express-pouchdb on leveldb (what a PouchDB server runs): one database a scope. It does not wait for the disk.

push: `POST /<scope>/_bulk_docs` (a second sending is a conflict)
no change: `GET /<scope>/_changes?since=`
first pull: one `_changes` with the documents; a real PouchDB client needs 19 requests for the same
"""

import functools
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.folders import PEERS
from bench.load import Connection, Response, request
from bench.peers import Peer, coding
from bench.postgres import Missing
from bench.workload import Document

SERVER = Path(__file__).with_name("pouch_server.cjs")
PACKAGES = ("express@4.22.3", "express-pouchdb@4.2.0", "pouchdb@9.0.0")
LIBRARY = "library"


@functools.cache
def modules() -> Path:
    """The packages, installed on first use. This peer is the only thing that ever needs npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("node and npm are not installed")
    folder = PEERS / "pouch"
    if not (folder / "node_modules" / "express-pouchdb").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n')
        quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        subprocess.run([npm, "install", *quiet, *PACKAGES], cwd=folder, check=True)
    return folder / "node_modules"


class Pouch(Peer):
    def command(self) -> list[str]:
        return ["node", str(SERVER), str(self.port), str(self.folder)]

    def environment(self) -> dict[str, str]:
        return {"NODE_PATH": str(modules())}

    async def prepare(self, connection: Connection) -> None:
        for scope in [*self.work.scopes(), LIBRARY]:
            answer = await connection.send(request("PUT", f"/{scope}", b""))
            if answer.status != 201:
                raise RuntimeError(f"PouchDB answered {answer.status} to a new database")
        loaded = self.pushed(await connection.send(_bulk(LIBRARY, self.work.library())))
        if loaded != self.work.documents:
            raise RuntimeError(f"PouchDB took {loaded} documents")

    def push(self, device: int) -> bytes:
        return _bulk(self.work.team(device), self.work.queue(device))

    def pushed(self, response: Response) -> int:
        return sum(bool(row.get("ok")) for row in response.json()) if response.status == 201 else 0

    def known(self, response: Response) -> int:
        return sum("conflict" in (row.get("name"), row.get("error")) for row in response.json())

    async def stored(self, connection: Connection) -> int:
        answers = [await connection.send(request("GET", f"/{scope}")) for scope in self.work.scopes()]
        return sum(int(answer.json()["doc_count"]) for answer in answers)

    async def unchanged(self, connection: Connection) -> list[bytes]:
        found = []
        for scope in self.work.scopes():
            state = (await connection.send(request("GET", f"/{scope}"))).json()
            found.append(request("GET", f"/{scope}/_changes?since={state['update_seq']}"))
        return found

    def is_unchanged(self, response: Response) -> bool:
        return response.status == 200 and response.json()["results"] == []

    def first(self, gzip: bool) -> bytes:
        return request("GET", f"/{LIBRARY}/_changes?include_docs=true", headers={"Accept-Encoding": coding(gzip)})

    def documents(self, response: Response) -> int:
        return len(response.json()["results"])


def _bulk(scope: str, documents: Sequence[Document]) -> bytes:
    renamed = [{"_id" if name == "id" else name: value for name, value in document.items()} for document in documents]
    return request("POST", f"/{scope}/_bulk_docs", json.dumps({"docs": renamed}).encode())

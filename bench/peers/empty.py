"""The ceiling: a Litestar endpoint that reads the same JSON, keeps nothing and says so in a few bytes."""

import json
import sys

from litestar import Litestar, post

from bench.folders import ROOT
from bench.load import HOST, Connection, Response, request
from bench.peers import Peer

NOTHING_NEW = json.dumps({"cursors": {"open": 1, "public": 10, "person:1": 4, "team:2": 17}, "actions": []}).encode()


class Empty(Peer):
    keeps = False

    def command(self) -> list[str]:
        server = [sys.executable, "-m", "uvicorn", "--host", HOST, "--port", str(self.port)]
        quick = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
        return [*server, *quick, "--factory", "bench.peers.empty:create_app"]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}

    def push(self, device: int) -> bytes:
        return request("POST", "/sync", json.dumps({"actions": self.work.queue(device)}).encode())

    def pushed(self, response: Response) -> int:
        return int(response.json()["taken"])

    async def unchanged(self, connection: Connection) -> list[bytes]:
        return [request("POST", "/sync", NOTHING_NEW)]

    def is_unchanged(self, response: Response) -> bool:
        return bool(response.json() == {"taken": 0})


@post("/sync", status_code=200)
async def sync(data: dict[str, object]) -> dict[str, int]:
    actions = data["actions"]
    assert isinstance(actions, list)
    return {"taken": len(actions)}


def create_app() -> Litestar:
    return Litestar([sync], openapi_config=None)

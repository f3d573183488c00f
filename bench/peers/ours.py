"""Our own server as a real process: `python -m server web`, logged-in people, the real actions of pledges.

push: one `POST /sync` with a device's 20 actions and its real cursors, so the pull half is paid for as well
no change: `POST /sync` with cursors of every scope that a person holds
first pull: `POST /sync` with no cursor of the one scope that holds the documents
"""

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from bench.folders import ROOT
from bench.load import HOST, Connection, Response, load, request
from bench.peers import Peer, coding
from bench.peers.people import LIBRARY, LIBRARY_KIND, READER, token
from bench.workload import NOON
from server.db import sqlite_engine


@dataclass
class Device:
    """What a phone knows after its first pull."""

    person: str
    epoch: str
    cursors: dict[str, int]
    wordings: dict[str, int]


class OurServer(Peer):
    def before(self) -> None:
        self.url = f"sqlite:///{self.folder / 'bench.db'}"
        self.devices: dict[int, Device] = {}
        self.elsewhere: dict[str, int] = {}

    def command(self) -> list[str]:
        return [sys.executable, "-m", "server", "web"]

    def environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "VAR_DIR": str(self.folder),
            "HOST": HOST,
            "PORT": str(self.port),
            "DEMO": "1",
        }

    async def prepare(self, connection: Connection) -> None:
        self._add_people()
        everyone = range(self.work.devices)
        pulls = await load(self.port, [_sync(str(n), {"cursors": {}}) for n in everyone], self.work.concurrency)
        self.devices = {n: _device(answer) for n, answer in zip(everyone, pulls.responses, strict=True)}
        reader = _device(await connection.send(_sync(READER, {"cursors": {}})))
        self.elsewhere = {scope: at for scope, at in reader.cursors.items() if scope != f"team:{LIBRARY}"}

    def _add_people(self) -> None:
        work = json.dumps(dataclasses.asdict(self.work))
        subprocess.run([sys.executable, "-m", "bench.peers.people", self.url, work], cwd=ROOT, check=True)

    def push(self, device: int) -> bytes:
        held = self.devices[device]
        queue = self.work.queue(device)
        for action in queue:
            if "version" in action["data"]:
                action["data"]["version"] = held.wordings[action["data"]["pledge"]]
        return _sync(str(device), _hello(held) | {"actions": queue})

    def pushed(self, response: Response) -> int:
        if response.status != 200:
            return 0
        return sum(outcome[1] in ("applied", "merged") for outcome in response.json()["outcomes"])

    async def stored(self, connection: Connection) -> int:
        """Rows of the journal; what the actions did is counted too, because each must have happened once."""
        actions, pledgings, records = await self._counts()
        for what, count in (("pledges", pledgings), ("records of pledges", records)):
            if count != self.work.devices * 8:
                raise RuntimeError(f"{count} {what} are held by {self.work.devices} people who took 12 and withdrew 4")
        return actions

    async def _counts(self) -> list[int]:
        with sqlite_engine(self.url).connect() as connection:
            return [int(connection.exec_driver_sql(query).scalar_one()) for query in COUNTS]

    async def unchanged(self, connection: Connection) -> list[bytes]:
        found = []
        for number in range(min(20, self.work.devices)):
            held = self.devices[number]
            more = True
            while more:
                answer = await connection.send(_sync(str(number), _hello(held)))
                if answer.status == 204:
                    break
                more = _follow(held, answer.json())
            found.append(_sync(str(number), _hello(held)))
        return found

    def is_unchanged(self, response: Response) -> bool:
        return response.status == 204

    def first(self, gzip: bool) -> bytes:
        return _sync(READER, {"cursors": self.elsewhere}, gzip)

    def documents(self, response: Response) -> int:
        scopes = response.json()["scopes"]
        return sum(kind == LIBRARY_KIND for _, kind, _, _ in scopes[f"team:{LIBRARY}"]["docs"])


class OurServerOnPostgres(OurServer):
    on_postgres = True

    def before(self) -> None:
        super().before()
        assert self.cluster is not None
        self.url = self.cluster.fresh("ours")
        environment = {**os.environ, **self.environment()}
        release = [sys.executable, "-m", "server", "migrate"]
        subprocess.run(release, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    async def _counts(self) -> list[int]:
        connection = await asyncpg.connect(self.url)
        counts = [int(await connection.fetchval(query)) for query in COUNTS]
        await connection.close()
        return counts


class OurOneTeam(OurServerOnPostgres):
    """Everybody in one team: what one hot scope costs."""

    def before(self) -> None:
        super().before()
        self.work = dataclasses.replace(self.work, teams=1)


COUNTS = (
    "SELECT count(*) FROM action WHERE person LIKE 'bench-%'",
    "SELECT count(*) FROM pledging WHERE person_id LIKE 'bench-%'",
    "SELECT count(*) FROM record WHERE scope LIKE 'person:bench-%' AND kind = 'pledging' AND body IS NOT NULL",
)


def _sync(who: str, message: dict[str, Any], gzip: bool = False) -> bytes:
    body = {"v": 1, "device": f"device-{who}", "sent_at": NOON, "actions": []} | message
    headers = {"Cookie": f"session={token(who)}", "Sec-Fetch-Site": "same-origin", "Accept-Encoding": coding(gzip)}
    return request("POST", "/sync", msgspec.json.encode(body), headers)


def _hello(held: Device) -> dict[str, Any]:
    return {"epoch": held.epoch, "person": held.person, "cursors": held.cursors}


def _device(answer: Response) -> Device:
    if answer.status != 200:
        raise RuntimeError(f"the first pull of a device was answered {answer.status}: {answer.data[:500]!r}")
    reply = answer.json()
    pledges = {id: body for id, kind, body, _ in reply["scopes"]["public"]["docs"] if kind == "pledge"}
    held = Device(reply["person"], reply["epoch"], {}, {id: body["version"] for id, body in pledges.items()})
    _follow(held, reply)
    return held


def _follow(held: Device, reply: dict[str, Any]) -> bool:
    """Move the cursors to where the reply ends. The answer is whether there is more."""
    held.cursors |= {scope: changes["to"] for scope, changes in reply["scopes"].items() if changes}
    return bool(reply["more"])

"""A peer: how to start it, and how it says push, no-change pull and first pull.

To add a server, subclass `Peer` in a module of its own and name it in `bench/sync.py`.
"""

import shutil
import tempfile
from pathlib import Path

from bench.load import Connection, Response
from bench.postgres import Cluster
from bench.processes import Process, free_port
from bench.workload import Workload


class Peer:
    """What a server says for itself. `keeps` is False for a ceiling that stores nothing."""

    keeps = True
    on_postgres = False

    def __init__(self, work: Workload, cluster: Cluster | None) -> None:
        self.work = work
        self.cluster = cluster
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="bench-peer-"))
        self.process: Process | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def before(self) -> None:
        """Make databases, write configuration."""

    async def prepare(self, connection: Connection) -> None:
        """Make scopes, load the documents of a first pull."""

    def push(self, device: int) -> bytes:
        """The device's whole queue as one request."""
        raise NotImplementedError

    def pushed(self, response: Response) -> int:
        """How many actions this answer says were taken."""
        raise NotImplementedError

    def known(self, response: Response) -> int:
        """How many actions this answer to a second sending says were taken before."""
        return self.pushed(response)

    async def stored(self, connection: Connection) -> int:
        """How many pushed actions the server holds now."""
        raise NotImplementedError

    async def unchanged(self, connection: Connection) -> list[bytes]:
        """Requests that find nothing new."""
        raise NotImplementedError

    def is_unchanged(self, response: Response) -> bool:
        raise NotImplementedError

    def first(self, gzip: bool) -> bytes:
        """One request that pulls all the documents."""
        raise NotImplementedError

    def documents(self, response: Response) -> int:
        raise NotImplementedError

    def start(self) -> None:
        self.before()
        self.process = Process(
            self.command(),
            port=self.port,
            log=self.folder / "server.log",
            environment=self.environment(),
            folder=self.folder,
        )
        try:
            self.process.wait_until_open()
        except RuntimeError:
            self.process.stop()
            raise

    def cpu(self) -> float:
        """CPU seconds of the server and of PostgreSQL for it: steadier than the clock on a shared machine."""
        assert self.process is not None
        return self.process.cpu() + (self.cluster.cpu() if self.on_postgres and self.cluster else 0.0)

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def coding(gzip: bool) -> str:
    """The header Accept-Encoding."""
    return "gzip" if gzip else "identity"

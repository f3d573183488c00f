"""A throwaway PostgreSQL that really writes to disk (fsync on, as in production), and its CPU time."""

import asyncio
import contextlib
from collections.abc import Iterator

import asyncpg

from bench.processes import children, cpu_of
from tests.pg import Server, postgresql


class Missing(Exception):
    """Something that a measurement needs is not on this machine; the text says what."""


class Cluster:
    def __init__(self, server: Server) -> None:
        self._server = server

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        postmaster = self._server.process.pid
        return cpu_of(postmaster, ended_children=True) + sum(map(cpu_of, children(postmaster)))

    def fresh(self, name: str) -> str:
        """An empty database of this name; its address."""
        asyncio.run(self._fresh(name))
        return self._server.url(name)

    async def _fresh(self, name: str) -> None:
        connection = await asyncpg.connect(self._server.url())
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgresql(durable=True))
        except RuntimeError as reason:
            raise Missing(str(reason)) from reason
        yield Cluster(server)

"""The physical floor: a transaction of 20 action rows, 20 record rows and one counter. No HTTP, no rules.

Rows are made beforehand, so that only the database is timed.
"""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.postgres import Cluster
from bench.workload import Workload

SCHEMA = """
CREATE TABLE scope (id TEXT PRIMARY KEY, version BIGINT NOT NULL);
CREATE TABLE action (id TEXT PRIMARY KEY, device TEXT NOT NULL, seq INTEGER NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE record (id TEXT PRIMARY KEY, scope TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX record_version ON record (scope, version);
"""
BUMP = "INSERT INTO scope VALUES ({0}, 1) ON CONFLICT (id) DO UPDATE SET version = scope.version + 1 RETURNING version"
CONNECTIONS = 8


@dataclass(frozen=True)
class Push:
    scope: str
    actions: list[tuple[str, str, int, str]]
    records: list[tuple[str, str]]


def measure(work: Workload, cluster: Cluster | None) -> dict[str, float]:
    """Actions a second of each floor."""
    pushes = [_push(work, device) for device in range(work.devices)]
    floors = {"sqlite": _sqlite(pushes)}
    if cluster is not None:
        floors["postgres"] = asyncio.run(_postgres(pushes, cluster.fresh("floor")))
        hot = [Push("hot", push.actions, push.records) for push in pushes]
        floors["postgres, one scope"] = asyncio.run(_postgres(hot, cluster.fresh("floor")))
    return {name: work.actions / seconds for name, seconds in floors.items()}


def _push(work: Workload, device: int) -> Push:
    queue = work.queue(device)
    actions = [(action["id"], f"d{device}", action["seq"], "applied") for action in queue]
    return Push(work.team(device), actions, [(action["id"], json.dumps(action)) for action in queue])


def _sqlite(pushes: list[Push]) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-floor-") as folder:
        database = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)
        start = time.perf_counter()
        for push in pushes:
            database.execute("BEGIN IMMEDIATE")
            version = database.execute(BUMP.format("?"), (push.scope,)).fetchone()[0]
            database.executemany("INSERT INTO action VALUES (?,?,?,?)", push.actions)
            rows = [(key, push.scope, version, body) for key, body in push.records]
            database.executemany("INSERT INTO record VALUES (?,?,?,?)", rows)
            database.execute("COMMIT")
        seconds = time.perf_counter() - start
        database.close()
        return seconds


async def _postgres(pushes: list[Push], url: str) -> float:
    pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    await pool.execute(SCHEMA)
    waiting = iter(pushes)
    start = time.perf_counter()
    await asyncio.gather(*(_writer(pool, waiting) for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - start
    await pool.close()
    return seconds


async def _writer(pool: asyncpg.Pool, waiting: Iterator[Push]) -> None:
    async with pool.acquire() as connection:
        for push in waiting:
            async with connection.transaction():
                await connection.executemany("INSERT INTO action VALUES ($1,$2,$3,$4)", push.actions)
                version = await connection.fetchval(BUMP.format("$1"), push.scope)
                rows = [(key, push.scope, version, body) for key, body in push.records]
                await connection.executemany("INSERT INTO record VALUES ($1,$2,$3,$4)", rows)

"""Databases for tests: made, migrated by the app's own command, copied and dropped. Knows no table."""

import asyncio
import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg

ROOT = Path(__file__).resolve().parents[1]


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def migrate(url: str) -> None:
    """As `release` does it: the contract's command in a process of its own."""
    settings = {"DATABASE_URL": url, "DEMO": "1"}
    command = [sys.executable, "-m", "server", "migrate"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"python -m server migrate did not work:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def new_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The address of a new database on a PostgreSQL server, empty or a copy of `template`; dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_create(server_url, name, template))
    try:
        yield f"{server_url.rpartition('/')[0]}/{name}"
    finally:
        asyncio.run(_drop(server_url, name))


async def _create(server_url: str, name: str, template: str | None) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    finally:
        await connection.close()


async def _drop(server_url: str, name: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()

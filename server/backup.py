"""Copies of a SQLite database: made while the app runs, and put back as a new history. Knows no table but the lineage.

A restored database forgets what phones were told was kept. The new epoch makes them send it again.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from server.db import sqlite_engine
from server.migrate import upgrade
from sync import new_epoch


class CannotRestore(Exception):
    """Why not, in plain words. The database is as it was."""


def backup(url: str, to: Path) -> None:
    if to.exists():
        raise CannotRestore(f"{to} is there already. Choose another name, so that no older copy is lost.")
    source = _file(url)
    if not source.exists():
        raise CannotRestore(f"There is no database at {source} yet.")
    with contextlib.closing(sqlite3.connect(source)) as reading:
        reading.execute("VACUUM INTO :to", {"to": str(to)})  # in the order of keys: the order of writing stays behind


def restore(url: str, from_: Path) -> str:
    """The copy is brought up to date and given its new epoch first, then swapped in as one transaction."""
    _check(from_)
    target = _file(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        ready = Path(folder) / "ready.db"
        _copy(from_, ready)
        upgrade(f"sqlite:///{ready}")
        epoch = renew(f"sqlite:///{ready}")
        _copy(ready, target)
    return epoch


def renew(url: str) -> str:
    engine = sqlite_engine(url)
    with engine.begin() as connection:
        epoch = new_epoch(connection)
    engine.dispose()
    return epoch


def _check(file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        raise CannotRestore(f"{file} is not a copy of this app's database.") from None


def _copy(source: Path, to: Path) -> None:
    with contextlib.closing(sqlite3.connect(source)) as reading, contextlib.closing(sqlite3.connect(to)) as writing:
        reading.backup(writing)


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")

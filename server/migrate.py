"""Brings a database to the newest tables. Knows where the migrations are and nothing of what they do.

The PostgreSQL side runs an event loop of its own: call this from a thread or a command, never inside a running loop.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config as Alembic
from alembic.script import ScriptDirectory

from server.config import ROOT


def upgrade(url: str, revision: str = "head") -> None:
    command.upgrade(settings(url), revision)


def newest() -> str | None:
    return ScriptDirectory.from_config(settings("")).get_current_head()


def settings(url: str) -> Alembic:
    alembic = Alembic()
    alembic.set_main_option("script_location", str(ROOT / "migrations"))
    alembic.set_main_option("path_separator", "os")
    alembic.attributes["url"] = url
    return alembic

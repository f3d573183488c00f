"""What a command needs that does one thing and ends: the settings, and one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from server import log
from server.config import Config
from server.db import Db

P = ParamSpec("P")
R = TypeVar("R")


def settings() -> Config:
    config = Config.load()
    log.start(config.log_format)
    return config


def once(config: Config, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
    async def in_one_go() -> R:
        db = Db(config.database_url)
        db.open()
        try:
            return await db.write(run, *args, **named)
        finally:
            await db.close()

    return asyncio.run(in_one_go())

"""What each command does. The words that people type are in `__main__`."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Litestar
from sqlalchemy import Connection, select, text

from server import backup as copies
from server import demo, housekeeping, migrate, people_commands
from server.app import create_app, make_site
from server.cannot import Cannot
from server.config import Config, from_base64, new_key, to_base64
from server.features import engine, load_content
from server.once import once, settings
from server.people import Person
from server.push import worker as push_worker
from server.reports import snapshots
from server.site import now
from sync import ensure_epoch, new_epoch

STOP_SECONDS = 10
FILLING = 4_711_002  # the lock that web processes starting at once wait for


def web(alone: bool) -> None:
    config = settings()
    if config.is_sqlite:
        _migrate(config)
    once(config, fill, config)
    several = config.web_concurrency > 1
    _greet(config)
    uvicorn.run(
        "server.commands:app_of_environment" if several else _ready(config, alone=alone or config.is_sqlite),
        factory=several,
        workers=config.web_concurrency,
        host=config.host,
        port=config.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def app_of_environment() -> Litestar:
    """For several web processes, which each make their own; `worker` does the housekeeping."""
    return _ready(settings(), alone=False)


def _ready(config: Config, alone: bool) -> Litestar:
    """What was made up to here stays until the end, so the garbage collector need not look at it again and again:
    it was a tenth of the work of a busy server."""
    app = create_app(config, alone=alone)
    gc.collect()
    gc.freeze()
    return app


def worker() -> None:
    config = settings()
    asyncio.run(_idle() if config.is_sqlite else _work(config))


async def _idle() -> None:
    told = _told_to_stop()  # before anything is said: whoever reads it may already tell
    print("The database is SQLite, so the web process does this work itself. There is nothing to do here.", flush=True)
    await told.wait()


async def _work(config: Config) -> None:
    told = _told_to_stop()
    site = make_site(config)
    site.db.open()
    tasks = [asyncio.create_task(each(site)) for each in (housekeeping.every_day, housekeeping.every_few_seconds)]
    if site.sender:
        await site.sender.open()
        tasks.append(asyncio.create_task(push_worker.of(site, site.sender).run()))
    await told.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if site.sender:
        await site.sender.close()
    await site.db.close()


def _told_to_stop() -> asyncio.Event:
    """Set by the first TERM or Ctrl-C from now on."""
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


def migrate_() -> None:
    _migrate(settings())


def _migrate(config: Config) -> None:
    migrate.upgrade(config.database_url)
    once(config, ensure_epoch)


def fill(connection: Connection, config: Config) -> None:
    """The content files and, for a demo, its people: what has changed since the last start."""
    _load_content(connection, config)
    if config.demo:
        demo.ensure(connection, config)
        snapshots.take(connection, engine(config), config, now())


def _load_content(connection: Connection, config: Config) -> bool:
    if not config.is_sqlite:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({FILLING})"))
    return load_content(engine(config), connection, config.content_dir)


def content() -> None:
    """While the app runs: a new phone number needs no new release."""
    config = settings()
    changed = once(config, _load_content, config)
    print("Done. Every phone has it at its next contact." if changed else "Nothing in these files is new.")


def demo_() -> None:
    config = settings()
    if not config.demo:
        raise Cannot("These people are for a demo only. Set DEMO=1 to have them.")
    _migrate(config)
    once(config, fill, config)
    _greet(config)


def _greet(config: Config) -> None:
    print(f"{config.app_name}: {config.public_url}", flush=True)
    if config.demo:
        keys = once(config, _demo_keys)
        print(f"Demo log ins, on {config.public_url}/log-in: {' '.join(keys)}", flush=True)


def _demo_keys(connection: Connection) -> list[str]:
    people = select(Person.demo_key).where(Person.demo_key.is_not(None)).order_by(Person.id)
    return [str(key) for key in connection.scalars(people)]


def check() -> None:
    config = settings()
    make_site(config)
    version = once(config, _version)
    if version != migrate.newest():
        raise Cannot("The database is not up to date. Run `python -m server migrate`.")
    once(config, _try_content, config)
    print("All is well: settings, templates, content and database.")


def _try_content(connection: Connection, config: Config) -> None:
    """Reads the content files as a start would, and leaves everything as it was."""
    with connection.begin_nested() as tried:
        load_content(engine(config), connection, config.content_dir)
        tried.rollback()


def _version(connection: Connection) -> str | None:
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def vapid_keys() -> None:
    private = new_key()
    public = ec.derive_private_key(int.from_bytes(from_base64(private)), ec.SECP256R1()).public_key()
    print(f"VAPID_PRIVATE_KEY={private}")
    print(f"# the public half: {to_base64(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))}")


def backup(file: Path) -> None:
    config = settings()
    if not config.is_sqlite:
        raise Cannot("This database is PostgreSQL: use its own pg_dump.")
    copies.backup(config.database_url, file)
    print(f"Copied to {file}.")


def restore(file: Path | None, new_epoch: bool) -> None:
    config = settings()
    if config.is_sqlite:
        if file is None:
            raise Cannot("Say which file to put back: restore FILE.")
        epoch = copies.restore(config.database_url, file)
    elif new_epoch:
        epoch = once(config, _renew)
    else:
        raise Cannot("This database is PostgreSQL: restore it with its own tools, then run `restore --new-epoch`.")
    print(f"Done. Phones will send again what this copy lacks (epoch {epoch}).")


def _renew(connection: Connection) -> str:
    return new_epoch(connection)


COMMANDS: dict[str, Callable[..., Any]] = {
    "web": web,
    "worker": worker,
    "migrate": migrate_,
    "demo": demo_,
    "check": check,
    "content": content,
    **people_commands.COMMANDS,
    "vapid_keys": vapid_keys,
    "backup": backup,
    "restore": restore,
}

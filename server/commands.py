"""What each command does. The words that people type are in `__main__`."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Litestar
from sqlalchemy import Connection, select, text

from server import backup as copies
from server import (
    codes,
    demo,
    factors,
    housekeeping,
    invitations,
    leaving,
    log,
    migrate,
    pending,
    roles,
    sessions,
    team_file,
)
from server.app import create_app, make_site
from server.cannot import Cannot
from server.config import Config, from_base64, new_key, to_base64
from server.db import Db
from server.features import engine, load_content
from server.people import Person, Team, put_person, put_role
from server.reports import snapshots
from server.site import now
from sync import Touch, ensure_epoch, new_epoch, publish

STOP_SECONDS = 10
FILLING = 4_711_002  # the lock that web processes starting at once wait for
P = ParamSpec("P")
R = TypeVar("R")


def web(alone: bool) -> None:
    config = _config()
    if config.is_sqlite:
        _migrate(config)
    _run(config, fill, config)
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
    return _ready(_config(), alone=False)


def _ready(config: Config, alone: bool) -> Litestar:
    """What was made up to here stays until the end, so the garbage collector need not look at it again and again:
    it was a tenth of the work of a busy server."""
    app = create_app(config, alone=alone)
    gc.collect()
    gc.freeze()
    return app


def worker() -> None:
    config = _config()
    asyncio.run(_idle() if config.is_sqlite else _work(config))


async def _idle() -> None:
    told = _told_to_stop()  # before anything is said: whoever reads it may already tell
    print("The database is SQLite, so the web process does this work itself. There is nothing to do here.", flush=True)
    await told.wait()


async def _work(config: Config) -> None:
    told = _told_to_stop()
    site = make_site(config)
    site.db.open()
    daily = asyncio.create_task(housekeeping.every_day(site))
    await told.wait()
    daily.cancel()
    await site.db.close()


def _told_to_stop() -> asyncio.Event:
    """Set by the first TERM or Ctrl-C from now on."""
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


def migrate_() -> None:
    _migrate(_config())


def _migrate(config: Config) -> None:
    migrate.upgrade(config.database_url)
    _run(config, ensure_epoch)


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
    config = _config()
    changed = _run(config, _load_content, config)
    print("Done. Every phone has it at its next contact." if changed else "Nothing in these files is new.")


def demo_() -> None:
    config = _config()
    if not config.demo:
        raise Cannot("These people are for a demo only. Set DEMO=1 to have them.")
    _migrate(config)
    _run(config, fill, config)
    _greet(config)


def _greet(config: Config) -> None:
    print(f"{config.app_name}: {config.public_url}", flush=True)
    if config.demo:
        keys = _run(config, _demo_keys)
        print(f"Demo log ins, on {config.public_url}/log-in: {' '.join(keys)}", flush=True)


def _demo_keys(connection: Connection) -> list[str]:
    people = select(Person.demo_key).where(Person.demo_key.is_not(None)).order_by(Person.id)
    return [str(key) for key in connection.scalars(people)]


def check() -> None:
    config = _config()
    make_site(config)
    version = _run(config, _version)
    if version != migrate.newest():
        raise Cannot("The database is not up to date. Run `python -m server migrate`.")
    _run(config, _try_content, config)
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


def create_admin(email: str, name: str) -> None:
    config = _config()
    print(_run(config, _administrator, config, _address(email), name))


def _address(email: str) -> str:
    address = codes.address_in(email)
    if address is None:
        raise Cannot(f"{email} is not an email address.")
    return address


def _administrator(connection: Connection, config: Config, address: str, name: str) -> str:
    person = connection.scalar(select(Person.id).where(Person.email == address))
    touched: list[Touch] = []
    if person is None:
        person = secrets.token_hex(8)
        admin = Person(id=person, name=name, role="Administrator", team_id=None, email=address, demo_key=None)
        touched += put_person(connection, admin)
        invitations.invite(connection, config.secret_key, address, now())
        invitations.use(connection, config.secret_key, address, now())
    publish(engine(config), connection, [*touched, *put_role(connection, person, "admin")])
    return (
        f"{address} can now log in as {name}." if touched else f"{address} can log in already, and is an administrator."
    )


def grant(role: str | None, email: str | None, area: str, show: bool) -> None:
    if show:
        print(roles.there_are())
        return
    _change_role(roles.grant, role, email, area)


def revoke(role: str, email: str, area: str) -> None:
    _change_role(roles.revoke, role, email, area)


def _change_role(change: roles.Change, role: str | None, email: str | None, area: str) -> None:
    if role is None or email is None:
        raise Cannot("Say which role, and who: grant ROLE EMAIL [AREA]. `grant --list` names the roles.")
    config = _config()
    print(_run(config, _changed, config, change, role, email, area))


def _changed(connection: Connection, config: Config, change: roles.Change, role: str, email: str, area: str) -> str:
    touched, said = change(connection, role, email, area)
    publish(engine(config), connection, touched)
    return said


def load_teams(file: Path) -> None:
    config = _config()
    print("\n".join(_run(config, _load_teams, config, team_file.read(file))))


def _load_teams(connection: Connection, config: Config, teams: list[Team]) -> list[str]:
    loaded = team_file.load(connection, teams)
    publish(engine(config), connection, loaded.touched)
    return loaded.said


def leave(email: str) -> None:
    config = _config()
    print(_run(config, _leave, config, email))


def _leave(connection: Connection, config: Config, email: str) -> str:
    person = roles.person_with(connection, email)
    if person is None:
        return f"Nobody here has the address {email}, so there is nothing to do."
    held = roles.held_by(connection, person)
    leaving.leave(connection, engine(config), person, now())
    invitations.forget(connection, config.secret_key, _address(email))
    were = f" They were {', '.join(held)}: `grant` gives that to somebody else." if held else ""
    return f"{email} can no longer log in, and nothing of theirs is kept here.{were}"


def invite(email: str) -> None:
    config, address = _config(), _address(email)
    _run(config, invitations.invite, config.secret_key, address, now())
    print(f"{address} can make an account at {config.public_url}/log-in within 14 days. We sent no email: tell them.")


def reset_factors(email: str) -> None:
    config = _config()
    print(_run(config, _without_factors, config, _address(email)))


def _without_factors(connection: Connection, config: Config, address: str) -> str:
    person = connection.scalar(select(Person.id).where(Person.email == address))
    if person is None:
        raise Cannot(f"Nobody has the address {address}.")
    factors.forget(connection, person)
    pending.forget(connection, person)
    publish(engine(config), connection, sessions.take_away_all(connection, person, now()))
    return f"{address} is logged out everywhere. Their phones wipe themselves. The next log in adds a new second step."


def backup(file: Path) -> None:
    config = _config()
    if not config.is_sqlite:
        raise Cannot("This database is PostgreSQL: use its own pg_dump.")
    copies.backup(config.database_url, file)
    print(f"Copied to {file}.")


def restore(file: Path | None, new_epoch: bool) -> None:
    config = _config()
    if config.is_sqlite:
        if file is None:
            raise Cannot("Say which file to put back: restore FILE.")
        epoch = copies.restore(config.database_url, file)
    elif new_epoch:
        epoch = _run(config, _renew)
    else:
        raise Cannot("This database is PostgreSQL: restore it with its own tools, then run `restore --new-epoch`.")
    print(f"Done. Phones will send again what this copy lacks (epoch {epoch}).")


def _renew(connection: Connection) -> str:
    return new_epoch(connection)


def _config() -> Config:
    config = Config.load()
    log.start(config.log_format)
    return config


def _run(config: Config, run: Callable[Concatenate[Connection, P], R], /, *args: P.args, **named: P.kwargs) -> R:
    async def once() -> R:
        db = Db(config.database_url)
        db.open()
        try:
            return await db.write(run, *args, **named)
        finally:
            await db.close()

    return asyncio.run(once())


COMMANDS: dict[str, Callable[..., Any]] = {
    "web": web,
    "worker": worker,
    "migrate": migrate_,
    "demo": demo_,
    "check": check,
    "content": content,
    "vapid_keys": vapid_keys,
    "create_admin": create_admin,
    "grant": grant,
    "revoke": revoke,
    "load_teams": load_teams,
    "leave": leave,
    "invite": invite,
    "reset_factors": reset_factors,
    "backup": backup,
    "restore": restore,
}

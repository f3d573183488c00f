"""Commands about who may do what: administrators, roles, teams, invitations, and people who leave."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from server import codes, factors, invitations, leaving, pending, roles, sessions, team_file
from server.cannot import Cannot
from server.config import Config
from server.features import engine
from server.once import once, settings
from server.people import Person, Team, put_person, put_role
from server.site import now
from sync import Touch, publish


def create_admin(email: str, name: str) -> None:
    config = settings()
    print(once(config, _administrator, config, _address(email), name))


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
    config = settings()
    print(once(config, _changed, config, change, role, email, area))


def _changed(connection: Connection, config: Config, change: roles.Change, role: str, email: str, area: str) -> str:
    touched, said = change(connection, role, email, area)
    publish(engine(config), connection, touched)
    return said


def load_teams(file: Path) -> None:
    config = settings()
    print("\n".join(once(config, _load_teams, config, team_file.read(file))))


def _load_teams(connection: Connection, config: Config, teams: list[Team]) -> list[str]:
    loaded = team_file.load(connection, teams)
    publish(engine(config), connection, loaded.touched)
    return loaded.said


def leave(email: str) -> None:
    config = settings()
    print(once(config, _leave, config, email))


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
    config, address = settings(), _address(email)
    once(config, invitations.invite, config.secret_key, address, now())
    print(f"{address} can make an account at {config.public_url}/log-in within 14 days. We sent no email: tell them.")


def reset_factors(email: str) -> None:
    config = settings()
    print(once(config, _without_factors, config, _address(email)))


def _without_factors(connection: Connection, config: Config, address: str) -> str:
    person = connection.scalar(select(Person.id).where(Person.email == address))
    if person is None:
        raise Cannot(f"Nobody has the address {address}.")
    factors.forget(connection, person)
    pending.forget(connection, person)
    publish(engine(config), connection, sessions.take_away_all(connection, person, now()))
    return f"{address} is logged out everywhere. Their phones wipe themselves. The next log in adds a new second step."


COMMANDS: dict[str, Callable[..., Any]] = {
    "create_admin": create_admin,
    "grant": grant,
    "revoke": revoke,
    "load_teams": load_teams,
    "leave": leave,
    "invite": invite,
    "reset_factors": reset_factors,
}

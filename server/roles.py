"""Roles given and taken by whoever runs the app. What a role may do, server/access.py says. Knows no page and no HTTP.

Networks are named by their ids only: what a command prints can end in a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, func, select

from server.access import ROLES
from server.cannot import Cannot
from server.codes import address_in
from server.members import NETWORKS
from server.people import Person, Role, Team, put_role, take_role
from server.places import PLACES
from sync import Touch

Change = Callable[[Connection, str, str, str], tuple[list[Touch], str]]
AREAS = {"network": NETWORKS, "team": select(Team.id).order_by(Team.id), "place": PLACES}


def there_are() -> str:
    """Every role on a line of its own, and what it is for."""
    return "\n".join(
        f"{role:13}{f'of one {kind}: add its id' if kind else 'of everything'}" for role, kind in ROLES.items()
    )


def grant(connection: Connection, role: str, email: str, area: str) -> tuple[list[Touch], str]:
    """What to publish, and what to say."""
    person = _person(connection, role, email, area)
    if (role, area) in _held(connection, person):
        return [], f"{email} is {_said(role, area)} already."
    return put_role(connection, person, role, area), f"{email} is now {_said(role, area)}."


def revoke(connection: Connection, role: str, email: str, area: str) -> tuple[list[Touch], str]:
    person = _person(connection, role, email, area, giving=False)
    held = _held(connection, person)
    if (role, area) not in held:
        said = ", ".join(_said(*each) for each in held) or "no role"
        raise Cannot(f"{email} is not {_said(role, area)}, so there is nothing to take away. What they have: {said}.")
    if role == "admin" and connection.scalar(select(func.count()).where(Role.role == "admin")) == 1:
        raise Cannot(
            f"{email} is the only administrator. Make another one first: `python -m server grant admin EMAIL`."
        )
    return take_role(connection, person, role, area), f"{email} is no longer {_said(role, area)}."


def person_with(connection: Connection, email: str) -> str | None:
    """Whoever logs in with this address."""
    address = address_in(email)
    if address is None:
        raise Cannot(f"{email} is not an email address. Write it like name@example.nhs.uk.")
    return connection.scalar(select(Person.id).where(Person.email == address))


def held_by(connection: Connection, person: str) -> list[str]:
    """In words, for a line that a command prints."""
    return [_said(role, area) for role, area in _held(connection, person)]


def _person(connection: Connection, role: str, email: str, area: str, *, giving: bool = True) -> str:
    """All that is wrong with what was typed is told at once. A role of an area that is gone can still be taken away."""
    problems = list(_problems(connection, role, area, giving))
    try:
        person = person_with(connection, email)
    except Cannot as why:
        raise Cannot("\n".join([*problems, str(why)])) from None
    if person is None:
        problems.append(f"Nobody here has the address {email}. Ask them to log in once, then run this again.")
    if problems or person is None:
        raise Cannot("\n".join(problems))
    return person


def _problems(connection: Connection, role: str, area: str, giving: bool) -> Iterator[str]:
    kind = ROLES.get(role)
    if kind is None:
        yield f"There is no role {role}. There are: {', '.join(ROLES)}."
    elif kind == "" and area:
        yield f"A role of {role} is for everything here. Leave {area} out."
    elif kind and not area:
        yield f"A role of {role} is for one {kind}. Add its id: grant {role} EMAIL ID."
    elif kind in AREAS and giving:
        there = connection.scalars(AREAS[kind]).all()
        if area not in there:
            yield f"There is no {kind} {area}. There are: {', '.join(there) or 'none yet'}."


def _held(connection: Connection, person: str) -> list[tuple[str, str]]:
    mine = select(Role.role, Role.area).where(Role.person_id == person).order_by(Role.role, Role.area)
    return [(role, area) for role, area in connection.execute(mine)]


def _said(role: str, area: str) -> str:
    return f"{role} of {area}" if area else role

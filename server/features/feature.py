"""What a feature is: its actions, its records, its desk pages and how its content files get in. Knows no feature by
name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from pwa.pages import Page
from server.people import Roles
from sync import Kind, Projection, Touch


class Asking(NamedTuple):
    """Who asks for a desk page, and for which. `now` is in milliseconds."""

    person: str
    roles: Roles
    params: Mapping[str, str]
    now: int


@dataclass(frozen=True)
class Shown:
    """What a desk page is given besides the records it needs, and what looking at it changed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    touched: Sequence[Touch] = ()


@dataclass(frozen=True)
class DeskPage:
    """A page for those with a role. It is drawn in a transaction that may write, so a reading can be written down
    with it. `may` decides by roles alone, whether or not what the path names is there."""

    page: Page
    may: Callable[[Roles, Mapping[str, str]], bool]
    show: Callable[[Connection, Asking], Shown]


@dataclass(frozen=True)
class Feature:
    """`load` reads the content files in a folder into domain rows and answers which records to publish. It checks
    every file before it changes any row and raises ContentProblems, so that the last good version stays live.

    `doors` are what somebody with these roles can open from their desk. Where there are desk pages, kinds that are
    done online are acts of the desk.
    """

    name: str
    actions: tuple[Kind, ...] = ()
    projections: tuple[Projection, ...] = ()
    load: Callable[[Connection, Path], list[Touch]] | None = None
    desk: tuple[DeskPage, ...] = ()
    doors: Callable[[Connection, Roles], list[dict[str, Any]]] | None = None

"""What a feature is: its actions, its records and how its content files get in. Knows no feature by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from sync import Kind, Projection, Touch


@dataclass(frozen=True)
class Feature:
    """`load` reads the content files in a folder into domain rows and answers which records to publish.

    It checks every file before it changes any row and raises ContentProblems, so that the last good version stays live.
    """

    name: str
    actions: tuple[Kind, ...] = ()
    projections: tuple[Projection, ...] = ()
    load: Callable[[Connection, Path], list[Touch]] | None = None

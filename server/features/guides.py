"""Guides, the policy and words to borrow: for anyone, before log in and with no signal. Keeps nothing of a reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from server.features import guide_files
from server.features.content import ContentProblems
from server.features.feature import Feature
from server.features.help import HelpPage, Key, Records, keep, kept
from sync import Touch, projection

KINDS = ("guide", "policy", "situation")


@projection("guide")
def guide_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "guide", keys)


@projection("policy")
def policy_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "policy", keys)


@projection("situation")
def situation_records(connection: Connection, keys: Sequence[Key]) -> Records:
    return kept(connection, "situation", keys)


def load(connection: Connection, folder: Path) -> list[Touch]:
    """All problems of all files are told together, and then nothing has changed."""
    ids = connection.scalars(select(HelpPage.id).where(HelpPage.kind == "guide"))
    stored = {id: body for (_, id), body in kept(connection, "guide", [("open", id) for id in ids]).items()}
    bodies: dict[Key, dict[str, Any]] = {}
    problems: list[str] = []
    reading: dict[str, Callable[[Path], guide_files.Bodies]] = {
        "guide": partial(guide_files.guides, stored=stored),
        "policy": guide_files.policies,
        "situation": guide_files.situations,
    }
    for kind, read in reading.items():
        try:
            bodies |= {(kind, id): body for id, body in read(folder).items()}
        except ContentProblems as found:
            problems += found.problems
    if problems:
        raise ContentProblems(problems)
    return keep(connection, KINDS, bodies)


FEATURE = Feature("guides", projections=(guide_records, policy_records, situation_records), load=load)

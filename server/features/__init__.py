"""Every feature of the app, in order; a feature may use those to its left. `pwa/features/index.js` is the same list."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from server import people
from server.config import Config
from server.features import (
    ally,
    ally_desk,
    guides,
    help,
    modules,
    network_desk,
    networks,
    notice_desk,
    notices,
    pledges,
    statements,
    stock,
    stock_desk,
)
from server.features.content import FOLDER, ContentProblems
from server.features.feature import Feature
from sync import Engine, Touch, publish

__all__ = ["FEATURES", "ContentProblems", "Feature", "engine", "load_content"]

FEATURES: tuple[Feature, ...] = (
    help.FEATURE,
    statements.FEATURE,
    guides.FEATURE,
    pledges.FEATURE,
    modules.FEATURE,
    networks.FEATURE,
    network_desk.FEATURE,
    ally.FEATURE,
    ally_desk.FEATURE,
    stock.FEATURE,
    stock_desk.FEATURE,
    notices.FEATURE,
    notice_desk.FEATURE,
)


def engine(config: Config) -> Engine:
    """The one engine of the app: everything a person can do, and every record a phone can hold."""
    kinds = [*people.ACTIONS, *(kind for feature in FEATURES for kind in feature.actions)]
    projections = [*people.PROJECTIONS, *(each for feature in FEATURES for each in feature.projections)]
    return Engine.of(kinds, projections, config.secret_key.encode())


def load_content(engine: Engine, connection: Connection, folder: Path = FOLDER) -> bool:
    """Read the content files in; answers whether anything changed. All problems of all features are raised together,
    and then nothing has."""
    problems: list[str] = []
    touched: list[Touch] = []
    for feature in FEATURES:
        try:
            touched += feature.load(connection, folder) if feature.load else []
        except ContentProblems as found:
            problems += found.problems
    if problems:
        raise ContentProblems(list(dict.fromkeys(problems)))  # a file that two features read is told once
    return bool(publish(engine, connection, touched))

"""What the app never asks and never keeps (docs/privacy.md). Knows no page."""

from __future__ import annotations

import re

from server.config import Config
from server.features import engine
from server.tables import METADATA

# The protected characteristics and what stands for them, as parts of a name.
NEVER = re.compile(
    r"ethnic|race\b|racial|religio|faith|belief|gender|\bsex(?!_)|sexual|orientation|disabilit|is_disabled|impair|health_cond|diagnos"
    r"|birth|\bage\b|marital|marriage|pregnan|matern|nationality|immigra|union|political|\bcaste\b|characteristic"
)


def names() -> set[str]:
    """Of every table, column and argument, with its choices."""
    tables = [each for metadata in METADATA for each in metadata.sorted_tables]
    stored = {table.name for table in tables} | {column.name for table in tables for column in table.columns}
    kinds = engine(Config.for_tests()).kinds.values()
    asked = {name for kind in kinds for name in kind.args.__struct_encode_fields__}
    return stored | asked | {kind.name for kind in kinds}


def test_no_table_and_no_form_asks_who_anyone_is() -> None:
    assert [name for name in sorted(names()) if NEVER.search(name)] == []


def test_a_name_that_asks_is_seen() -> None:
    for name in ("ethnicity", "trade_union", "sex", "gender_identity", "is_disabled", "date_of_birth", "religion"):
        assert NEVER.search(name), name

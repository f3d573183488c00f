"""The ally scheme: ask for something to wear, follow it, replace it, step back. Knows nothing of HTTP, push or the
browser, of stock or of what is in a module.

Whoever has not asked has no row, and nothing here or anywhere lists them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from pwa.dates import long_date
from server.db import table
from server.features import schemes
from server.features.feature import Feature
from server.features.scheme_files import PlaceFile, SchemeFile, read
from server.features.schemes import Allying, Place, Scheme
from sync import Touch, projection

SHOWN = (schemes.LEARN, schemes.ASKED, schemes.WAITING, schemes.READY, schemes.COLLECTED)

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]

_ally = table(Allying).c
THEIRS = (
    select(table(Allying), table(Place).c.days)
    .join(table(Place), table(Place).c.id == _ally.collect_at)
    .where(_ally.person_id == bindparam("person"), _ally.state.in_(SHOWN))
)


@projection("scheme")
def scheme_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {
        ids[id]: {"order": row["position"], "state": row["state"], "gate": row["gate"], **schemes.body(row)}
        for id, row in schemes.schemes(connection).items()
        if id in ids
    }


@projection("place")
def place_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {
        ids[id]: {
            "order": row["position"],
            "inpatient": bool(row["inpatient"]),
            "days": row["days"],
            **schemes.body(row),
        }
        for id, row in schemes.places(connection).items()
        if id in ids
    }


@projection("ally")
def ally_records(connection: Connection, keys: Sequence[Key]) -> Records:
    """What somebody's own phones hold of their own requests."""
    records: dict[Key, dict[str, Any]] = {}
    for scope in {scope for scope, _ in keys}:
        for row in connection.execute(THEIRS, {"person": scope.partition(":")[2]}).mappings():
            if (scope, row["scheme"]) in keys:
                records[scope, row["scheme"]] = _as_record(row)
    return records


def _as_record(row: RowMapping) -> dict[str, Any]:
    """The code is told while there is something to show it for."""
    state = row["state"]
    comes = state in (schemes.ASKED, schemes.WAITING) and not row["with_person"]
    expected = (date.fromisoformat(row["asked_on"]) + timedelta(days=row["days"])).isoformat() if comes else ""
    shows = state == schemes.READY or (state == schemes.ASKED and row["with_person"])
    return {
        "scheme": row["scheme"],
        "item": row["item"],
        "collect_at": row["collect_at"],
        "state": state,
        "with_person": 1 if row["with_person"] else 0,
        "code": row["code"] if shows else "",
        "on": row["asked_on"],
        "on_text": long_date(row["asked_on"]),
        "expected": expected,
        "expected_text": long_date(expected) if expected else "",
        "collected_on": row["collected_on"],
        "collected_on_text": long_date(row["collected_on"]) if row["collected_on"] else "",
    }


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Content files into rows. Whether people can ask now is the desk's to say, and stays as it is."""
    stored = schemes.schemes(connection)
    known = schemes.places(connection)
    files = read(folder, {id: schemes.body(row) for id, row in stored.items()}, list(known))
    for place in files.places:
        _put(connection, Place, place, place.id in known)
    for scheme in files.schemes:
        _put(connection, Scheme, scheme, scheme.id in stored)
    return [
        *(Touch("place", "public", place.id) for place in files.places),
        *(Touch("scheme", "public", scheme.id) for scheme in files.schemes),
    ]


def _put(connection: Connection, of: type[Scheme] | type[Place], file: SchemeFile | PlaceFile, known: bool) -> None:
    values = {**vars(file), "body": json.dumps(file.body)}
    if known:
        connection.execute(update(of).where(of.id == file.id).values(values))
    else:
        connection.execute(insert(of).values({"state": schemes.OPEN, **values} if of is Scheme else values))


FEATURE = Feature("ally", projections=(scheme_records, place_records), load=load)

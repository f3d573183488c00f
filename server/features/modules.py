"""Modules: four minutes of learning, and that somebody finished one. Answers, tries and private words never come here.

Knows nothing of HTTP, push or the browser. Whoever has not finished has no row, and nothing here or anywhere lists
them. The folder of its pages is pwa/features/learn/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import BigInteger, Connection, ForeignKey, RowMapping, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import london_date, long_date
from server.db import Base, table
from server.features.days import day_of
from server.features.feature import Feature
from server.features.module_files import ModuleFile, Stored, read
from server.features.schemes import gate_opened
from server.people import own_scope
from server.words import words
from sync import Args, Context, Merged, Rejected, Touch, action, projection

Key = tuple[str, str]
Records = Mapping[Key, dict[str, Any]]
ModuleId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose a module from the list.")]


class Module(Base):
    """One module as its content file says. `marks` tells, part by part, whether words changed; `changed` are the
    parts that `material_version` brought, the last version that people who had finished are told of."""

    __tablename__ = "module"
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    version: Mapped[int]
    material_version: Mapped[int]
    changed: Mapped[str]
    review_by: Mapped[str]
    marks: Mapped[str]
    body: Mapped[str]


class Finished(Base):
    """Somebody came to the end of a module. `done_on` is their day, `received_at` when we first heard of it."""

    __tablename__ = "finished"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    module_id: Mapped[str] = mapped_column(ForeignKey("module.id"), primary_key=True)
    version: Mapped[int]
    gate_met: Mapped[bool]
    done_on: Mapped[str]
    received_at: Mapped[int] = mapped_column(BigInteger)


class Finish(Args, frozen=True):
    module: ModuleId
    version: Annotated[int, msgspec.Meta(ge=1, le=10_000, description="Open the module again, then finish it.")]
    gate_met: Annotated[Literal["yes", "no"], msgspec.Meta(description="Answer every question, then finish.")]


_finished = table(Finished).c
ALL = select(table(Module))
THEIRS = select(table(Finished)).where(_finished.person_id == bindparam("person"))
ONE = THEIRS.where(_finished.module_id == bindparam("module"))


@action("module.finish", v=1, says="Finish a module", keep_words=True)
def finish(context: Context, args: Finish) -> Merged | None:
    """Of several completions the best is kept of each: the gate met, the newest version, the earliest day."""
    module = context.once(_modules).get(args.module)
    if module is None:
        raise Rejected("unknown.module", words("unknown.module"))
    version = _keep(context, args, min(args.version, module["version"]))
    if args.gate_met == "yes":
        _opened(context, args.module)
    return None if version >= module["material_version"] else Merged("module.updated", words("module.updated"))


def _keep(context: Context, args: Finish, version: int) -> int:
    """Written at once, not with the batch, so that whatever comes next in it finds the gate open."""
    mine = {"person": context.person, "module": args.module}
    held = context.connection.execute(ONE, mine).mappings().first()
    met, day = args.gate_met == "yes", day_of(context)
    row: dict[str, Any]
    if held is None:
        own = {"person_id": context.person, "module_id": args.module, "received_at": context.now}
        row = {"version": version, "gate_met": met, "done_on": day}
        context.connection.execute(insert(Finished).values(**own, **row))
    else:
        best = {"version": max(version, held["version"]), "gate_met": met or held["gate_met"]}
        row = best | {"done_on": min(day, held["done_on"])}
        which = (_finished.person_id == context.person) & (_finished.module_id == args.module)
        context.connection.execute(update(Finished).where(which).values(**row))
    context.touch("progress", own_scope(context.person), args.module)
    kept: int = row["version"]
    return kept


def _opened(context: Context, module: str) -> None:
    """This person has met the gate of this module. Whatever waited behind it is told here, and only here."""
    gate_opened(context, module)


def gate_met(connection: Connection, person_id: str, module_id: str, now: int) -> bool:
    """May this person do what the module comes before? Also when the module should have been read again by now, or
    is not there: nobody is held up by our late paperwork."""
    module = _modules(connection).get(module_id)
    if module is None or module["review_by"] < london_date(now):
        return True
    held = connection.execute(ONE, {"person": person_id, "module": module_id}).mappings().first()
    return held is not None and bool(held["gate_met"])


def _modules(connection: Connection) -> dict[str, RowMapping]:
    return {row["id"]: row for row in connection.execute(ALL).mappings()}


@projection("module")
def module_records(connection: Connection, keys: Sequence[Key]) -> Records:
    ids = {id: (scope, id) for scope, id in keys}
    return {ids[id]: _as_record(row) for id, row in _modules(connection).items() if id in ids}


def _as_record(row: RowMapping) -> dict[str, Any]:
    return {
        "position": row["position"],
        "name": row["name"],
        "version": row["version"],
        "material_version": row["material_version"],
        "changed": json.loads(row["changed"]),
        **json.loads(row["body"]),
    }


@projection("progress")
def progress_records(connection: Connection, keys: Sequence[Key]) -> Records:
    by_person: dict[str, set[str]] = {}
    for scope, id in keys:
        by_person.setdefault(scope.partition(":")[2], set()).add(id)
    return {
        (own_scope(person), row["module_id"]): {
            "module": row["module_id"],
            "version": row["version"],
            "gate_met": "yes" if row["gate_met"] else "no",
            "on": row["done_on"],
            "on_text": long_date(row["done_on"]),
        }
        for person, ids in by_person.items()
        for row in connection.execute(THEIRS, {"person": person}).mappings()
        if row["module_id"] in ids
    }


def load(connection: Connection, folder: Path) -> list[Touch]:
    """Content files into rows. A module is never deleted by taking its file away: people may have finished it."""
    stored = _modules(connection)
    known = {id: Stored(row["name"], row["version"], json.loads(row["marks"])) for id, row in stored.items()}
    files = read(folder, known)
    for file in files:
        values = _row(file, stored.get(file.id))
        if file.id in stored:
            connection.execute(update(Module).where(Module.id == file.id).values(**values))
        else:
            connection.execute(insert(Module).values(id=file.id, **values))
    return [Touch("module", "public", file.id) for file in files]


def _row(file: ModuleFile, before: RowMapping | None) -> dict[str, Any]:
    """A new version that is material brings what is new in it; one that is not leaves what people were told."""
    brought, changed = file.version if file.material else 1, list[str]()
    if before is not None and (file.version == before["version"] or not file.material):
        brought, changed = before["material_version"], json.loads(before["changed"])
    elif before is not None:
        marks = json.loads(before["marks"])
        steps = [step["id"] for step in file.body["steps"]]
        changed = [id for id in steps if file.marks.get(id) != marks.get(id)]
    return {
        "position": file.position,
        "name": file.name,
        "version": file.version,
        "material_version": brought,
        "changed": json.dumps(changed),
        "review_by": file.review_by,
        "marks": json.dumps(file.marks),
        "body": json.dumps(file.body),
    }


FEATURE = Feature("learn", actions=(finish,), projections=(module_records, progress_records), load=load)

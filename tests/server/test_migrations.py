"""The migrations make the very tables that the code speaks of, on both databases."""

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from server.commands import fill
from server.config import Config
from server.db import Db
from server.features import engine
from server.migrate import upgrade
from server.tables import METADATA
from sync import current_epoch, differences, ensure_epoch
from tests.world import open_world


def on(url: str, run: Any, *args: Any) -> Any:
    async def once() -> Any:
        db = Db(url)
        db.open()
        try:
            return await db.write(run, *args)
        finally:
            await db.close()

    return asyncio.run(once())


def test_migrations_match_the_models(blank_database_url: str) -> None:
    def missing(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"target_metadata": METADATA, "compare_type": True})
        return list(compare_metadata(context, METADATA))  # type: ignore[arg-type]

    upgrade(blank_database_url)
    assert on(blank_database_url, missing) == []


def test_migrating_twice_changes_nothing(blank_database_url: str) -> None:
    upgrade(blank_database_url)
    epoch = on(blank_database_url, ensure_epoch)
    upgrade(blank_database_url)
    assert on(blank_database_url, ensure_epoch) == epoch == on(blank_database_url, current_epoch)


def test_a_migration_that_breaks_leaves_no_table_behind(
    blank_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise LookupError

    monkeypatch.setattr("alembic.op.create_index", broken)
    monkeypatch.setattr("alembic.operations.base.BatchOperations.create_index", broken)
    with pytest.raises(LookupError):
        upgrade(blank_database_url)
    assert on(blank_database_url, lambda connection: inspect(connection).get_table_names()) == []


def test_filling_twice_changes_no_record(database_url: str) -> None:
    config = Config.for_tests(database_url=database_url)
    with open_world(database_url) as world:
        world.write(fill, config)
        before = world.rows("SELECT scope, kind, id, version, body FROM record ORDER BY scope, kind, id")
        scopes = world.rows("SELECT id, version FROM scope ORDER BY id")
        world.write(fill, config)
        assert world.rows("SELECT scope, kind, id, version, body FROM record ORDER BY scope, kind, id") == before
        assert world.rows("SELECT id, version FROM scope ORDER BY id") == scopes
        assert world.read(lambda connection: differences(engine(config), connection)) == []


def test_the_journal_keeps_its_rows_when_its_key_turns(blank_database_url: str) -> None:
    row = {"person": "ann", "id": "a1", "seq": 1, "kind": "pledge.take", "v": 1, "outcome": "applied", "at": 5}
    insert = "INSERT INTO action (person, id, seq, kind, v, outcome, received_at)"
    upgrade(blank_database_url, "0001")
    on(
        blank_database_url,
        lambda c: c.execute(text(f"{insert} VALUES (:person, :id, :seq, :kind, :v, :outcome, :at)"), row),
    )
    upgrade(blank_database_url)
    kept = on(
        blank_database_url, lambda c: c.execute(text("SELECT person, id, outcome, received_at FROM action")).all()
    )
    assert [tuple(each) for each in kept] == [("ann", "a1", "applied", 5)]

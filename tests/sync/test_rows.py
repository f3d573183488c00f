"""Rows that actions change in memory (push 7), on both databases."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, event

import sync
from sync import Context, Kind, Rejected, action
from tests.sync import domain
from tests.sync.acts import act, add, take, withdraw
from tests.sync.conftest import Store
from tests.sync.test_push import brief

CHOICES = sa.select(domain.choice.c.thing, domain.choice.c.show).order_by(domain.choice.c.thing)


@action("thing.half", says="Take and think again")
def half(context: Context, args: domain.Withdraw) -> None:
    context.rows(domain.CHOICES, context.person).put(args.thing, show="name")
    context.once(_things, context.person)
    raise Rejected("no", "Not today.")


@action("thing.wrong", says="Take in a way no database keeps")
def wrong(context: Context, args: domain.Withdraw) -> None:
    context.rows(domain.CHOICES, context.person).put(args.thing, show=None)


@action("thing.swap", says="Drop and take again")
def swap(context: Context, args: domain.Withdraw) -> None:
    mine = context.rows(domain.CHOICES, context.person)
    mine.drop(args.thing)
    assert mine.get(args.thing) is None
    mine.put(args.thing, show="nobody")
    mine.put("other", show="name")
    mine.drop("other")


@action("thing.count", says="Count what the database holds")
def counted(context: Context, args: domain.Withdraw) -> None:
    assert context.once(_things, context.person) == context.once(_things, context.person) == 0


def _things(connection: Connection, person: str) -> int:
    return len(connection.execute(CHOICES.where(domain.choice.c.person == person)).all())


@pytest.fixture
def store(store: Store) -> Store:
    more: dict[str, Kind] = {kind.name: kind for kind in (half, wrong, swap, counted)}
    store.engine = replace(store.engine, kinds={**store.engine.kinds, **more})
    return store


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What is sent to the database about choices."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if " choice" in statement.replace("\n", " "):
            seen.append(statement.split()[0])

    event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    event.remove(sa.Engine, "before_cursor_execute", note)


def held(store: Store) -> list[tuple[str, str]]:
    return [(row["thing"], row["show"]) for row in store.rows(CHOICES)]


def test_the_rows_of_one_owner_are_read_once_and_written_together(store: Store, statements: list[str]) -> None:
    store.push("ann", "d1", *(take(thing=f"p{n}") for n in range(8)))
    assert statements == ["SELECT", "INSERT", "SELECT"]  # the last one makes the records
    assert held(store) == [(f"p{n}", "name") for n in range(8)]


def test_each_action_sees_what_the_one_before_it_left(store: Store) -> None:
    store.push("ann", "d1", take("name"), act("thing.swap", thing="p1"), take("name", thing="p2"))
    assert held(store) == [("p1", "nobody"), ("p2", "name")]
    store.push("ann", "d1", withdraw(thing="p2"))
    assert held(store) == [("p1", "nobody"), ("p2", "withdrawn")]


def test_what_a_refused_action_changed_in_memory_is_never_written(store: Store) -> None:
    actions = [take(), act("thing.half", thing="p2"), add(), take(thing="p3")]
    assert [outcome for outcome, _ in brief(store.push("ann", "d1", *actions))] == [
        "applied",
        "rejected",
        "applied",
        "applied",
    ]
    assert held(store) == [("p1", "name"), ("p3", "name")]


def test_what_was_read_before_an_undo_is_read_again(store: Store) -> None:
    """A refused action wrote nothing, so the next one must not count what it meant to write."""
    pushed = store.push("ann", "d1", act("thing.half", thing="p2"), act("thing.count", thing="p1"))
    assert brief(pushed) == [("rejected", "no"), ("applied", None)]


def test_only_the_action_whose_row_the_database_refuses_stands_aside(store: Store) -> None:
    pushed = store.push("ann", "d1", take(), act("thing.wrong", thing="p2"))
    assert brief(pushed) == [("applied", None), ("later", None)]
    assert held(store) == [("p1", "name")]
    assert store.run(lambda connection: sync.differences(store.engine, connection)) == []

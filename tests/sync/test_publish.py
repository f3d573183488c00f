"""publish 1 to 5, on both databases."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

import sync
from sync import Touch
from sync.tables import EMPTY, record, scope
from sync.wire import MAX_RECORDS
from tests.sync import domain
from tests.sync.acts import act, add, take
from tests.sync.conftest import Store

RECORDS = sa.select(record).order_by(record.c.scope, record.c.kind, record.c.id)
SCOPES = sa.select(scope.c.id, scope.c.version).order_by(scope.c.id)


def publish(store: Store, *touches: Touch) -> dict[str, int]:
    return store.run(lambda connection: sync.publish(store.engine, connection, touches))


def versions(store: Store) -> dict[str, int]:
    return {row["id"]: row["version"] for row in store.rows(SCOPES)}


def test_a_transaction_raises_each_scope_once(store: Store) -> None:
    pushed = store.push("ann", "d1", add("a"), add("b"), add("c", tally="t2"), take())
    assert pushed.versions == versions(store) == {"public": EMPTY + 1, "person:ann": EMPTY + 1}
    store.push("ann", "d1", add("d"))
    assert versions(store)["public"] == EMPTY + 2


def test_a_record_touched_twice_is_written_once_with_its_last_body(store: Store) -> None:
    store.push("ann", "d1", add("a", amount=2), add("b", amount=3))
    assert [row["body"] for row in store.rows(RECORDS)] == ['{"total":5}']


def test_what_has_not_changed_keeps_its_version_and_its_scope(store: Store) -> None:
    store.push("ann", "d1", add(), take())
    before = store.rows(RECORDS), versions(store)
    touched = Touch("tally", "public", "t1"), Touch("taking", "person:ann", "p1"), Touch("tally", "public", "none")
    assert publish(store, *touched) == {}
    assert (store.rows(RECORDS), versions(store)) == before


def test_publishing_again_leaves_the_choice_as_it_was_made(store: Store) -> None:
    store.push("ann", "d1", take())
    mark = store.rows(RECORDS)[0]["mark"]

    def change(connection: Connection) -> None:
        connection.execute(domain.choice.update().values(show="nobody"))

    store.run(change)
    publish(store, Touch("taking", "person:ann", "p1"))
    row = store.rows(RECORDS)[0]
    assert (row["mark"], row["version"]) == (mark, EMPTY + 2)


def test_a_choice_is_written_even_if_nothing_about_it_changed(store: Store) -> None:
    store.push("ann", "d1", take())
    store.push("ann", "d1", take())
    assert versions(store)["person:ann"] == EMPTY + 2


def test_a_record_that_moves_is_gone_from_where_it_was(store: Store) -> None:
    store.push("ann", "d1", act("post.write", group="g1", token="x"), act("post.move", token="x", group="g2"))
    store.push("ann", "d1", act("post.move", token="x", group="g1"))
    assert {row["scope"]: row["body"] for row in store.rows(RECORDS)} == {
        "group:g1": '{"text":""}',
        "group:g2": None,
    }


def test_more_than_a_page_takes_more_than_one_version(store: Store) -> None:
    many = MAX_RECORDS + 1

    def write(connection: Connection) -> None:
        rows = [{"id": f"m{number:04}", "group": "g1", "text": ""} for number in range(many)]
        connection.execute(domain.post.insert(), rows)

    store.run(write)
    assert publish(store, *(Touch("post", "group:g1", f"m{number:04}") for number in range(many))) == {"group:g1": 3}
    in_each = sa.select(record.c.version, sa.func.count().label("n")).group_by(record.c.version).order_by("version")
    assert [row["n"] for row in store.rows(in_each)] == [MAX_RECORDS, 1]
    assert versions(store) == {"group:g1": 3}


def test_a_touch_of_a_kind_nobody_projects_is_a_fault_of_the_program(store: Store) -> None:
    with pytest.raises(KeyError):
        publish(store, Touch("nothing", "public", "x"))


def test_differences_finds_a_record_that_is_not_what_the_domain_says(store: Store) -> None:
    store.push("ann", "d1", add())

    def change(connection: Connection) -> None:
        connection.execute(domain.effect.update().values(amount=7))

    store.run(change)
    assert store.run(lambda c: sync.differences(store.engine, c)) == [("public", "tally", "t1")]

"""pull 1 to 5, epoch and retention, on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

import sync
from sync import Changes, Touch
from sync.retention import CUT_MS
from sync.tables import EMPTY, record, scope
from tests.sync import domain
from tests.sync.acts import act, add, take, withdraw
from tests.sync.conftest import Store


def cursors_of(pulled: sync.Pulled) -> dict[str, int]:
    return {name: changes.to for name, changes in pulled.scopes.items() if changes}


def docs(pulled: sync.Pulled, name: str) -> list[tuple[str, str, str]]:
    return [(id, kind, bytes(body).decode()) for id, kind, body, _ in changes_of(pulled, name).docs]


def changes_of(pulled: sync.Pulled, name: str) -> Changes:
    found = pulled.scopes[name]
    assert found is not None
    return found


def unchanged(store: Store, person: str, cursors: dict[str, int]) -> bool:
    return store.run(lambda c: sync.unchanged(c, domain.scopes_of(c, person), cursors))


def test_the_first_pull_starts_every_scope_even_an_empty_one(store: Store) -> None:
    store.push("bob", "d1", add())
    pulled = store.pull("ann")
    assert {name: (c.to, c.reset, len(c.docs)) for name, c in pulled.scopes.items() if c} == {
        "public": (EMPTY + 1, True, 1),
        "person:ann": (EMPTY, True, 0),
    }
    assert unchanged(store, "ann", cursors_of(pulled))
    assert store.pull("ann", cursors_of(pulled)) == sync.Pulled(pulled.epoch, {}, False, ())


def test_a_later_pull_brings_only_what_is_new(store: Store) -> None:
    store.push("bob", "d1", add(tally="t1"))
    cursors = cursors_of(store.pull("ann"))
    store.push("bob", "d1", add(tally="t2"))
    pulled = store.pull("ann", cursors)
    assert docs(pulled, "public") == [("t2", "tally", '{"total":1}')]
    assert not changes_of(pulled, "public").reset
    assert list(pulled.scopes) == ["public"]


def test_nobody_is_given_a_scope_because_they_name_it(store: Store) -> None:
    store.push("bob", "d1", act("group.join", group="g1"), act("post.write", group="g1", token="x"))
    pulled = store.pull("ann", {"group:g1": 0, "person:bob": 0, "nonsense": 5})
    assert {name for name, changes in pulled.scopes.items() if changes is None} == {
        "group:g1",
        "person:bob",
        "nonsense",
    }


def test_joining_brings_a_scope_and_leaving_takes_it_away(store: Store) -> None:
    store.push("bob", "d1", act("post.write", group="g1", token="x"))
    cursors = cursors_of(store.pull("ann"))
    store.push("ann", "d2", act("group.join", group="g1"))
    assert not unchanged(store, "ann", cursors)
    joined = store.pull("ann", cursors)
    assert docs(joined, "group:g1") == [("x", "post", '{"text":""}')]
    cursors |= cursors_of(joined)
    store.push("ann", "d2", act("group.leave", group="g1"))
    assert not unchanged(store, "ann", cursors)
    assert store.pull("ann", cursors).scopes["group:g1"] is None


def test_a_changed_set_of_scopes_is_news_even_if_no_version_changed(store: Store) -> None:
    cursors = cursors_of(store.pull("ann"))
    assert unchanged(store, "ann", cursors)
    assert not unchanged(store, "ann", cursors | {"group:g1": EMPTY})
    assert not unchanged(store, "ann", {"public": EMPTY})
    assert not unchanged(store, "ann", {"public": EMPTY, "group:g1": EMPTY})


@pytest.mark.parametrize("cursor", [0, 99])
def test_a_cursor_from_nowhere_starts_the_scope_again(store: Store, cursor: int) -> None:
    store.push("ann", "d1", add())
    assert changes_of(store.pull("ann", {"public": cursor}), "public").reset


def test_a_reset_brings_tombstones_so_that_seen_is_right_on_a_new_phone(store: Store) -> None:
    store.push("ann", "d1", take(), withdraw())
    assert docs(store.pull("ann"), "person:ann") == [("p1", "taking", "null")]


def test_the_daily_check_mends_a_replica_that_differs(store: Store) -> None:
    store.push("ann", "d1", add(tally="t1"), add(tally="t2"), take(), withdraw())
    cursors = cursors_of(store.pull("ann"))
    right = {"public": (2, 2 * cursors["public"]), "person:ann": (0, 0)}
    assert store.pull("ann", cursors, check=right).mended == ()
    for wrong in [(1, 2), (2, 3), (0, 0)]:
        pulled = store.pull("ann", cursors, check=right | {"public": wrong})
        assert pulled.mended == ("public",)
        assert changes_of(pulled, "public").reset
        assert list(pulled.scopes) == ["public"]


def test_the_check_waits_until_the_phone_has_everything_and_looks_at_nothing_of_others(store: Store) -> None:
    store.push("bob", "d1", add(), take())
    assert store.pull("ann", {"public": EMPTY}, check={"public": (9, 9), "person:bob": (9, 9)}).mended == ()


def pages(store: Store, person: str, cursors: dict[str, int], limit: int) -> list[sync.Pulled]:
    got = []
    for _ in range(20):
        got.append(store.pull(person, cursors, limit=limit))
        cursors |= cursors_of(got[-1])
        if not got[-1].more:
            return got
    raise AssertionError("the pages come to an end")


def test_pages_end_where_a_version_ends_and_together_hold_everything(store: Store) -> None:
    for number in range(5):
        store.push("ann", "d1", add(tally=f"t{number}a"), add(tally=f"t{number}b"), take(thing=f"p{number}"))
    got = pages(store, "ann", {}, 5)
    assert [sum(len(c.docs) for c in page.scopes.values() if c) for page in got] == [4, 4, 5, 2]
    assert sum("public" in page.scopes and changes_of(page, "public").reset for page in got) == 1
    for page in got:
        for changes in page.scopes.values():
            assert changes and (not changes.docs or changes.docs[-1][3] == changes.to)


def test_a_version_larger_than_a_page_comes_whole(store: Store) -> None:
    store.push("ann", "d1", *(add(tally=f"t{number}") for number in range(7)))
    got = pages(store, "ann", {}, 3)
    assert [len(changes_of(page, "public").docs) for page in got if "public" in page.scopes] == [7]


def test_a_page_that_starts_a_scope_again_gets_past_its_floor(store: Store) -> None:
    for number in range(6):
        store.push("ann", "d1", take(thing=f"p{number}"))
    store.push("ann", "d1", withdraw(thing="p0"))
    cut_all(store)
    assert len(pages(store, "ann", {}, 2)) <= 3


def test_a_pull_in_the_middle_of_paging_misses_nothing_that_changes_meanwhile(store: Store) -> None:
    for number in range(4):
        store.push("ann", "d1", add(tally=f"t{number}"))
    first = store.pull("ann", {}, limit=2)
    store.push("ann", "d1", add(tally="t0"), add(tally="t3"))
    rest = pages(store, "ann", cursors_of(first), 2)
    held = {id: body for page in [first, *rest] if "public" in page.scopes for id, _, body in docs(page, "public")}
    assert held["t0"] == held["t3"] == '{"total":2}'
    assert len(held) == 4


def test_each_page_says_how_many_records_are_still_to_come_in_the_scopes_asked(store: Store) -> None:
    for number in range(5):
        store.push("bob", "d1", take(thing=f"p{number}"))
        store.push("ann", "d1", add(tally=f"t{number}"), take(thing=f"p{number}"))
    got = pages(store, "ann", {}, 4)
    assert [(page.left, page.more) for page in got] == [(6, True), (2, True), (0, False)]
    assert store.pull("ann", {"public": 0, "person:ann": cursors_of(got[-1])["person:ann"]}, limit=4).left == 1


# epoch and retention


def cut_all(store: Store) -> int:
    store.now += CUT_MS
    store.run(sync.cut, store.now)
    store.now += CUT_MS
    return store.run(sync.cut, store.now)


def test_cut_forgets_old_tombstones_only_and_moves_the_floor_only_there(store: Store) -> None:
    store.push("ann", "d1", take(), withdraw(), take(thing="p2"), add())
    assert store.run(sync.cut, store.now + CUT_MS) == 0
    store.push("ann", "d1", withdraw(thing="p2"))
    assert store.run(sync.cut, store.now + 2 * CUT_MS - 1) == 0
    assert store.run(sync.cut, store.now + 2 * CUT_MS) == 1
    assert [row["id"] for row in store.rows(sa.select(record.c.id).where(record.c.body.is_(None)))] == ["p2"]
    floors = {row["id"]: row["floor"] for row in store.rows(sa.select(scope.c.id, scope.c.floor))}
    assert floors == {"person:ann": EMPTY + 1, "public": 0}


def test_a_phone_that_was_away_when_tombstones_were_cut_starts_again(store: Store) -> None:
    store.push("ann", "d1", take(), take(thing="p2"))
    cursors = cursors_of(store.pull("ann"))
    store.push("ann", "d1", withdraw())
    assert cut_all(store) == 1
    pulled = store.pull("ann", cursors)
    assert changes_of(pulled, "person:ann").reset
    assert [id for id, _, _ in docs(pulled, "person:ann")] == ["p2"]
    assert "public" not in pulled.scopes


def test_a_new_epoch_is_another_history_and_shares_no_version_with_the_old(store: Store) -> None:
    store.push("ann", "d1", add())
    old = store.run(sync.current_epoch)
    new = store.run(sync.new_epoch)
    assert old != new == store.run(sync.current_epoch) == store.run(sync.ensure_epoch)
    assert [store.run(sync.other_epoch, claimed) for claimed in (None, new, old)] == [None, None, new]
    assert store.push("ann", "d1", add()).versions["public"] > 10**9


def test_a_database_without_an_epoch_says_what_to_do(store: Store) -> None:
    def forget(connection: Connection) -> None:
        connection.execute(sync.tables.lineage.delete())

    store.run(forget)
    with pytest.raises(sync.NoEpoch, match="ensure_epoch"):
        store.run(sync.current_epoch)


def test_content_that_is_published_at_every_start_wakes_nobody(store: Store) -> None:
    store.push("ann", "d1", add())
    cursors = cursors_of(store.pull("ann"))

    def load(connection: Connection) -> Any:
        return sync.publish(store.engine, connection, [Touch("tally", "public", "t1")])

    store.run(load)
    assert unchanged(store, "ann", cursors)

"""What somebody who holds the database and not the key can put together. Each way of looking is first shown to find
what it looks for. Tidied is what housekeeping leaves every day; what is written since is in docs/traces.md."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.engine import make_url

from server import backup, housekeeping, members, traces
from server.demo import CAST, person_id
from server.site import Site
from tests.world import World

LONG = re.compile(r"[\w-]{12,}")  # an id, an HMAC, a moment: what is shared by chance is shorter
HIDDEN = ("xmin_", "ctid_")
PEOPLE = {person_id(key): key for key in CAST}
PRIVATE = {"nurse": "n1", "ally": "n2", "manager": "n3", "helper": "n4", "newcomer": "n2", "staffside": "n5"}

AS: dict[str, dict[str, Any]] = {each: {"as": each} for each in ("member", "ally")}
Row = dict[str, Any]
Rows = list[tuple[str, Row]]  # with the name of their table


@pytest.fixture
def busy(world: World) -> World:
    """A day on which people did public and private things, one after the other, from phones."""
    keys = sorted(PRIVATE, key=lambda key: random.Random(key).random())
    for key in keys:
        phone = world.phone(key, f"phone-of-{key}-0001").do("pledge.take", pledge="p7", version=1, show="name")
        phone.do("network.join", network=PRIVATE[key], **AS["member"], seen_by="nobody", consent=1)
        phone.do("network.ask", topic="a2")
        assert {outcome for outcome, _ in phone.send()} == {"applied"}
    return world


def tidy(world: World) -> None:
    """As housekeeping does, on the world's own connections."""
    world._runner.run(traces.blur(world._db))


def dump(world: World) -> Rows:
    """Every table as text; on PostgreSQL with the columns that no table declares."""
    hidden = "" if world.config.is_sqlite else ", xmin::text AS xmin_, ctid::text AS ctid_"

    def read(connection: Connection) -> Rows:
        return [
            (table, dict(row))
            for table in inspect(connection).get_table_names()
            for row in connection.exec_driver_sql(f'SELECT *{hidden} FROM "{table}"').mappings()
        ]

    return world.read(read)


def words(row: Row) -> set[str]:
    return {word for name, value in row.items() if name not in HIDDEN for word in LONG.findall(str(value))}


def named(row: Row) -> set[str]:
    return {key for id, key in PEOPLE.items() if re.search(rf"\b{id}\b", str(row))}


def hunt(rows: Rows, name: str) -> set[str]:
    """Whom the rows name that hold this name, those that share a long word with them, and so on; and whoever was
    written in one transaction with any of those."""
    met: list[Row] = []
    left, known = [row for _, row in rows], {name}
    while found := [row for row in left if words(row) & known]:
        met += found
        left = [row for row in left if not words(row) & known]
        known = {word for row in found for word in words(row)}
    written = {row["xmin_"] for row in met if "xmin_" in row}
    return {key for row in [*met, *(row for row in left if row.get("xmin_") in written)] for key in named(row)}


def private_names(world: World) -> dict[str, str]:
    """The name of each private membership, with the key: whose it is in truth."""
    key = world.engine.key
    return {members.id_of(members.scope_of(key, net, person_id(who))): who for who, net in PRIVATE.items()}


def test_no_chain_of_ids_or_transactions_leads_from_a_private_membership_to_anybody(busy: World) -> None:
    names, rows = private_names(busy), dump(busy)
    assert names.keys() <= {row["id"] for table, row in rows if table == "membership"}
    if not busy.config.is_sqlite:
        assert all(who in hunt(rows, name) for name, who in names.items()), "it can follow a transaction"
    tidy(busy)
    rows = dump(busy)
    assert {who: hunt(rows, name) for name, who in names.items()} == {who: set() for who in names.values()}
    others = [str(each["asker"]) for each in busy.rows("SELECT asker FROM network_asked")]
    assert len(others) == len(PRIVATE) and not [name for name in others if hunt(rows, name)]


def test_the_hunt_finds_a_person_by_a_name_in_the_row_a_device_or_an_action(busy: World) -> None:
    tidy(busy)
    rows = dump(busy)
    (name, who), *_ = private_names(busy).items()
    device = f"phone-of-{who}-0001"
    for planted in ({"id": name, "person_id": person_id(who)}, {"id": name, "mark": device}):
        assert who in hunt([*rows, ("membership", planted)], name)
    action = next(str(row["id"]) for table, row in rows if table == "action" and row["person"] == person_id(who))
    assert who in hunt([*rows, ("membership", {"id": name, "by": action})], name)


def lie(world: World, table: str, column: str, which: str) -> list[str]:
    """The names in the order in which they lie on the disk."""
    if not world.config.is_sqlite:
        found = world.rows(f"SELECT {column} AS name FROM {table} WHERE {which} ORDER BY ctid")
        return [str(each["name"]) for each in found]
    found = world.rows(f"SELECT {column} AS name FROM {table} WHERE {which}")
    tree = _pages(world, table)
    places = {str(each["name"]): _places(tree, str(each["name"])) for each in found}
    assert all(places.values()), places
    return sorted(places, key=lambda name: places[name][0])


def _file(world: World) -> Path:
    return Path(make_url(world.config.database_url).database or "")


def _pages(world: World, table: str) -> bytes:
    """The pages of one table, from a copy of the file with its log."""
    with closing(sqlite3.connect(_file(world))) as opened:
        opened.execute("PRAGMA wal_checkpoint(FULL)")
        size = opened.execute("PRAGMA page_size").fetchone()[0]
        root = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    raw = _file(world).read_bytes()
    return b"".join(_tree(raw, size, root))


def _tree(raw: bytes, size: int, number: int) -> Iterator[bytes]:
    """A page of an index or of a table without rowid, and those below it."""
    page = raw[(number - 1) * size : number * size]
    yield page
    if page[0] == 2:
        count = int.from_bytes(page[3:5])
        cells = [int.from_bytes(page[12 + 2 * n : 14 + 2 * n]) for n in range(count)]
        for child in [*(int.from_bytes(page[cell : cell + 4]) for cell in cells), int.from_bytes(page[8:12])]:
            yield from _tree(raw, size, child)


def _places(tree: bytes, name: str) -> list[int]:
    return [found.start() for found in re.finditer(name.encode(), tree)]


ORDERED = [
    ("membership", "id", "person_id IS NULL"),
    ("scope", "id", "id LIKE 'member:%'"),
    ("record", "scope", "scope LIKE 'member:%' AND kind = 'membership'"),
    ("network_asked", "asker", "topic = 'a2'"),
    ("action", "id", "person = ''"),
]


@pytest.mark.parametrize(("table", "column", "which"), ORDERED, ids=[table for table, *_ in ORDERED])
def test_no_order_of_coming_is_left(busy: World, table: str, column: str, which: str) -> None:
    """A page that filled up and was divided can be in the order of names already: `record` is, now and then."""
    before = lie(busy, table, column, which)
    assert len(before) >= len(PRIVATE)
    assert table == "record" or not in_order(before), "the order of coming can be read before"
    tidy(busy)
    after = lie(busy, table, column, which)
    assert in_order(after, 2 if table == "record" else 1) and sorted(after) == sorted(before)


def in_order(names: list[str], pages: int = 1) -> bool:
    """Of the names, one way or the other; begun somewhere in the middle where as many older pages had room left."""
    turns = sum(one > other for one, other in zip(names, names[1:] + names[:1], strict=True))
    return turns <= pages or len(names) - turns <= pages


def everything(world: World) -> bytes:
    return b"".join(file.read_bytes() for file in _file(world).parent.glob(f"{_file(world).name}*"))


def test_a_name_that_was_hidden_again_is_nowhere_in_the_file(sqlite_world: World, tmp_path: Path) -> None:
    phone = sqlite_world.phone("nurse")
    phone.do("network.join", network="n3", **AS["ally"], seen_by="committee", consent=1).send()
    phone.do("network.seen_by", network="n3", seen_by="nobody").send()
    (name,) = [str(each["id"]) for each in sqlite_world.rows("SELECT id FROM membership WHERE network_id = 'n3'")]
    named = f"{name}n3{person_id('nurse')}".encode()
    assert named in everything(sqlite_world), "the log beside the file still has it"
    tidy(sqlite_world)
    assert name.encode() in everything(sqlite_world) and named not in everything(sqlite_world)


def test_a_row_that_went_is_overwritten_at_once(sqlite_world: World) -> None:
    phone = sqlite_world.phone("nurse")
    phone.do("network.join", network="n3", **AS["ally"], seen_by="committee", consent=1).send()
    (name,) = [str(each["id"]) for each in sqlite_world.rows("SELECT id FROM membership WHERE network_id = 'n3'")]
    row = f"{name}n3{person_id('nurse')}".encode()
    for left in (False, True):
        if left:
            phone.do("network.leave", network="n3").send()
        with closing(sqlite3.connect(_file(sqlite_world))) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (row in everything(sqlite_world)) is not left


def test_a_copy_to_keep_has_no_order_of_coming_either(sqlite_world: World, tmp_path: Path) -> None:
    for key in PRIVATE:
        joins: dict[str, Any] = {"network": PRIVATE[key], "seen_by": "nobody", "consent": 1}
        sqlite_world.phone(key).do("network.join", **AS["member"], **joins).send()
    before = lie(sqlite_world, *ORDERED[0])
    copy = tmp_path / "copy.db"
    backup.backup(sqlite_world.config.database_url, copy)
    with closing(sqlite3.connect(copy)) as opened:
        root = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'membership'").fetchone()[0]
        size = opened.execute("PRAGMA page_size").fetchone()[0]
    tree = b"".join(_tree(copy.read_bytes(), size, root))
    after = sorted(before, key=lambda name: _places(tree, name)[0])
    assert before != after and after in (sorted(before), sorted(before, reverse=True))


def test_housekeeping_does_it_every_day_and_changes_no_value(busy: World) -> None:
    site: Site = replace(busy.client.app.state.site, db=busy._db)
    before, order = values(busy), lie(busy, *ORDERED[0])
    busy._runner.run(housekeeping.clean(site))
    assert values(busy) == before
    assert lie(busy, *ORDERED[0]) != order


def values(world: World) -> set[tuple[str, str]]:
    """Without what the other steps of a day write down."""
    left_out = (*HIDDEN, "next_floor", "cut_at")
    return {(table, str({name: row[name] for name in row if name not in left_out})) for table, row in dump(world)}

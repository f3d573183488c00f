"""The coordinator's look at every shelf: how many, for how long, when to order, and nobody in it."""

from __future__ import annotations

import csv
import io
import re

import pytest

from server.demo import CAST, person_id
from tests.features.at_collection import asked, collect, emptied, move
from tests.world import DAY, World

STOCK = "/desk/stock"


def read(world: World, key: str = "coordinator") -> str:
    """The words of the page, one after the other."""
    answer = world.log_in(key)._send("GET", STOCK, {"Accept": "text/html"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]))


def test_it_says_how_many_how_long_and_when_to_order(world: World) -> None:
    emptied(world)
    helper = world.phone("helper")
    move(helper, "count", 12, at=world.now - 9 * DAY).send()
    assert "Safety-release lanyard 12 here, 0 to collect, 0 waiting for one. None was handed over" in read(world)
    code = asked(world, "manager", "K7M")
    collect(helper, code, at=world.now - DAY).send()
    said = read(world)
    assert "Safety-release lanyard 11 here, 0 to collect, 0 waiting for one. Enough for 308 days" in said
    assert "Order when 5 are left. £1.40 each." in said
    move(helper, "damage", 8).send()
    assert "Safety-release lanyard Order more 3 here" in read(world)
    move(helper, "damage", 4).send()
    asked(world, "staffside", "2XT", state="waiting")
    assert "Safety-release lanyard Count again -1 here, 0 to collect, 1 waiting" in read(world)


def test_it_lists_what_was_written_down_newest_first_with_no_code_and_nobody(world: World) -> None:
    emptied(world)
    helper, code = world.phone("helper"), asked(world, "manager", "K7M")
    move(helper, "delivery", 20, at=world.now - 2 * DAY)
    collect(helper, code, at=world.now - DAY)
    helper.do("stock.put_back", place="c1", code=code).send()
    said = read(world).partition("Written down lately")[2]
    assert said.index("1 not handed over after all") < said.index("1 handed over") < said.index("20 came in")
    whole = read(world)
    assert code not in whole
    for key, (name, _, _) in CAST.items():
        assert name not in whole and person_id(key) not in whole, key


def test_the_file_has_the_same_shelves_as_the_page(world: World) -> None:
    emptied(world)
    helper = world.phone("helper")
    move(helper, "count", 3).send()
    move(helper, "damage", 4).send()
    asked(world, "staffside", "2XT", state="waiting")
    answer = world.log_in("coordinator").get(f"{STOCK}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    [lanyard] = [row for row in rows if row["Item"] == "Safety-release lanyard"]
    names = ("Here", "To collect", "Waiting", "Order when left", "Cost of one")
    assert [lanyard[name] for name in names] == ["-1", "0", "1", "5", "£1.40"]
    page = read(world)
    assert all(f"{row['Here']} here, {row['To collect']} to collect" in page for row in rows) and len(rows) > 5
    for key, (name, _, _) in CAST.items():
        assert name not in answer.text and person_id(key) not in answer.text, key


@pytest.mark.parametrize("key", [key for key in CAST if key != "coordinator"])
def test_it_is_there_for_the_coordinator_alone(sqlite_world: World, key: str) -> None:
    person = sqlite_world.log_in(key)
    assert person._send("GET", STOCK, {"Accept": "text/html"}).status_code == 404
    assert STOCK not in person.get("/desk").text
    assert STOCK in sqlite_world.log_in("coordinator").get("/desk").text

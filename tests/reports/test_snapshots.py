"""Numbers are taken once a month, rounded, and stay as they are: nobody who joins, leaves or asks changes one."""

from __future__ import annotations

import asyncio
import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Connection, delete

from server.access import scopes_of
from server.config import Config
from server.db import Db
from server.demo import person_id
from server.features.schemes import Allying
from server.housekeeping import clean
from server.reports import snapshots
from server.reports.counts import counts as true_counts
from server.reports.published import (
    ALLIES,
    AREAS,
    ASKED,
    COLLECTED,
    MEMBERS,
    PEOPLE,
    SIGN_UPS,
    TAKEN,
    PublishedNumber,
    Snapshot,
    last,
    published,
)
from server.reports.small import Rule
from server.tables import METADATA
from sync import Engine, pull
from tests.reports.crowd import a_month_later, allies, asks, members, people, pledges
from tests.world import DAY, Person, World

FEW = "fewer than 10"
CURIOUS = ("chair", "vicechair", "coordinator", "admin")


def told(world: World, measure: str, area: str = "") -> str:
    return world.read(published, measure, area)


def taken_at(world: World, moment: str) -> bool:
    now = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    return world.write(snapshots.take, world.engine, world.config, now)


def nothing_published(world: World) -> None:
    for each in (PublishedNumber, Snapshot):
        world.write(lambda connection, of: connection.execute(delete(of)), each)


def everything_told(world: World, who: Person, key: str) -> dict[str, Any]:
    """All that this person can be told of a network and of numbers, as it goes over the wire."""
    paths = ("/networks", "/networks/n2", "/desk/numbers", "/desk/numbers.csv", "/desk/numbers.json")
    pages = {
        path: (answer.status_code, dict(answer.headers), answer.content) for path in paths for answer in [who.get(path)]
    }
    return pages | {"held": world.read(held_by, world.engine, person_id(key))}


def held_by(connection: Connection, engine: Engine, person: str) -> list[tuple[Any, ...]]:
    """Every record a phone of theirs is sent, to the byte and the version."""
    pulled = pull(engine, connection, scopes_of(connection, engine.key, person), {}, {})
    docs = [(scope, changes.to, changes.docs) for scope, changes in pulled.scopes.items() if changes]
    return sorted(
        (scope, to, id, kind, bytes(body), version) for scope, to, each in docs for id, kind, body, version in each
    )


def test_a_month_has_its_numbers_taken_once(world: World) -> None:
    members(world, "n1", 40)
    assert a_month_later(world)
    before = world.rows("SELECT * FROM published_number ORDER BY month, measure, area")
    members(world, "n1", 40)
    world.now += DAY
    assert not world.write(snapshots.take, world.engine, world.config, world.now)
    assert world.rows("SELECT * FROM published_number ORDER BY month, measure, area") == before


def test_two_processes_that_begin_a_month_at_once_take_it_once(world: World) -> None:
    later, processes = world.now + 40 * DAY, [Db(world.config.database_url) for _ in range(4)]

    async def both() -> list[bool]:
        for each in processes:
            each.open()
        try:
            return await asyncio.gather(
                *(each.write(snapshots.take, world.engine, world.config, later) for each in processes)
            )
        finally:
            for each in processes:
                await each.close()

    assert sorted(asyncio.run(both())) == [False, False, False, True]
    assert len(world.rows("SELECT month FROM snapshot")) == 2


def test_what_is_published_stays_until_the_next_month_whoever_joins(world: World) -> None:
    members(world, "n1", 40)
    a_month_later(world)
    coordinator = world.log_in("coordinator")
    before = everything_told(world, coordinator, "coordinator")
    assert told(world, MEMBERS, "n1") in ("about 35", "about 40", "about 45")
    members(world, "n1", 60)
    pledges(world, "p1", people(world, 40))
    asks(world, "a1", 40)
    world.republish("network")
    assert everything_told(world, coordinator, "coordinator") == before
    a_month_later(world)
    assert told(world, MEMBERS, "n1") in ("about 95", "about 100", "about 105")
    assert told(world, PEOPLE, "") != FEW and told(world, TAKEN, "p1") != FEW and told(world, ASKED, "a1") != FEW


@pytest.mark.parametrize("key", CURIOUS)
def test_one_more_private_member_changes_no_byte_and_no_version_for(key: str, sqlite_world: World) -> None:
    members(sqlite_world, "n2", 13)
    a_month_later(sqlite_world)
    curious = sqlite_world.log_in(key)
    before = everything_told(sqlite_world, curious, key)
    join: dict[str, Any] = {"network": "n2", "as": "member", "seen_by": "nobody", "consent": 1}
    assert sqlite_world.phone("nurse").do("network.join", **join).send() == [("applied", None)]
    assert everything_told(sqlite_world, curious, key) == before


def test_a_network_says_how_many_are_in_it_as_was_published(sqlite_world: World) -> None:
    assert sqlite_world.phone("newcomer").all("network")["n2"]["count_text"] == f"{FEW} people"
    members(sqlite_world, "n1", 40)
    a_month_later(sqlite_world)
    networks = sqlite_world.phone("newcomer").all("network")
    assert networks["n1"]["count_text"] == f"{told(sqlite_world, MEMBERS, 'n1')} people" != f"{FEW} people"
    assert f"{told(sqlite_world, MEMBERS, 'n1')} people" in sqlite_world.log_in("newcomer").get("/networks/n1").text


def test_before_the_first_numbers_a_network_says_nothing(sqlite_world: World) -> None:
    nothing_published(sqlite_world)
    sqlite_world.republish("network")
    assert {each["count_text"] for each in sqlite_world.phone("ally").all("network").values()} == {""}
    assert told(sqlite_world, MEMBERS, "n1") == ""
    page = sqlite_world.log_in("coordinator").get("/desk/numbers")
    assert page.status_code == 200 and "There are no numbers yet" in page.text


def test_a_total_is_rounded_from_the_true_total(sqlite_world: World) -> None:
    """Six networks of nine are each too few to tell; those in them all are not."""
    for network in ("n1", "n3", "n4", "n5", "n6"):
        members(sqlite_world, network, 9)
    members(sqlite_world, "n2", 5)
    a_month_later(sqlite_world)
    cells = sqlite_world.read(last, MEMBERS)
    assert {words for area, words in cells.items() if area} == {FEW}
    assert cells[""] in ("about 50", "about 55")


def test_people_are_counted_once_however_many_pledges_they_hold(sqlite_world: World) -> None:
    crowd = people(sqlite_world, 60)
    for pledge in ("p1", "p2", "p3"):
        pledges(sqlite_world, pledge, crowd)
    a_month_later(sqlite_world)
    assert int(told(sqlite_world, PEOPLE).removeprefix("about ")) < 80
    assert int(told(sqlite_world, TAKEN).removeprefix("about ")) > 180
    assert int(told(sqlite_world, PEOPLE, "t3").removeprefix("about ")) < 80


def test_who_chose_that_nobody_sees_a_pledge_is_in_no_number(sqlite_world: World) -> None:
    pledges(sqlite_world, "p8", people(sqlite_world, 60), show="nobody")
    a_month_later(sqlite_world)
    for measure, area in ((TAKEN, "p8"), (TAKEN, ""), (PEOPLE, "t3"), (PEOPLE, "")):
        assert told(sqlite_world, measure, area) in (FEW, "about 10"), (measure, area)


def test_a_scheme_is_told_in_four_numbers_of_its_own(sqlite_world: World) -> None:
    """Who promised, who signed up, what was collected, and who is an ally now: one stepped back, one cancelled."""
    before = counts(sqlite_world)
    crowd = people(sqlite_world, 40)
    pledges(sqlite_world, "p3", crowd)
    allies(sqlite_world, crowd[:12], "waiting")
    allies(sqlite_world, crowd[12:32], "collected")
    allies(sqlite_world, crowd[32:34], "cancelled")
    gone = delete(Allying).where(Allying.person_id == crowd[31])
    sqlite_world.write(lambda connection: connection.execute(gone))
    after = counts(sqlite_world)
    more = {cell: after[cell] - before[cell] for cell in after}
    assert [more[TAKEN, "p3"], *(more[name, "s1"] for name in (SIGN_UPS, COLLECTED, ALLIES))] == [40, 31, 20, 19]
    a_month_later(sqlite_world)
    told = [sqlite_world.read(published, name, "s1") for name in (SIGN_UPS, COLLECTED, ALLIES)]
    assert all(re.fullmatch(r"about \d+[05]", each) for each in told)


def counts(world: World) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = world.read(true_counts)
    return found


def test_a_few_who_asked_for_a_network_are_some_interest(sqlite_world: World) -> None:
    asks(sqlite_world, "a2", 9)
    asks(sqlite_world, "a1", 40)
    a_month_later(sqlite_world)
    asked = sqlite_world.read(last, ASKED)
    assert asked.pop("a1").startswith("about ") and asked.pop("").startswith("about ")
    assert set(asked.values()) == {"some interest"}


def test_the_true_count_is_kept_nowhere(sqlite_world: World) -> None:
    members(sqlite_world, "n1", 43)
    a_month_later(sqlite_world)
    columns = {
        each.name: {column.name for column in each.columns} for metadata in METADATA for each in metadata.sorted_tables
    }
    assert columns["published_number"] == {"month", "measure", "area", "words", "about"}
    assert columns["snapshot"] == {"month"}
    kept = sqlite_world.rows("SELECT words, about FROM published_number")
    assert all(each["about"] is None or each["about"] % 5 == 0 for each in kept)
    assert all(each["words"] in (FEW, "some interest", f"about {each['about']}") for each in kept)


def test_a_number_is_of_one_thing_and_of_a_month(sqlite_world: World) -> None:
    """No network by team, site or role, no pledge by team, no day: nothing takes two of them, and no row holds two."""
    assert list(inspect.signature(published).parameters) == ["connection", "measure", "area"]
    ids = {
        "network": {f"n{n}" for n in range(1, 7)},
        "team": {f"t{n}" for n in range(1, 13)},
        "pledge": {each["id"] for each in sqlite_world.rows("SELECT id FROM pledge")},
        "topic": {each["id"] for each in sqlite_world.rows("SELECT id FROM help_page WHERE kind = 'topic'")},
        **{
            kind: {each["id"] for each in sqlite_world.rows(f"SELECT id FROM record WHERE kind = '{kind}'")}
            for kind in ("guide", "module", "scheme")
        },
    }
    for each in sqlite_world.rows("SELECT month, measure, area FROM published_number"):
        assert each["area"] in {"", *ids[AREAS[each["measure"]]]}
        assert len(each["month"]) == len("2026-11")
    found = {measure: set(sqlite_world.read(last, measure)) for measure in AREAS}
    wanted = {measure: {*ids[of], *([] if of == "scheme" else [""])} for measure, of in AREAS.items()}
    assert found == wanted, "an empty one is told like any other; the total of one scheme is no number rounded twice"


def test_the_month_is_the_one_in_london_and_never_goes_back(sqlite_world: World) -> None:
    assert taken_at(sqlite_world, "2027-06-30T22:30")
    assert taken_at(sqlite_world, "2027-06-30T23:30"), "in London it is July"
    assert not taken_at(sqlite_world, "2027-07-31T22:30")
    assert not taken_at(sqlite_world, "2027-05-01T12:00"), "a clock that was put back"
    months = [each["month"] for each in sqlite_world.rows("SELECT month FROM snapshot ORDER BY month")]
    assert months[-2:] == ["2027-06", "2027-07"]


async def _clean(client: TestClient[Any]) -> None:
    await clean(client.app.state.site)


def test_housekeeping_takes_the_numbers_of_a_new_month(sqlite_world: World) -> None:
    nothing_published(sqlite_world)
    client = sqlite_world.client
    client.blocking_portal.call(_clean, client)
    assert len(sqlite_world.rows("SELECT month FROM snapshot")) == 1
    assert sqlite_world.phone("ally").all("network")["n2"]["count_text"] == f"{FEW} people"


def test_another_key_has_other_grids(sqlite_world: World) -> None:
    """Whoever holds the database alone cannot work out how a count was moved."""
    cells = [("network_members", f"n{n}") for n in range(40)]
    grids = {
        key: [snapshots.grid(key.encode(), Rule(), month, *cell) for cell in cells for month in ("2026-11", "2026-12")]
        for key in ("one key", "another")
    }
    assert grids["one key"] != grids["another"]
    assert {grid for each in grids.values() for grid in each} == {0, 1, 2, 3, 4}


def test_stricter_settings_hold_from_the_next_month(sqlite_world: World) -> None:
    members(sqlite_world, "n1", 22)
    a_month_later(sqlite_world)
    assert told(sqlite_world, MEMBERS, "n1").startswith("about ")
    strict = Config.for_tests(privacy_min_count=30, privacy_round_to=10)
    sqlite_world.now += 32 * DAY
    assert sqlite_world.write(snapshots.take, sqlite_world.engine, strict, sqlite_world.now)
    assert told(sqlite_world, MEMBERS, "n1") == "fewer than 30"

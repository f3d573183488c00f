"""Who may what: every route, kind of action, kind of record and number there is, asked for by everybody there is, gives
what tests/server/matrix.toml says and nothing else. What is new and has no row there is named, with what to add."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from server import members
from server.access import scopes_of
from server.push import notices
from server.push.notices import To
from server.site import Site
from sync import Kind, push
from tests.features.at_inbox import put_notice
from tests.server.onlookers import EVERYBODY, NOBODY, Onlooker, enter, routes, settle_in
from tests.world import Person, World

FILE = Path(__file__).with_name("matrix.toml")
MATRIX: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
TOKEN = "scrape-me-" + "x" * 20


@pytest.fixture
def full(sqlite_world: World) -> World:
    sqlite_world.config = replace(sqlite_world.config, metrics_token=TOKEN)
    settle_in(sqlite_world)
    return sqlite_world


def unlisted(part: str, found: Iterable[str]) -> list[str]:
    """What the table does not say, and what it says of what is not there."""
    found = set(found)
    add = f"add [{part}.…] with may, and the row of domain.md 2.5 that it follows"
    new = [f"{name} has no row in {FILE.name}: {add}" for name in sorted(found - MATRIX[part].keys())]
    return new + [f"{FILE.name}: [{part}] has {name}, which is gone" for name in sorted(MATRIX[part].keys() - found)]


def may(row: dict[str, Any], who: Onlooker | None) -> bool:
    rule = row["may"]
    if who is None:
        return bool(rule == "anyone")
    if isinstance(rule, list):
        return bool((who.roles if not row.get("anywhere") else who.roles | who.elsewhere) & set(rule))
    return who.has_role if rule == "any role" else rule in ("anyone", "signed in")


def expected(row: dict[str, Any], who: Onlooker | None) -> str:
    if may(row, who):
        return "yes"
    return str(row["others"] if who else row.get("logged_out", row["others"]))


# Routes


def answer(world: World, person: Person, route: str, path: str) -> httpx.Response:
    row, method = MATRIX["routes"][route], route.partition(" ")[0]
    site: Site = world.client.app.state.site
    examples: dict[str, Any] = {**MATRIX["examples"], "name": next(iter(site.assets.files)).removeprefix("/static/")}
    if unknown := set(re.findall(r"{(\w+)}", path)) - examples.keys() - {"kind"}:
        pytest.fail(f"{route}: {FILE.name} has no example of {unknown}: add it to [examples]")
    asked = row.get("path") or path.format(kind="", **examples)
    if asked == "/sync":
        return person.sync()
    if "json" in row:
        return person._send(method, asked, json=row["json"])
    return person.get(asked) if method == "GET" else person.post(asked, **row.get("form", {}))


def told(route: str, said: httpx.Response) -> str:
    if said.status_code == 404:
        return "not found"
    away = said.status_code == 303 and said.headers["location"] == "/log-in"
    if (away and route != "POST /log-out") or said.status_code in (401, 403):
        return "log in"
    assert said.status_code < 400 or said.status_code in (422, 429), (route, said.status_code, said.text[:300])
    return "yes"


def test_every_route_answers_everybody_as_the_table_says(full: World, capsys: pytest.CaptureFixture[str]) -> None:
    found = routes(full.client.app)
    assert unlisted("routes", found) == []
    wrong, exports = [], set()
    for who in [*EVERYBODY, None]:
        id = who.id if who else ""
        person = enter(full, id)
        for route, path in found.items():
            asks = enter(full, id) if "POST" in route or "/log-in" in route else person  # these may end the log in
            said = answer(full, asks, route, path)
            exports |= {route} if "attachment" in said.headers.get("content-disposition", "") else set()
            if (told_ := told(route, said)) != (want := expected(MATRIX["routes"][route], who)):
                wrong.append(f"{who.key if who else NOBODY}, {route}: {told_} and not {want}")
    assert not wrong, "\n".join(wrong)
    assert exports == {route for route, row in MATRIX["routes"].items() if row.get("export")}
    with capsys.disabled():
        print(f"\nmatrix: {len(found)} routes ({len(exports)} exports) as {len(EVERYBODY) + 1} people", end=" ")


def test_the_other_methods_of_a_route_tell_no_more(full: World) -> None:
    """HEAD answers as GET does or not at all; OPTIONS and what no route takes answer without a word of anybody."""
    for person in (enter(full, EVERYBODY[0].id), enter(full, "")):
        found = routes(full.client.app)
        for route, path in found.items():
            asked = MATRIX["routes"][route].get("path") or path.format(kind="pledge.take", **MATRIX["examples"])
            if route.startswith("GET "):
                head, get = person._send("HEAD", asked), person.get(asked)
                assert head.status_code in (get.status_code, 405) and head.text == "", route
            for method in (each for each in ("OPTIONS", "PUT", "DELETE") if f"{each} {path}" not in found):
                said = person._send(method, asked)
                assert said.status_code in (204, 404, 405) and "Community nurse" not in said.text, (method, route)


# Kinds of action


class Undo(Exception):
    pass


def outcome(world: World, who: Onlooker, kind: Kind) -> str:
    """What an action comes to, done as this person and then undone."""
    row, told = MATRIX["kinds"][kind.name], []

    def tried(connection: Connection) -> None:
        for each in [row.get("first"), row]:
            if each:
                data = {
                    name: _own(connection, who) if value == "own" else value for name, value in each["with"].items()
                }
                name = each.get("kind", kind.name)
                made = {"id": world.new_id(), "seq": 0, "kind": name, "v": 1, "at": world.now, "data": data}
                done = push(world.engine, connection, who.id, None, [made], now=world.now, sent_at=world.now)
                told.append(done.outcomes[0][1])
        raise Undo

    with pytest.raises(Undo):
        world.write(tried)
    return "yes" if told[-1] in ("applied", "merged") else "no"


def _own(connection: Connection, who: Onlooker) -> str:
    found = connection.exec_driver_sql("SELECT id FROM session WHERE person_id = ?", (who.id,))
    return str(found.scalars().first())


def test_every_kind_of_action_does_for_everybody_what_the_table_says(
    full: World, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = full.engine.kinds
    assert unlisted("kinds", kinds) == []
    wrong = []
    for who in EVERYBODY:
        enter(full, who.id)
        for name, kind in kinds.items():
            want = "yes" if may(MATRIX["kinds"][name], who) else "no"
            if (done := outcome(full, who, kind)) != want:
                wrong.append(f"{who.key}, {name}: {done} and not {want}")
    assert not wrong, "\n".join(wrong)
    with capsys.disabled():
        print(f"\nmatrix: {len(kinds)} kinds of action as {len(EVERYBODY)} people", end=" ")


def test_nobody_does_anything_without_a_log_in(full: World) -> None:
    nobody, before = full.nobody(), full.rows("SELECT count(*) FROM action")
    for name in full.engine.kinds:
        form = {key: str(value) for key, value in MATRIX["kinds"][name]["with"].items()}
        assert told(name, nobody.do(name, "/", **form)) in ("log in", "not found"), name
        action = {"id": full.new_id(), "seq": 1, "kind": name, "v": 1, "at": full.now, "data": form}
        assert nobody.sync(device="phone-1", actions=[action]).status_code == 401, name
    assert full.rows("SELECT count(*) FROM action") == before


# Kinds of record


def scopes(world: World, where: str, who: Onlooker) -> set[str]:
    """Those in which this person may hold records of such a kind, as the matrix means it and not as access.py says."""
    own = members.own(world.engine.key, world.read(members.networks), who.id)
    return {
        "open": {"open"},
        "public": {"public"},
        "own": {f"person:{who.id}"},
        "secret": {*own.by_network.values(), own.asking},
        "team": {f"team:{who.team}"},
        "inside": {f"network:{network}" for network in who.inside},
        "desk": {f"place:{place}" for place in who.desks},
        "told": {"public", f"person:{who.id}", *own.by_network.values(), *(f"network:{each}" for each in who.inside)},
    }[where]


def live(world: World) -> set[tuple[str, str]]:
    found = world.rows("SELECT DISTINCT scope, kind FROM record WHERE body IS NOT NULL")
    return {(str(row["scope"]), str(row["kind"])) for row in found}


def held(world: World, who: Onlooker) -> set[tuple[str, str]]:
    """What a phone of theirs was sent, by scope and kind."""
    said = enter(world, who.id).sync(device=f"phone-of-{who.id}").json()
    assert not said["more"]
    return {(scope, doc[1]) for scope, changes in said["scopes"].items() for doc in changes["docs"] if doc[2]}


def test_every_kind_of_record_is_sent_to_whom_the_table_says_and_to_nobody_else(
    full: World, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = full.engine.projections
    assert unlisted("records", kinds) == []
    for who in EVERYBODY:
        phone = full.phone("nurse")
        phone.person = who.id
        phone.do("network.ask", topic="a2").do("pledge.take", pledge="p2", version=1, show="name")
        phone.do("module.finish", module="m1", version=1, gate_met="yes")
        phone.do("ally.request", scheme="s1", item="i1", collect_at="c1")
        phone.do("preference.set", name="shift", value="days").do("stock.collect", place="c1", code="2222").send()
    some = tuple(who.id for who in EVERYBODY if "n2" in who.inside)
    for to in (To(), To("n2"), To(people=some[:1]), To("n2", some[:1])):
        put_notice(full, notices.new_id(), to)
    put_notice(full, "k1")
    for who in EVERYBODY:
        phone.person = who.id
        phone.do("notice.read", notice="k1").send()
    for who in EVERYBODY:
        sent = held(full, who)
        allowed = {(scope, kind) for kind, row in MATRIX["records"].items() for scope in scopes(full, row["in"], who)}
        assert sent == live(full) & allowed, who.key
    said = full.nobody().sync().json()["scopes"]
    assert said.keys() == {"open"}
    assert {doc[1] for doc in said["open"]["docs"]} == {
        k for k, row in MATRIX["records"].items() if row["in"] == "open"
    }
    assert {kind for _, kind in live(full)} == set(kinds), "every kind was there to be seen"
    with capsys.disabled():
        print(f"\nmatrix: {len(kinds)} kinds of record as {len(EVERYBODY) + 1} people", end=" ")


def test_a_scope_that_is_named_is_not_one_that_is_held(full: World) -> None:
    """Somebody who names every scope there is gets their own ones, and is told that they hold no other."""
    every = [str(row["id"]) for row in full.rows("SELECT id FROM scope")]
    for who in EVERYBODY:
        mine = full.read(scopes_of, full.engine.key, who.id)
        asked = enter(full, who.id).sync(device="phone-1", cursors=dict.fromkeys(every[:60], 0)).json()["scopes"]
        assert {scope for scope, changes in asked.items() if changes} <= set(mine), who.key
        assert {scope for scope, changes in asked.items() if changes is None} == set(every[:60]) - set(mine), who.key


# Numbers

SAMPLE = re.compile(r"^common_ground_(\w+?)(?:_total)?(?:\{(.*)\})? [\d.]+$", re.M)


def test_every_number_that_is_counted_is_in_the_table_with_every_label(full: World) -> None:
    site: Site = full.client.app.state.site
    names = {each.name.removeprefix("common_ground_") for each in site.metrics._registry.collect()}
    assert unlisted("metrics", names) == []
    enter(full, EVERYBODY[0].id).sync(device="phone-1")
    said = full.nobody()._send("GET", "/metrics", {"Authorization": f"Bearer {TOKEN}"})
    samples = SAMPLE.findall(said.text)
    assert {name for name, _ in samples} == names
    for name, labels in samples:
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels):
            values = MATRIX["metrics"][name].get(label, [])
            assert value.isdigit() if values == "a number" else value in values, (name, label, value)


# The table itself


def test_every_row_follows_a_cell_of_the_matrix_that_gives_something() -> None:
    for part in ("routes", "kinds", "records", "metrics"):
        for name, row in MATRIX[part].items():
            who, _, column = row["row"].partition(": ")
            assert column in MATRIX["rows"].get(who, {}), f"{part}, {name}: there is no cell “{row['row']}”"


def test_private_members_are_in_no_row_but_on_a_logged_request() -> None:
    column = "Private members"
    given = {who: row[column] for who, row in MATRIX["rows"].items() if column in row}
    assert given == {"Data protection officer": "on logged request"}
    parts = ("routes", "kinds", "records", "metrics")
    assert not [name for part in parts for name, row in MATRIX[part].items() if row["row"].endswith(column)]


def test_what_is_new_is_told_what_to_add() -> None:
    for part in ("routes", "kinds", "records", "metrics"):
        (words,) = unlisted(part, [*MATRIX[part], "planted"])
        assert words.startswith(f"planted has no row in matrix.toml: add [{part}.") and "domain.md 2.5" in words
    del (fewer := dict(MATRIX["kinds"]))["pledge.take"]
    assert unlisted("kinds", fewer) == ["matrix.toml: [kinds] has pledge.take, which is gone"]

"""The copy of all that is held about a person: everything of theirs, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server import factors, pending
from server.demo import CAST, person_id
from server.own_copy import OPAQUE, owned
from server.passkeys import Passkey
from server.people import put_role
from server.push import subscriptions
from server.push.notices import To
from server.push.subscriptions import Phone
from server.tables import METADATA
from tests.features.at_inbox import put_notice
from tests.world import Person, World

PATH = "/me/data/copy"
OTHERS = [(key, name) for key, (name, _, _) in CAST.items() if key != "nurse"]
# Tables that say nothing about one person; a new one is either owned or written down here.
OF_NOBODY = {
    *("anonymous_count", "anonymous_id", "ended_log_in", "help_page", "invitation", "lineage", "log_in_code"),
    *("module", "network", "pledge", "published_number"),
    *("scope", "snapshot", "team"),
}
OF_NOBODY |= {"names_read", "network_post", "network_said"}
OF_NOBODY |= {"ring", "delivery"}
OF_NOBODY |= {"notice", "desk_notice"}
OF_NOBODY |= {"held_code", "place", "scheme", "stock_move"}


def busy(world: World, key: str) -> Person:
    """Somebody of whom every table holds something: an action that nobody knows yet waits in `later`."""
    person = world.log_in(key)
    person.sync(device=f"device-{key}")
    for pledge, show in (("p1", "name"), ("p2", "team"), ("p3", "nobody")):
        person.do("pledge.take", "/pledges", pledge=pledge, version="1", show=show)
    person.do("network.join", "/networks/n1", network="n1", **{"as": "member", "seen_by": "committee", "consent": "1"})
    person.do("network.join", "/networks/n2", network="n2", **{"as": "ally", "seen_by": "nobody", "consent": "1"})
    person.do("network.ask", "/networks", topic="a2")
    person.do("module.finish", "/pledges", module="m1", version="1", gate_met="yes")
    world.write(put_role, person_id(key), "secretary", "n3")
    person.do("ally.request", "/ally", scheme="s1", item="i1", collect_at="c1")
    for to in (To(people=(person_id(key),)), To("n2", (person_id(key),))):
        notice = world.new_id()
        put_notice(world, notice, to)
        person.do("notice.read", "/inbox", notice=notice)
    person.do("preference.set", "/inbox", name="level:news", value="urgent")
    kinds = {"pledge.report": {"pledge": "p1", "how": "did"}, "pledge.renew": {}}
    actions = [
        {"id": f"{key}-{seq:012}", "seq": seq, "kind": kind, "v": 1, "at": world.now, "data": data}
        for seq, (kind, data) in enumerate(kinds.items(), 1)
    ]
    assert person.sync(device=f"device-{key}", actions=actions).status_code == 200
    world.write(with_factors, world.config.secret_key, person_id(key))
    world.write(with_a_phone_to_ring, person_id(key))
    return person


def with_factors(connection: Connection, secret: str, person: str) -> None:
    """As if this were no demo person: a passkey, an app, recovery codes, a wrong try and a step that is half done."""
    passkey = Passkey(f"credential of {person}".encode(), b"public", 0)
    factors.add_passkey(connection, person, passkey, "Chrome on Android", 1)
    factors.add_app(connection, secret, person, "secret", 0, "Chrome on Android", 1)
    factors.new_codes(connection, secret, person)
    factors.use_code(connection, secret, person, "wrong", 1)
    pending.start(connection, secret, pending.CHECK, 1, person=person)


def with_a_phone_to_ring(connection: Connection, person: str) -> None:
    session = connection.exec_driver_sql(f"SELECT id FROM session WHERE person_id = '{person}'").scalar_one()
    phone = Phone("https://push.example.org", f"https://push.example.org/{person}", "its key", "its secret")
    subscriptions.keep(connection, person, session, phone, "our key", 1, None)


def test_the_copy_holds_what_every_table_holds_of_this_person(world: World) -> None:
    copy = busy(world, "nurse").get(PATH).json()
    assert copy["person"][0]["name"] == CAST["nurse"][0]
    for table, owner in owned():
        sql = f"SELECT count(*) AS held FROM {table.name} WHERE {owner.name} = :person"
        (row,) = world.rows(sql, person=person_id("nurse"))
        assert len(copy[table.name]) == row["held"] > 0, table.name
    assert {each["show"] for each in copy["pledging"]} == {"name", "team", "nobody"}
    assert {(each["network_id"], each["seen_by"]) for each in copy["membership"]} == {
        ("n1", "committee"),
        ("n2", "nobody"),
    }
    assert [each["topic"] for each in copy["network_asked"]] == ["a2"]
    shown = [each for each in copy["record"] if each["kind"] == "pledge_shown"]
    assert [each["body"]["label"] for each in shown] == [CAST["nurse"][0]]
    assert copy["session"][0]["created_at"].endswith("+00:00")


def test_the_copy_holds_nothing_of_anybody_else(world: World) -> None:
    mates = [busy(world, key) for key, (_, _, team) in CAST.items() if team == CAST["nurse"][2]]
    assert len(mates) > 1, "people in one team hold each other's names"
    text = busy(world, "nurse").get(PATH).text
    for key, name in OTHERS:
        assert name not in text, key
        assert f'"{person_id(key)}"' not in text, key
        assert f"person:{person_id(key)}" not in text, key
        assert f"device-{key}" not in text, key


def test_the_newcomer_gets_their_own_and_no_more(world: World) -> None:
    busy(world, "nurse")
    copy: dict[str, list[Any]] = world.log_in("newcomer").get(PATH).json()
    assert [each["name"] for each in copy["person"]] == [CAST["newcomer"][0]]
    assert {each["scope"] for each in copy["record"]} == {f"person:{person_id('newcomer')}"}
    assert {name for name, rows in copy.items() if rows} == {"person", "session", "record"}


def test_it_is_a_file_that_no_cache_keeps_and_its_name_says_nothing(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").get(PATH)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="copy.json"'


def test_who_is_not_logged_in_gets_nothing(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE session SET revoked_at = 1"))
    for outsider in (sqlite_world.nobody(), nurse):
        answer = outsider.get(PATH)
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/log-in", "")
        assert "content-disposition" not in answer.headers


def test_nothing_that_a_log_in_hangs_on_is_in_it(sqlite_world: World) -> None:
    copy = busy(sqlite_world, "nurse").get(PATH).json()
    columns = {column for rows in copy.values() for row in rows for column in row}
    assert {"label", "sign_count"} <= columns
    of_log_ins = ("token", "mark", "hash", "sealed", "challenge", "credential", "public_key")
    secrets = (*of_log_ins, "endpoint", "p256dh", "auth")
    assert not {each for each in columns if any(secret in each for secret in secrets)}


def test_every_table_is_somebodys_or_known_to_be_nobodys() -> None:
    everything = {each.name for metadata in METADATA for each in metadata.sorted_tables}
    assert everything == {each.name for each, _ in (*owned(), *OPAQUE)} | {"person", "record"} | OF_NOBODY

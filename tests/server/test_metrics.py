"""/metrics: counts what happened, exactly; nobody without the token finds it, and nobody is found in it."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from server.demo import person_id
from server.site import Site
from tests.server.arriving import wait_for
from tests.server.conftest import NURSE, App, Mailbox
from tests.server.test_sync_api import action, first
from tests.world import World

TOKEN = "scrape-me-" + "x" * 20
HELD = {"Authorization": f"Bearer {TOKEN}"}
LINE = re.compile(r'^common_ground_(\w+)_total(?:\{(\w+)="(\w+)"\})? (\d+)\.0$', re.M)


@pytest.fixture
def counted(sqlite_world: World) -> World:
    """The demo world, its app with a token."""
    sqlite_world.config = replace(sqlite_world.config, metrics_token=TOKEN)
    return sqlite_world


def site(world: World) -> Site:
    made: Site = world.client.app.state.site
    return made


def ask(world: World, headers: dict[str, str] = HELD) -> httpx.Response:
    return world.nobody()._send("GET", "/metrics", headers)


def counts(world: World) -> dict[str, int]:
    """The counters that are not 0: {"actions applied": 1}."""
    found = LINE.findall(ask(world).text)
    return {" ".join(filter(None, (name, value))): int(count) for name, _, value, count in found if count != "0"}


def test_the_requests_of_sync_are_counted_by_their_status(counted: World) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)
    assert counts(counted) == {"sync_requests 200": 2}
    nurse.sync(**known, cursors=cursors)
    nurse.sync(v=2)
    counted.nobody().sync(person=person_id("nurse"))
    assert counts(counted) == {f"sync_requests {status}": 1 for status in (204, 400, 401)} | {"sync_requests 200": 2}


def test_a_request_that_failed_is_counted_as_500(counted: World) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)
    counted.write(lambda connection: connection.exec_driver_sql("ALTER TABLE scope RENAME TO away"))
    nurse.sync(**known, cursors=cursors, actions=[action(1)])
    assert counts(counted) == {"sync_requests 200": 2, "sync_requests 500": 1}


def test_actions_are_counted_by_their_outcome_and_a_replay_is_not(counted: World) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)
    batch = [action(1), action(2, data={"pledge": 7}), action(3, "pledge.renew")]
    for _ in range(3):
        nurse.sync(**known, cursors=cursors, actions=batch[:2])
    nurse.sync(**known, cursors=cursors, actions=batch)
    assert counts(counted) == {
        "sync_requests 200": 6,
        "actions applied": 1,
        "actions rejected": 1,
        "actions later": 1,
    }


def test_a_form_is_counted_as_any_other_action_and_once(counted: World) -> None:
    nurse = counted.log_in("nurse")
    for _ in range(2):
        nurse.do("pledge.take", "/pledges/p1", "a-form-sent-twice-0001", pledge="p1", version="1", show="name")
    assert counts(counted) == {"actions applied": 1}


def test_what_was_done_otherwise_than_asked_and_what_was_parked_have_counters_of_their_own(counted: World) -> None:
    metrics = site(counted).metrics
    merged: Any = ("a", "merged", "kept_private", {"at": 7})
    parked: Any = ("b", "rejected", "parked", {"at": 7})
    metrics.settled([merged, parked], moment=7)
    assert counts(counted) == {"actions merged": 1, "actions parked": 1}


def test_an_action_that_fails_five_times_is_counted_later_and_then_parked(
    counted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)

    def broken(*_: object) -> None:
        raise RuntimeError

    kinds: Any = site(counted).engine.kinds
    monkeypatch.setattr(type(kinds["pledge.take"]), "arguments", broken)
    for _ in range(5):
        nurse.sync(**known, cursors=cursors, actions=[action(1, id="action-broken")])
    assert counts(counted) == {"sync_requests 200": 7, "actions later": 4, "actions parked": 1}


def test_scopes_that_a_daily_check_mended_are_counted(counted: World) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)
    nurse.sync(**known, cursors=cursors, check={"public": [1, 1], "open": [1, 1]})
    assert counts(counted) == {"sync_requests 200": 3, "scopes_mended": 2}


def test_a_phone_that_was_restored_or_copied_is_counted(counted: World) -> None:
    nurse = counted.log_in("nurse")
    known, cursors = first(nurse)
    nurse.sync(**known, cursors=cursors, actions=[action(1)])
    nurse.sync(**known, cursors=cursors, actions=[action(1)])
    assert counts(counted) == {"sync_requests 200": 4, "actions applied": 1, "new_devices": 1}


def test_only_a_letter_that_the_mail_server_took_is_counted(app: App, mailbox: Mailbox, known: str) -> None:
    client = app(demo=False, smtp_url=f"smtp://127.0.0.1:{mailbox.port}", metrics_token=TOKEN)
    for address in ("stranger@example.nhs.uk", NURSE):  # sent in the order of asking
        client.post("/log-in", data={"email": address}, headers={"Sec-Fetch-Site": "same-origin"})
    said = "common_ground_letters_sent_total"
    wait_for(lambda: f"{said} 0.0" not in client.get("/metrics", headers=HELD).text)
    assert f"{said} 1.0" in client.get("/metrics", headers=HELD).text
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}]
)
def test_without_the_token_there_is_no_such_page(counted: World, headers: dict[str, str]) -> None:
    refused, unknown = ask(counted, headers), counted.nobody().get("/no-such-page")
    assert refused.status_code == unknown.status_code == 404
    assert "common_ground" not in refused.text
    assert "www-authenticate" not in refused.headers


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, HELD])
def test_with_no_token_set_nobody_finds_it(sqlite_world: World, headers: dict[str, str]) -> None:
    assert ask(sqlite_world, headers).status_code == 404


def test_nobody_and_nothing_that_anybody_did_can_be_found_in_it(counted: World) -> None:
    for key in ("nurse", "private"):
        person = counted.log_in(key)
        known, cursors = first(person)
        person.sync(**known, cursors=cursors, actions=[action(1), action(2, "pledge.renew")], check={"public": [1, 1]})
    answer = ask(counted)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    told = {name for name, *_ in LINE.findall(answer.text)}
    assert told == {"sync_requests", "actions", "scopes_mended", "new_devices", "letters_sent", "pushes"}
    assert [line for line in answer.text.splitlines() if not line.startswith("#") and not LINE.match(line)] == []

    def held(connection: Connection) -> set[str]:
        asked = ("SELECT id FROM person", "SELECT id FROM scope", "SELECT device FROM session", "SELECT id FROM action")
        return {str(row[0]) for sql in asked for row in connection.exec_driver_sql(sql) if row[0]}

    words = set(re.findall(r"[\w:.@-]+", answer.text))
    assert words & (counted.read(held) | set(site(counted).engine.kinds)) == set()

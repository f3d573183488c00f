"""`/push`: a browser turns ringing on and off and tries it, for whoever is logged in there and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from server.demo import person_id
from server.push.webpush import Sender
from tests.push.sink import Sink, sink
from tests.world import Person, World

HERE, TEST, KEY = "/push/subscriptions", "/push/test", "/push/key"


@pytest.fixture
def service(world: World) -> Iterator[Sink]:
    with sink() as made:
        world.config = replace(world.config, push_allowed_hosts=(made.origin,))
        yield made


def said(service: Sink, place: str = "one", **changes: Any) -> dict[str, Any]:
    phone = service.phone(place)
    return {
        "endpoint": phone.endpoint,
        "keys": {"p256dh": phone.p256dh, "auth": phone.auth},
        "replaces": None,
        **changes,
    }


def turn_on(person: Person, service: Sink, place: str = "one", **changes: Any) -> httpx.Response:
    return person._send("POST", HERE, json=said(service, place, **changes))


def tried(person: Person, service: Sink, place: str = "one") -> tuple[str, str]:
    answer = person._send("POST", TEST, json={"endpoint": service.phone(place).endpoint})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["words"].endswith(".") and service.origin not in found["words"]
    return found["step"], found["state"]


def owners(world: World) -> list[str]:
    return [str(row["person_id"]) for row in world.rows("SELECT person_id FROM subscription ORDER BY person_id")]


def refused(answer: httpx.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    words = str(answer.json()["detail"])
    assert words.endswith(".") and not {"invalid", "failed", "error"} & set(words.lower().split())
    return words


def test_a_phone_is_turned_on_tried_and_turned_off(world: World, service: Sink) -> None:
    nurse = world.log_in("nurse")
    answer = turn_on(nurse, service)
    assert (answer.status_code, answer.json()) == (201, {"state": "on"})
    assert tried(nurse, service) == ("service", "accepted")
    assert b"You have something to read." in service.opened()[0] and b"/inbox" in service.opened()[0]
    for _ in range(2):
        off = nurse._send("DELETE", HERE, json={"endpoint": service.phone("one").endpoint})
        assert (off.status_code, off.text) == (204, "")
    assert tried(nurse, service) == ("subscription", "gone")
    assert len(service.taken) == 1 and owners(world) == []


def test_the_key_is_told_to_anybody_and_whether_they_are_logged_in(world: World) -> None:
    key = Sender(world.config).key
    assert world.nobody().get(KEY).json() == {"key": key, "log_in": False}
    assert world.log_in("nurse").get(KEY).json() == {"key": key, "log_in": True}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", HERE), ("DELETE", HERE), ("POST", TEST)], ids=["on", "off", "test"]
)
def test_whoever_is_not_logged_in_changes_nothing(world: World, service: Sink, method: str, path: str) -> None:
    nurse = world.log_in("nurse")
    turn_on(nurse, service)
    gone = world.log_in("nurse")
    gone.post("/log-out")
    for nobody in (world.nobody(), gone):
        refused(nobody._send(method, path, json=said(service)), 401, "log_in")
    assert owners(world) == [person_id("nurse")] and service.taken == []


def test_another_website_turns_nothing_on(world: World, service: Sink) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = world.log_in("nurse")._send("POST", HERE, headers, json=said(service))
    refused(answer, 403, "other_site")
    assert owners(world) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/push/one",
        "https://169.254.169.254/latest/meta-data",
        "http://push.example.org/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://[64:ff9b::7f00:1]/x",
        "not an address",
        "",
    ],
)
def test_what_is_no_push_service_is_not_kept(world: World, service: Sink, endpoint: str) -> None:
    answer = turn_on(world.log_in("nurse"), service, endpoint=endpoint)
    assert "browser" in refused(answer, 422, "push_service")
    assert owners(world) == []


@pytest.mark.parametrize(("name", "value"), [("p256dh", "BAAA"), ("auth", "abcd"), ("auth", ""), ("p256dh", "ü" * 80)])
def test_keys_that_do_not_work_are_found_out_at_once(world: World, service: Sink, name: str, value: str) -> None:
    keys = {**said(service)["keys"], name: value}
    refused(turn_on(world.log_in("nurse"), service, keys=keys), 422, "push_keys")
    assert owners(world) == []


def test_only_whoever_has_its_keys_takes_a_phone_over(world: World, service: Sink) -> None:
    turn_on(world.log_in("nurse"), service)
    ally, known = world.log_in("ally"), said(service)["keys"]
    refused(turn_on(ally, service, keys={**known, "auth": "c2l4dGVlbiBMZXR0ZXJzIQ"}), 409, "push_elsewhere")
    assert owners(world) == [person_id("nurse")]
    assert turn_on(ally, service).status_code == 201
    assert owners(world) == [person_id("ally")]


def test_nobody_rings_or_turns_off_a_phone_of_somebody_else(world: World, service: Sink) -> None:
    turn_on(world.log_in("nurse"), service)
    ally = world.log_in("ally")
    assert tried(ally, service) == ("subscription", "gone")
    ally._send("DELETE", HERE, json={"endpoint": service.phone("one").endpoint})
    assert owners(world) == [person_id("nurse")] and service.taken == []


@pytest.mark.parametrize(
    ("status", "state"), [(201, "accepted"), (403, "refused"), (410, "gone"), (429, "waits"), (503, "waits")]
)
def test_a_test_says_what_came_of_it(world: World, service: Sink, status: int, state: str) -> None:
    nurse = world.log_in("nurse")
    turn_on(nurse, service)
    service.plan("one", status)
    assert tried(nurse, service) == ("service", state)
    assert owners(world) == ([] if state == "gone" else [person_id("nurse")])


def test_a_test_cannot_be_told_from_news(world: World, service: Sink) -> None:
    nurse = world.log_in("nurse")
    turn_on(nurse, service)
    for _ in range(2):
        tried(nurse, service)
    one, two = service.taken
    assert len(one.body) == len(two.body) and one.headers["Topic"] != two.headers["Topic"]


def test_after_a_change_of_our_key_the_phone_is_told_to_turn_it_on_again(world: World, service: Sink) -> None:
    nurse = world.log_in("nurse")
    turn_on(nurse, service)
    world.write(lambda connection: connection.exec_driver_sql("UPDATE subscription SET vapid_key = 'before'"))
    assert tried(nurse, service) == ("subscription", "refused")


def test_where_push_is_not_set_up_that_is_said(world: World, service: Sink) -> None:
    world.config = replace(world.config, vapid_private_key="")
    nurse = world.log_in("nurse")
    assert nurse.get(KEY).json() == {"key": "", "log_in": True}
    refused(turn_on(nurse, service), 422, "push_off")
    refused(nurse._send("POST", TEST, json={"endpoint": "x"}), 422, "push_off")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"endpoint": 5}', b"\xff", b'{"endpoint": "' + b"x" * 3_000 + b'"}']
)
@pytest.mark.parametrize(("method", "path"), [("POST", HERE), ("DELETE", HERE), ("POST", TEST)])
def test_what_cannot_be_read_is_answered_in_words(sqlite_world: World, method: str, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    refused(sqlite_world.log_in("nurse")._send(method, path, headers, content=body), 400, "malformed")


def test_no_line_in_the_log_names_a_phone(world: World, service: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    nurse = world.log_in("nurse")
    turn_on(nurse, service)
    service.plan("one", 403)
    tried(nurse, service)
    lines = capsys.readouterr().err
    assert "/push/test" in lines and service.origin not in lines and person_id("nurse") not in lines

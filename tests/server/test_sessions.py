"""Log ins: the cookie, its life, the phone it belongs to, and its end, near or from afar."""

import re
from collections.abc import Callable
from typing import Any

from litestar.testing import TestClient

from server import sessions
from server.demo import person_id
from server.housekeeping import clean
from server.sessions import DAY, IDLE_DAYS, REVOKED_DAYS
from tests.server.conftest import App
from tests.world import Person, World

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


def devices(person: Person) -> dict[str, dict[str, Any]]:
    docs = [doc for changes in person.sync().json()["scopes"].values() for doc in changes["docs"]]
    return {id: body for id, kind, body, _ in docs if kind == "device" and body is not None}


def log_in(client: TestClient[Any], person: str = "nurse") -> str:
    answer = client.post("/demo/log-in", data={"person": person}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["set-cookie"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: App) -> None:
    cookie = log_in(app()).lower()
    assert cookie.startswith("session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert "secure" not in cookie


def test_over_https_the_cookie_is_pinned_to_this_host(app: App) -> None:
    client = app(public_url="https://app.example.org")
    cookie = log_in(client)
    assert cookie.startswith("__Host-session=")
    assert "secure" in cookie.lower()
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 200


def test_the_database_holds_no_token(app: App, sqlite_world: World) -> None:
    token = re.match(r"session=([^;]+)", log_in(app()))
    assert token
    assert token[1] not in repr(sqlite_world.rows("SELECT * FROM session"))


def test_a_token_chosen_by_somebody_else_is_never_taken_over(app: App) -> None:
    client = app()
    client.cookies.set("session", "chosen-by-an-attacker")
    assert "chosen-by-an-attacker" not in log_in(client)
    client.cookies.clear()
    client.cookies.set("session", "chosen-by-an-attacker")
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303


def test_logging_in_again_ends_the_log_in_before(app: App) -> None:
    client = app()
    first = re.match(r"session=([^;]+)", log_in(client))
    log_in(client, "ally")
    assert first
    client.cookies.clear()
    client.cookies.set("session", first[1])
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303


def test_log_out_ends_it_and_takes_the_cookie_back(world: World) -> None:
    nurse = world.log_in("nurse")
    before = nurse._cookie
    answer = nurse.post("/log-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    nurse._cookie = before
    assert nurse.get("/me").status_code == 303
    assert nurse.sync(person=person_id("nurse"), device="d1").json()["code"] == "log_in"


def test_a_log_in_nobody_uses_for_long_is_over(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    assert nurse.get("/me").status_code == 200
    passed = sqlite_world.now - (IDLE_DAYS + 1) * DAY
    sqlite_world.write(lambda connection: connection.exec_driver_sql(f"UPDATE session SET expires_at = {passed}"))
    assert nurse.get("/me").status_code == 303
    assert nurse.sync(person=person_id("nurse"), device="d1").status_code == 401


def test_a_log_in_in_use_lives_on(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    sqlite_world.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE session SET seen_at = 1, expires_at = expires_at - 1000000"
        )
    )
    (before,) = sqlite_world.rows("SELECT expires_at FROM session")
    nurse.sync(device="d1")
    (after,) = sqlite_world.rows("SELECT seen_at, expires_at FROM session")
    assert after["expires_at"] > before["expires_at"]
    assert after["seen_at"] > 1


def test_a_phone_is_known_by_its_own_id_from_its_first_sync(world: World) -> None:
    nurse = world.log_in("nurse")
    assert len(devices(nurse)) == 1
    nurse.sync(device="phone-1")
    assert list(devices(nurse)) == ["phone-1"]
    assert devices(nurse)["phone-1"]["label"]
    assert re.fullmatch(r"\w+ \d+ \w+ \d{4}", devices(nurse)["phone-1"]["since_text"])


def test_the_same_phone_logged_in_again_is_one_device(world: World) -> None:
    first, again = world.log_in("nurse"), world.log_in("nurse")
    first.sync(device="phone-1")
    again.sync(device="phone-1")
    assert list(devices(again)) == ["phone-1"]
    assert first.sync(person=person_id("nurse"), device="phone-1").json()["code"] == "log_in"


def test_a_device_that_was_signed_out_hears_of_it_and_gets_nothing(world: World) -> None:
    lost, near = world.log_in("nurse"), world.log_in("nurse")
    lost.sync(device="lost")
    near.sync(device="near")
    assert near.do("device.remove", "/me/devices", device="lost").status_code == 303
    assert list(devices(near)) == ["near"]
    told = lost.sync(person=person_id("nurse"), device="lost", actions=[])
    assert (told.status_code, told.json()["code"]) == (401, "device_removed")
    assert "Max-Age=0" in told.headers["set-cookie"]
    assert "person" not in told.text.replace("other_person", "")
    assert near.do("device.remove", "/me/devices", device="lost").status_code == 303


def test_a_signed_out_browser_is_logged_out(world: World) -> None:
    nurse = world.log_in("nurse")
    (name,) = devices(nurse)
    assert nurse.do("device.remove", "/me/devices", device=name).status_code == 303
    assert nurse.get("/me").status_code == 303


def test_nobody_can_sign_out_somebody_elses_device(world: World) -> None:
    nurse, ally = world.log_in("nurse"), world.log_in("ally")
    nurse.sync(device="phone-1")
    refused = ally.do("device.remove", "/me/devices", device="phone-1")
    assert refused.status_code == 422
    assert "not one of yours" in refused.text
    assert list(devices(nurse)) == ["phone-1"]


async def _clean(client: TestClient[Any]) -> None:
    await clean(client.app.state.site)


def test_housekeeping_forgets_old_log_ins_and_only_those(sqlite_world: World) -> None:
    keep, old, removed = (sqlite_world.log_in("nurse") for _ in range(3))
    for person, device in ((keep, "keep"), (old, "old"), (removed, "removed")):
        person.sync(device=device)
    change: Callable[[str], Any] = lambda sql: sqlite_world.write(lambda c: c.exec_driver_sql(sql))  # noqa: E731
    change("UPDATE session SET expires_at = 1 WHERE device = 'old'")
    change(f"UPDATE session SET revoked_at = {sqlite_world.now - (REVOKED_DAYS - 1) * DAY} WHERE device = 'removed'")
    client = sqlite_world.client
    client.blocking_portal.call(_clean, client)
    assert {row["device"] for row in sqlite_world.rows("SELECT device FROM session")} == {"keep", "removed"}
    assert "old" not in devices(keep)
    change(f"UPDATE session SET revoked_at = {sqlite_world.now - (REVOKED_DAYS + 1) * DAY} WHERE device = 'removed'")
    client.blocking_portal.call(_clean, client)
    assert [row["device"] for row in sqlite_world.rows("SELECT device FROM session")] == ["keep"]


def test_a_token_is_long_and_never_the_same() -> None:
    tokens = {sessions.new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 43

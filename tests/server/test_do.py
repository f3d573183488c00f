"""Plain forms: the whole of a feature without JavaScript, and forms that come from somewhere else."""

import re
from typing import Any

import pytest

from server.demo import person_id
from tests.server.conftest import App
from tests.world import World

TAKE = {"pledge": "p1", "version": "1", "show": "team"}
PAGE = "/pledges/p1"


def pledges(world: World, person: str = "nurse") -> list[dict[str, Any]]:
    return world.rows("SELECT pledge_id, show FROM pledging WHERE person_id = :me", me=person_id(person))


def test_a_form_is_applied_and_shows_its_page_again(world: World) -> None:
    nurse = world.log_in("nurse")
    answer = nurse.do("pledge.take", PAGE, **TAKE)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert pledges(world) == [{"pledge_id": "p1", "show": "team"}]
    assert 'data-state="sent"' in nurse.get(PAGE).text


def test_what_is_missing_comes_back_with_what_was_typed(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").do("pledge.take", PAGE, pledge="p1", version="1", show="everyone")
    assert answer.status_code == 422
    assert 'id="problems"' in answer.text
    assert "Choose who may see it." in answer.text
    assert 'data-page="pledge"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert pledges(sqlite_world) == []


def test_a_choice_already_made_is_still_chosen_on_the_page_with_problems(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").do("pledge.take", PAGE, pledge="p1", version="0", show="team")
    assert answer.status_code == 422
    assert re.search('value="team"[^>]* checked', answer.text)


def test_a_rejected_action_says_why_on_its_page(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").do("pledge.take", PAGE, pledge="p99", version="1", show="team")
    assert answer.status_code == 422
    assert "We do not have this pledge any more" in answer.text
    assert 'data-page="pledge"' in answer.text


def test_a_merged_action_is_done(sqlite_world: World) -> None:
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE pledge SET version = 2 WHERE id = 'p1'"))
    assert sqlite_world.log_in("nurse").do("pledge.take", PAGE, **TAKE).status_code == 303
    assert sqlite_world.rows("SELECT outcome, code FROM action WHERE person = :me", me=person_id("nurse")) == [
        {"outcome": "merged", "code": "text.changed"}
    ]


def test_a_form_sent_twice_with_its_id_counts_once(world: World) -> None:
    nurse = world.log_in("nurse")
    first = nurse.do("pledge.take", PAGE, id="0199-0000-aaaa-0001", **TAKE)
    nurse.do("pledge.withdraw", PAGE, pledge="p1")
    again = nurse.do("pledge.take", PAGE, id="0199-0000-aaaa-0001", **TAKE)
    assert (first.status_code, again.status_code) == (303, 303)
    assert pledges(world) == []


def test_a_double_tap_without_an_id_ends_the_same(world: World) -> None:
    nurse = world.log_in("nurse")
    assert {nurse.do("pledge.take", PAGE, **TAKE).status_code for _ in range(2)} == {303}
    assert len(pledges(world)) == 1


def test_an_id_that_is_no_id_is_not_used(sqlite_world: World) -> None:
    sqlite_world.log_in("nurse").do("pledge.take", PAGE, id="x'; --", **TAKE)
    (row,) = sqlite_world.rows("SELECT id FROM action WHERE person = :me", me=person_id("nurse"))
    assert row["id"].isalnum()


def test_an_id_of_somebody_else_applies_nothing_and_tells_nothing(world: World) -> None:
    world.log_in("nurse").do("pledge.take", PAGE, id="0199-0000-aaaa-0001", **TAKE)
    answer = world.log_in("newcomer").do("pledge.take", PAGE, id="0199-0000-aaaa-0001", **TAKE)
    assert answer.status_code == 422
    assert pledges(world, "newcomer") == []
    assert len(pledges(world)) == 1


def test_a_bug_keeps_what_was_typed_and_leaves_nothing_behind(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    nurse = sqlite_world.log_in("nurse")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("ALTER TABLE pledging RENAME TO away"))
    answer = nurse.do("pledge.take", PAGE, **TAKE)
    assert answer.status_code == 500
    assert "Your words are still here" in answer.text
    assert re.search('value="team"[^>]* checked', answer.text)
    assert sqlite_world.rows("SELECT * FROM later") == []
    assert sqlite_world.rows("SELECT * FROM action WHERE person = :me", me=person_id("nurse")) == []
    assert "OperationalError" in capsys.readouterr().err
    sqlite_world.write(lambda connection: connection.exec_driver_sql("ALTER TABLE away RENAME TO pledging"))
    assert pledges(sqlite_world) == []


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "/nope", "/log-out", "", "/pledges?x=1"])
def test_a_form_leads_only_to_a_page_of_ours(sqlite_world: World, page: str) -> None:
    answer = sqlite_world.log_in("nurse").do("pledge.take", page, **TAKE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_nobody_is_sent_to_log_in_and_nothing_is_done(sqlite_world: World) -> None:
    answer = sqlite_world.nobody().do("pledge.take", PAGE, **TAKE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
    assert (
        sqlite_world.rows(
            "SELECT * FROM action WHERE kind = 'pledge.take' AND received_at > :now", now=sqlite_world.now
        )
        == []
    )


def test_what_only_a_phone_can_do_leads_to_the_outbox(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").do("outbox.delete", "/outbox", action="a1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/outbox")


def test_a_kind_that_is_not_there_is_not_found(sqlite_world: World) -> None:
    assert sqlite_world.log_in("nurse").do("pledge.burn", PAGE).status_code == 404


FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
    {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "", "Origin": "null"},
]
WRITES = [
    ("/do/pledge.take", TAKE),
    ("/log-in", {"email": "a@example.org"}),
    ("/demo/log-in", {"person": "ally"}),
    ("/log-out", {}),
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize(("path", "fields"), WRITES)
def test_a_form_from_another_website_does_nothing(
    sqlite_world: World, path: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    nurse = sqlite_world.log_in("nurse")
    before = nurse._cookie
    answer = nurse.post(path, headers, **fields)
    assert answer.status_code == 403
    assert nurse._cookie == before
    assert nurse.get("/me").status_code == 200
    assert pledges(sqlite_world) == []


def test_a_sync_from_another_website_does_nothing(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    answer = nurse._send("POST", "/sync", {"Sec-Fetch-Site": "cross-site"}, json={"v": 1, "sent_at": 1})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")


@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1:8000"}, {}])
def test_a_form_of_ours_is_taken_from_browsers_that_say_less(app: App, headers: dict[str, str]) -> None:
    answer = app().post("/demo/log-in", data={"person": "nurse"}, headers=headers, follow_redirects=False)
    assert answer.status_code == 303


def test_a_form_that_is_too_big_is_refused_in_plain_words(sqlite_world: World) -> None:
    answer = sqlite_world.log_in("nurse").post("/do/pledge.take", {"Accept": "text/html"}, pledge="p" * 400_000)
    assert answer.status_code == 413
    assert "too big" in answer.text

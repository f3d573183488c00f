"""The desk of the ally scheme: one switch, and requests that a person looks at, by code and never by name."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import Connection

from server.demo import CAST, person_id
from server.features.ally_code import check
from tests.features.at_collection import asked
from tests.world import Phone, World

DESK = "/desk/ally"
NOT_THEIRS = sorted(CAST.keys() - {"coordinator"})


def with_person(world: World, key: str, code: str) -> str:
    """This person asked for another one soon after the last: a person looks at it first."""
    whole = asked(world, key, code, state="asked", item="i2")

    def look(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE allying SET with_person = TRUE WHERE state = 'asked'")

    world.write(look)
    world.republish("ally")
    return whole


def state_of(world: World) -> str:
    return str((world.phone("newcomer").get("scheme", "s1") or {})["state"])


def test_the_coordinator_pauses_it_at_once_and_every_page_says_so(world: World) -> None:
    coordinator, nurse = world.log_in("coordinator"), world.log_in("nurse")
    assert "Rainbow lanyard" in coordinator.get("/desk").text
    answer = coordinator.do("scheme.set_state", DESK, scheme="s1", state="paused")
    assert (answer.status_code, answer.headers["location"]) == (303, DESK)
    assert "Paused: places are kept" in coordinator.get(DESK).text
    assert "We have paused this for now." in nurse.get("/ally").text
    assert state_of(world) == "paused"


def test_whoever_was_told_that_theirs_is_there_is_told_of_the_pause_instead(sqlite_world: World) -> None:
    vicechair = sqlite_world.log_in("vicechair")
    code = (sqlite_world.phone("vicechair").get("ally", "s1") or {})["code"]
    assert code in vicechair.get("/ally").text and code in vicechair.get("/").text
    sqlite_world.log_in("coordinator").do("scheme.set_state", DESK, scheme="s1", state="paused")
    assert "We kept your place." in vicechair.get("/ally").text
    assert code not in vicechair.get("/ally").text + vicechair.get("/").text
    sqlite_world.log_in("coordinator").do("scheme.set_state", DESK, scheme="s1", state="open")
    assert code in vicechair.get("/ally").text


def test_nobody_else_pauses_it_or_sees_its_desk(sqlite_world: World) -> None:
    for key in NOT_THEIRS:
        person = sqlite_world.log_in(key)
        assert person.get(DESK).status_code == 404
        assert DESK not in person.get("/desk").text
        assert person.do("scheme.set_state", DESK, scheme="s1", state="closed").status_code == 422
        assert person.do("ally.agree", DESK, code="K7M7").status_code == 422
    assert state_of(sqlite_world) == "open"


def test_a_pause_is_never_sent_later_by_a_phone(sqlite_world: World) -> None:
    phone = sqlite_world.phone("coordinator").do("scheme.set_state", scheme="s1", state="closed")
    assert phone.send() == [("rejected", "online_only")]


def test_a_choice_is_asked_for_and_an_unknown_scheme_is_refused_in_words(sqlite_world: World) -> None:
    coordinator = sqlite_world.log_in("coordinator")
    blank = coordinator.do("scheme.set_state", DESK, scheme="s1")
    assert blank.status_code == 422 and "Choose whether people can ask for one." in blank.text
    unknown = coordinator.do("scheme.set_state", DESK, scheme="s9", state="open")
    assert unknown.status_code == 422 and "We do not have this any more." in html.unescape(unknown.text)


def test_a_request_is_looked_at_by_its_code_and_nobody_is_told_whose_it_is(world: World) -> None:
    code = with_person(world, "nurse", "K7M")
    nurse = world.phone("nurse")
    assert ((nurse.get("ally", "s1") or {})["state"], (nurse.get("ally", "s1") or {})["code"]) == ("asked", code)
    coordinator = world.log_in("coordinator")
    page = coordinator.get(DESK).text
    assert code in page and "Pin badge" in page
    told = page.partition('<main id="main"')[2]
    assert [name for name, _, _ in CAST.values() if name in told] == []
    assert [key for key in CAST if person_id(key) in told] == []
    assert coordinator.do("ally.agree", DESK, code=code).status_code == 303
    nurse.receive()
    assert ((nurse.get("ally", "s1") or {})["state"], (nurse.get("ally", "s1") or {})["code"]) == ("ready", code)
    assert code not in coordinator.get(DESK).text


@pytest.mark.parametrize("code", ["2XT" + check("2XT"), "nonsense"])
def test_agreeing_to_what_nobody_asked_changes_nothing(sqlite_world: World, code: str) -> None:
    before = sqlite_world.rows("SELECT * FROM allying ORDER BY person_id")
    assert sqlite_world.log_in("coordinator").do("ally.agree", DESK, code=code).status_code == 303
    assert sqlite_world.rows("SELECT * FROM allying ORDER BY person_id") == before


def test_nobody_is_sent_a_message_when_it_pauses(sqlite_world: World) -> None:
    """What changes on a phone is the scheme alone; no record of any person changes."""
    phones: list[Phone] = [sqlite_world.phone(key) for key in ("vicechair", "nurse")]
    held = [phone.records.copy() for phone in phones]
    sqlite_world.log_in("coordinator").do("scheme.set_state", DESK, scheme="s1", state="paused")
    for phone, before in zip(phones, held, strict=True):
        phone.receive()
        changed = {key for key, value in phone.records.items() if before.get(key) != value}
        assert changed == {("public", "scheme", "s1")}

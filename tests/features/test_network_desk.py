"""The desk of a network: who may open it, whose names it shows, and how it is handed over. Nobody else learns anything
of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from server import members
from server.demo import CAST, DAY, person_id
from server.people import put_role
from sync import publish
from tests.features.at_desk import (
    EVERYBODY,
    FORMS,
    HERE,
    LOOKS_AFTER,
    NETWORKS,
    PAGES,
    POST,
    TELL,
    act,
    join,
    made_by_leads,
    page,
    told,
    visitor,
)
from tests.world import World

# Who may not


@pytest.mark.parametrize("path", PAGES)
def test_whoever_may_not_open_a_desk_page_is_told_what_is_told_of_no_page(sqlite_world: World, path: str) -> None:
    for key in EVERYBODY:
        person = visitor(sqlite_world, key)
        answer = page(person, path)
        if key in PAGES[path]:
            assert answer.status_code == 200, key
        else:
            assert answer.status_code == 404, key
            assert told(answer) == told(page(person, "/nothing-is-here")), key


@pytest.mark.parametrize("kind", FORMS)
def test_whoever_may_not_act_changes_nothing_and_learns_nothing(sqlite_world: World, kind: str) -> None:
    """The answer is the same for a network that is there and for one that is not."""
    fields, may = FORMS[kind]
    before = made_by_leads(sqlite_world)
    for key in EVERYBODY:
        person = visitor(sqlite_world, key)
        opens = LOOKS_AFTER.get(key or "", set())
        refused = set(NETWORKS) - (opens if key in may else set())
        answers = {each: told(act(person, kind, each, **fields)) for each in refused}
        assert {status for status, *_ in answers.values()} == ({422} if key else {401}), key
        assert len({(status, body) for each, (status, _, body) in answers.items() if each not in opens}) == 1, key
    assert made_by_leads(sqlite_world) == before


@pytest.mark.parametrize("kind", FORMS)
def test_whoever_may_act_does(sqlite_world: World, kind: str) -> None:
    fields, may = FORMS[kind]
    for key in sorted(may):
        assert act(sqlite_world.log_in(key), kind, **fields).status_code == 303, key


def test_nothing_of_a_desk_is_done_from_the_queue_of_a_phone(sqlite_world: World) -> None:
    before = made_by_leads(sqlite_world)
    chair = sqlite_world.phone("chair")
    for kind, (fields, _) in FORMS.items():
        assert chair.do(kind, network="n2", **fields).send() == [("rejected", "online_only")], kind
    assert made_by_leads(sqlite_world) == before


def test_what_was_typed_comes_back_to_whoever_may_not_act_any_more(sqlite_world: World) -> None:
    chair = sqlite_world.log_in("chair")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("DELETE FROM role WHERE role = 'chair'"))
    answer = act(chair, "network.tell", **TELL)
    assert answer.status_code == 422
    assert "This is not yours to do" in answer.text
    assert TELL["heard"] in answer.text and TELL["did"] in answer.text
    assert ">n2<" not in answer.text, "nobody typed it"


def test_what_was_typed_comes_back_after_the_log_in_ended(sqlite_world: World) -> None:
    chair = sqlite_world.log_in("chair")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("DELETE FROM session"))
    answer = act(chair, "network.post", **POST)
    assert answer.status_code == 401
    assert "Log in, then try again" in answer.text
    assert POST["title"] in answer.text and "Come as you are." in answer.text


# The desk


def test_the_way_to_the_desk_is_shown_to_those_who_have_one(sqlite_world: World) -> None:
    shown = {key for key in CAST if 'href="/desk"' in page(sqlite_world.log_in(key), "/me").text}
    assert shown == PAGES["/desk"]


def test_the_desk_has_a_door_for_each_network_somebody_looks_after(sqlite_world: World) -> None:
    def open_to(key: str) -> set[str]:
        text = page(sqlite_world.log_in(key), "/desk").text
        return {each for each in ("n1", "n2", "n3", "n4", "n5", "n6") if f"/desk/networks/{each}" in text}

    assert open_to("chair") == open_to("vicechair") == {"n2"}
    assert open_to("coordinator") == {"n1", "n2", "n3", "n4", "n5", "n6"}
    assert open_to("helper") == set()


def test_desk_pages_are_in_no_cache_and_no_title_names_a_network(sqlite_world: World) -> None:
    for path in ("/desk", HERE):
        answer = page(sqlite_world.log_in("chair"), path)
        assert answer.headers["cache-control"] == "no-store"
        assert "Prism" in answer.text
        assert "Prism" not in answer.text.partition("<body")[0], path


def test_the_line_at_the_top_says_nothing_of_what_waits_on_the_phone(sqlite_world: World) -> None:
    assert "All sent" not in page(sqlite_world.log_in("chair")).text


# Names


def test_leads_see_named_members_in_order_and_no_private_one(world: World) -> None:
    join(world, "ally", "committee")
    join(world, "nurse", "nobody")
    for key in ("chair", "vicechair"):
        text = page(world.log_in(key)).text
        listed = text[text.index('<ul class="app-names"') :]
        names = ["Ally", "Network chair", "Network vice chair", "Occupational therapist"]
        places = [listed.index(f'app-names__name">{name}<') for name in names]
        assert places == sorted(places), key
        assert "Community nurse" not in text and "Healthcare assistant" not in text, key
        assert "nobody can list them" in text


def test_the_coordinator_sees_the_page_without_a_name(world: World) -> None:
    text = page(world.log_in("coordinator")).text
    assert "You said, we did" in text
    assert [name for key, (name, *_) in CAST.items() if key != "coordinator" and f">{name}<" in text] == []
    assert world.rows("SELECT * FROM names_read") == []


def test_no_reply_changes_with_one_more_private_member(world: World) -> None:
    people = {key: world.log_in(key) for key in ("chair", "vicechair", "coordinator", "admin")}

    def replies() -> list[tuple[int, dict[str, str], bytes]]:
        seen = [told(page(each, path)) for each in people.values() for path in ("/desk", HERE, "/me")]
        unknown = [told(act(each, "network.hand_over", to=to)) for each in people.values() for to in ("nurse", "")]
        return seen + unknown

    assert replies() == replies(), "else they say nothing"
    before = replies()
    join(world, "nurse", "nobody")
    assert replies() == before
    join(world, "newcomer", "committee")
    assert replies() != before, "a named member does show"


def test_each_reading_of_the_names_is_written_down_once_a_day_and_role(world: World) -> None:
    chair, vicechair = world.log_in("chair"), world.log_in("vicechair")
    for person in (chair, chair, vicechair):
        assert page(person).status_code == 200
    rows = world.rows("SELECT network_id, role, day FROM names_read ORDER BY role")
    assert [(row["network_id"], row["role"]) for row in rows] == [("n2", "chair"), ("n2", "vicechair")]
    assert len({row["day"] for row in rows}) == 1 and len(rows[0]["day"]) == len("2026-11-23")


def test_a_reading_is_forgotten_after_400_days_and_not_before(world: World) -> None:
    page(world.log_in("chair"))
    for days, left in ((400, 1), (401, 0)):
        world.write(partial(members.clear_out, now=world.now + days * DAY))
        assert len(world.rows("SELECT day FROM names_read")) == left


def test_named_members_are_told_of_a_reading_and_private_ones_are_left_alone(world: World) -> None:
    member, private = world.phone("member"), world.phone("private")
    before = private.cursors
    assert member.all("membership")["n2"]["read_text"] == ""
    page(world.log_in("chair"))
    for phone in (member, private):
        phone.receive()
    (row,) = world.rows("SELECT day FROM names_read")
    assert str(int(row["day"][-2:])) in member.all("membership")["n2"]["read_text"].split()
    assert private.all("membership")["n2"]["read_text"] == ""
    assert private.cursors == before


def test_nobody_is_told_of_a_reading_in_which_their_name_was_not(world: World) -> None:
    nurse, chair = world.phone("nurse"), world.log_in("chair")
    page(chair)
    asked: dict[str, Any] = {"network": "n2", "as": "member", "seen_by": "committee", "consent": 1}
    nurse.do("network.join", **asked).send()
    assert nurse.all("membership")["n2"]["read_text"] == "", "it was before"
    page(world.log_in("vicechair"))
    nurse.receive()
    assert nurse.all("membership")["n2"]["read_text"] != ""
    nurse.do("network.seen_by", network="n2", seen_by="nobody").send()
    assert nurse.all("membership")["n2"]["read_text"] == ""
    rows = world.rows("SELECT read_on FROM membership WHERE person_id IS NULL")
    assert {row["read_on"] for row in rows} == {""}


def test_a_reading_on_another_day_is_told_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    member, chair = world.phone("member"), world.log_in("chair")
    page(chair)
    member.receive()
    first = member.all("membership")["n2"]["read_text"]
    monkeypatch.setattr("server.desk.now", lambda: world.now + 3 * DAY)
    page(chair)
    member.receive()
    assert "" != first != member.all("membership")["n2"]["read_text"]


# Handing over


def test_a_chair_who_hands_over_is_outside_at_once(world: World) -> None:
    chair, phone = world.log_in("chair"), world.phone("chair")
    phone.do("network.leave", network="n2").send()
    assert phone.all("post").keys() == {"n2"}, "a chair reads what members read"
    answer = act(chair, "network.hand_over", to=person_id("member"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert page(chair).status_code == page(chair, "/desk").status_code == 404
    assert act(chair, "network.post", **POST).status_code == 422
    phone.receive()
    assert phone.all("post") == {} and "network:n2" not in phone.cursors
    assert phone.all("person")["me"]["desk"] == 0
    assert page(world.log_in("member")).status_code == 200


def test_a_chair_who_stays_a_member_keeps_what_members_read(world: World) -> None:
    phone = world.phone("chair")
    act(world.log_in("chair"), "network.hand_over", to=person_id("vicechair"))
    phone.receive()
    assert phone.all("post").keys() == {"n2"}
    roles = world.rows("SELECT person_id, role FROM role WHERE area = 'n2'")
    assert roles == [{"person_id": person_id("vicechair"), "role": "chair"}], "from vice chair to chair"


def test_nobody_is_made_chair_who_did_not_show_their_name(world: World) -> None:
    """Of a private member the chair is told what is told of anybody else, and of nobody at all."""
    chair = world.log_in("chair")
    join(world, "ally", "committee")
    sent = [act(chair, "network.hand_over", to=to) for to in map(person_id, ("private", "nurse", "chair"))]
    sent.append(act(chair, "network.hand_over", to="nobody-at-all"))
    assert {(each.status_code, "They cannot lead this network now" in each.text) for each in sent} == {(422, True)}
    assert len({each.text for each in sent}) == 1
    assert act(chair, "network.hand_over", to=person_id("ally")).status_code == 303


def test_a_refused_act_sent_again_is_answered_the_same(sqlite_world: World) -> None:
    """The journal keeps no words of what is private, so they are found by their code."""
    chair = sqlite_world.log_in("chair")
    first, again = (act(chair, "network.hand_over", id="0199-0000-aaaa-0001", to="nobody") for _ in range(2))
    assert told(first) == told(again)
    assert first.status_code == 422 and "They cannot lead this network now" in again.text


def test_a_network_with_one_lead_is_told_to_find_another(sqlite_world: World) -> None:
    chair = sqlite_world.log_in("chair")
    warning = "A network needs at least 2 leads"
    assert warning not in page(chair).text
    sqlite_world.write(lambda connection: connection.exec_driver_sql("DELETE FROM role WHERE role = 'vicechair'"))
    assert warning in page(chair).text


def test_a_secretary_leads_too(sqlite_world: World) -> None:
    def given(connection: Any) -> None:
        publish(sqlite_world.engine, connection, put_role(connection, person_id("staffside"), "secretary", "n3"))

    sqlite_world.write(given)
    secretary = sqlite_world.log_in("staffside")
    assert page(secretary, "/desk/networks/n3").status_code == 200
    assert act(secretary, "network.post", "n3", **POST).status_code == 303
    assert act(secretary, "network.hand_over", "n3", to=person_id("member")).status_code == 422

"""What the leads of a network say to all and to members, and whether others can join."""

from __future__ import annotations

from typing import Any

import pytest

from server.demo import CAST, person_id
from tests.features.at_desk import (
    FORMS,
    POST,
    TELL,
    act,
    network,
    page,
)
from tests.world import World

# You said, we did


def test_what_leads_say_comes_before_what_the_file_says_and_all_can_read_it(world: World) -> None:
    from_file = network(world)["said"]
    act(world.log_in("chair"), "network.tell", **TELL)
    act(world.log_in("coordinator"), "network.tell", **{**TELL, "did": "It came later"})
    said = network(world)["said"]
    assert [each["did"] for each in said[:2]] == ["It came later", TELL["did"]]
    assert said[2:] == from_file and len(from_file) == 2
    assert said[1] == said[1] | {"heard": TELL["heard"], "owner": "Union"}
    assert network(world, "n1")["said"] != said


def test_who_said_it_is_kept_nowhere(world: World) -> None:
    act(world.log_in("vicechair"), "network.tell", **TELL)
    assert person_id("vicechair") not in str(world.rows("SELECT * FROM network_said"))
    journal = world.rows("SELECT kind, detail FROM action WHERE person = :me", me=person_id("vicechair"))
    assert "network" not in str(journal)


def test_what_was_said_can_be_taken_away_by_those_who_may_say_it(world: World) -> None:
    chair = world.log_in("chair")
    act(chair, "network.tell", **TELL)
    said = network(world)["said"][0]["id"]
    other = world.log_in("coordinator").do("network.untell", "/desk/networks/n1", network="n1", said=said)
    assert other.status_code == 303
    assert world.rows("SELECT id FROM network_said") == [{"id": said}], "it is not of that network"
    for _ in range(2):
        assert act(chair, "network.untell", said=said).status_code == 303
    assert [each["id"] for each in network(world)["said"]] == ["", ""]


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        ("network.tell", {"heard": "x" * 201}, "in up to 200 letters"),
        ("network.tell", {"owner": ""}, "Choose whose it was to put right."),
        ("network.tell", {"did": " "}, "Write what was done"),
        ("network.post", {"title": "x" * 101}, "in up to 100 letters"),
        ("network.post", {"text": "x" * 1501}, "in up to 1500 letters"),
        ("network.open", {"state": "gone"}, "Choose if people can join."),
    ],
)
def test_what_cannot_be_used_comes_back_with_all_that_was_typed(
    sqlite_world: World, kind: str, wrong: dict[str, str], said: str
) -> None:
    fields = {**FORMS[kind][0], **wrong}
    answer = act(sqlite_world.log_in("chair"), kind, **fields)
    assert answer.status_code == 422
    assert 'data-page="desk-network"' in answer.text and said in answer.text
    assert [
        text
        for text in fields.values()
        if len(text) > 10 and f">{text}<" not in answer.text and f'value="{text}"' not in answer.text
    ] == []
    assert "<details" in answer.text and " open>" in answer.text


# Words for members


def test_a_message_reaches_members_private_ones_too_and_nobody_else(world: World) -> None:
    act(world.log_in("vicechair"), "network.post", **POST)
    for key in CAST:
        texts = [each["text"] for each in world.phone(key).all("post").values()]
        assert (POST["text"] in texts) == (key in ("chair", "vicechair", "member", "private")), key
    posts = sorted(world.phone("private").all("post").values(), key=lambda each: each["order"])
    assert [each["title"] for each in posts] == [POST["title"], ""], "the newest first, the note of the file last"


def test_a_message_can_be_taken_away_again(world: World) -> None:
    chair, member = world.log_in("chair"), world.phone("member")
    act(chair, "network.post", **POST)
    member.receive()
    (id,) = set(member.all("post")) - {"n2"}
    for _ in range(2):
        assert act(chair, "network.unpost", post=id).status_code == 303
    member.receive()
    assert set(member.all("post")) == {"n2"}
    assert POST["text"] not in page(chair).text


# Open, paused, closed


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_nobody_new_joins_a_network_that_is_not_open_and_members_stay(world: World, state: str) -> None:
    act(world.log_in("coordinator"), "network.open", state=state)
    assert network(world)["state"] == state
    asked: dict[str, Any] = {"network": "n2", "as": "member", "seen_by": "nobody", "consent": 1}
    nurse = world.phone("nurse")
    assert nurse.do("network.join", **asked).send() == [("rejected", "join.closed")]
    assert "n2" in world.phone("private").all("membership")
    act(world.log_in("chair"), "network.open", state="open")
    assert nurse.do("network.join", **asked).send() == [("applied", None)]

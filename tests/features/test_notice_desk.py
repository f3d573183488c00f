"""Messages that leads send: who may, whom they reach, the minute in which they can be stopped, the second person."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from server.features import notice_desk
from sync import publish
from tests.features.at_desk import EVERYBODY, join, page, told, visitor
from tests.push.ringing import subscribe
from tests.world import DAY, Person, World

HERE = "/desk/notices"
WORDS = {"title": "We meet on Monday", "text": "In the library.\n\nCome as you are."}
MINUTE = 60_000


def write(person: Person, audience: str = "n2", **changes: str) -> httpx.Response:
    return person.do("notice.send", HERE, **{"audience": audience, "when": "now", **WORDS, **changes})


def act(world: World, person: Person, kind: str, audience: str = "n2", **fields: str) -> httpx.Response:
    (row,) = world.rows("SELECT id FROM desk_notice ORDER BY written_at DESC LIMIT 1")
    return person.do(kind, HERE, audience=audience, notice=row["id"], **fields)


def later(world: World, milliseconds: int) -> None:
    """So much time passes, and the timer looks."""

    def look(connection: Connection) -> Any:
        now = world.now + milliseconds
        return publish(world.engine, connection, notice_desk.send_due(connection, world.engine.key, now))

    world.write(look)


def inbox(world: World, key: str) -> list[str]:
    return [str(each["title"]) for each in world.phone(key).all("notice").values()]


def state(world: World) -> str:
    (row,) = world.rows("SELECT state FROM desk_notice ORDER BY written_at DESC LIMIT 1")
    return str(row["state"])


def test_a_message_reaches_all_members_after_a_minute_and_not_before(world: World) -> None:
    assert write(world.log_in("chair")).status_code == 303
    later(world, MINUTE - 30_000)
    assert inbox(world, "private") == []
    later(world, 2 * MINUTE)
    for key in ("private", "member"):
        assert inbox(world, key) == [WORDS["title"]]
        (notice,) = world.phone(key).all("notice").values()
        assert (notice["body"], notice["from"]) == (["In the library.", "Come as you are."], "The chair")
    assert inbox(world, "nurse") == inbox(world, "coordinator") == []


def test_what_is_stopped_within_the_minute_never_goes(world: World) -> None:
    chair = world.log_in("chair")
    write(chair)
    assert act(world, chair, "notice.stop").status_code == 303
    later(world, DAY)
    assert inbox(world, "private") == [] and state(world) == "stopped"


def test_what_has_gone_cannot_be_stopped_and_the_answer_says_what_can_be_done(world: World) -> None:
    chair = world.log_in("chair")
    write(chair)
    later(world, 2 * MINUTE)
    answer = act(world, chair, "notice.stop")
    assert answer.status_code == 422 and "take it back" in answer.text


@pytest.mark.parametrize(
    "audience, author, second", [("news", "coordinator", "admin"), ("partnership", "staffside", "chair")]
)
def test_what_goes_to_everybody_waits_for_somebody_else_to_say_yes(
    world: World, audience: str, author: str, second: str
) -> None:
    first = world.log_in(author)
    write(first, audience)
    later(world, DAY)
    assert state(world) == "waiting" and inbox(world, "nurse") == []
    refused = act(world, first, "notice.confirm", audience)
    assert refused.status_code == 422 and "Somebody else has to read this" in refused.text
    later(world, DAY)
    assert state(world) == "waiting"
    other = world.log_in(second)
    assert WORDS["title"] in page(other, HERE).text
    assert act(world, other, "notice.confirm", audience).status_code == 303
    later(world, DAY)
    assert inbox(world, "nurse") == [WORDS["title"]]


def test_the_same_words_twice_are_refused_and_come_back(world: World) -> None:
    chair = world.log_in("chair")
    write(chair)
    again = write(chair)
    assert again.status_code == 422
    assert "You sent these words today" in again.text and "Come as you are." in again.text
    assert len(world.rows("SELECT id FROM desk_notice")) == 1
    assert write(chair, title="We meet on Tuesday").status_code == 303


def test_a_message_is_corrected_and_taken_back_on_every_phone(world: World) -> None:
    chair = world.log_in("chair")
    write(chair)
    later(world, 2 * MINUTE)
    act(world, chair, "notice.correct", title="We meet on Tuesday", text="In the hall.")
    (notice,) = world.phone("private").all("notice").values()
    assert (notice["title"], notice["body"], notice["version"]) == ("We meet on Tuesday", ["In the hall."], 2)
    act(world, chair, "notice.withdraw")
    (notice,) = world.phone("private").all("notice").values()
    assert (notice["title"], notice["state"], notice["version"]) == ("", "withdrawn", 3)
    assert world.rows("SELECT title FROM desk_notice") == [{"title": ""}]


MAY = {"n2": {"chair", "vicechair"}, "n1": set(), "news": {"coordinator"}, "partnership": {"staffside"}, "n99": set()}


@pytest.mark.parametrize("audience", MAY)
def test_nobody_writes_to_those_they_do_not_look_after(sqlite_world: World, audience: str) -> None:
    for key in EVERYBODY:
        status = write(visitor(sqlite_world, key), audience, title=f"From {key}").status_code
        assert status == (303 if key in MAY[audience] else 422 if key else 401), key
    assert len(sqlite_world.rows("SELECT id FROM desk_notice")) == len(MAY[audience])


def test_who_wrote_it_is_in_no_row(world: World) -> None:
    write(world.log_in("chair"))
    later(world, 2 * MINUTE)
    for table in ("desk_notice", "notice", "ring", "delivery"):
        assert "chair" not in str(world.rows(f"SELECT * FROM {table}")).replace("The chair", ""), table


def test_no_answer_of_the_desk_changes_with_one_more_private_member(world: World) -> None:
    chair = world.log_in("chair")
    subscribe(world, "nurse")

    def replies(title: str) -> list[tuple[int, dict[str, str], int]]:
        sent = write(chair, title=title)
        later(world, 2 * MINUTE)
        seen = [told(each) for each in (sent, page(chair, HERE), act(world, chair, "notice.stop"), page(chair, HERE))]
        world.write(_forgotten)
        return [(status, {**headers, "etag": ""}, len(body)) for status, headers, body in seen]

    before = replies("Title 1")
    assert before == replies("Title 2"), "else it says nothing"
    join(world, "nurse", "nobody")
    assert replies("Title 3") == before
    assert len(inbox(world, "nurse")) == 3


def _forgotten(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM desk_notice")


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(world: World) -> None:
    answer = write(world.log_in("chair"), title="")
    assert answer.status_code == 422
    assert "Write a title, in up to 100 letters." in answer.text and "Come as you are." in answer.text

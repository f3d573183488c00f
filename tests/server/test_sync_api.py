"""POST /sync at its door: who gets what, what is refused and how, and what a reply costs."""

import gzip
import itertools
import time
from typing import Any

import httpx
import pytest

from server import sync_api
from server.demo import person_id
from sync.wire import MAX_BODY
from tests.world import Person, World

NURSE = person_id("nurse")
NUMBER = itertools.count(1)


def action(seq: int, kind: str = "pledge.take", **changes: Any) -> dict[str, Any]:
    made = {"id": f"action-{next(NUMBER):06}", "seq": seq, "kind": kind, "v": 1, "at": time.time_ns() // 1_000_000}
    return made | {"data": {"pledge": "p1", "version": 1, "show": "name"}, "seen": 0} | changes


def first(person: Person, device: str = "phone-1") -> tuple[dict[str, Any], dict[str, int]]:
    """What a phone knows after its first request: who, in which history, and its cursors."""
    said = person.sync(device=device).json()
    said = person.sync(device=device).json()
    known = {"person": said["person"], "epoch": said["epoch"], "device": device}
    return known, {scope: changes["to"] for scope, changes in said["scopes"].items()}


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= said.keys()
    return answer.status_code, said["code"]


def rows(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT id FROM action WHERE id LIKE 'action-%'")


# What a phone gets


def test_the_first_request_of_a_phone_brings_everything_it_may_hold(world: World) -> None:
    said = world.log_in("nurse").sync(device="phone-1").json()
    assert said["person"] == NURSE
    own = {name for name in said["scopes"] if name.startswith("member:")}
    assert said["scopes"].keys() - own == {"open", "public", f"person:{NURSE}", "team:t1"} and len(own) == 7
    assert {said["more"], "new_device" in said} == {False}
    assert said["next"] == sync_api.NEXT_SECONDS
    assert said["build"]
    kinds = {kind for changes in said["scopes"].values() for _, kind, _, _ in changes["docs"]}
    assert {"pledge", "help", "team", "person", "device", "pledge_shown"} <= kinds


def test_a_reply_that_is_not_all_says_how_many_records_are_still_to_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = world.log_in("nurse")
    whole = nurse.sync(device="phone-1").json()
    assert "left" not in whole
    monkeypatch.setattr(sync_api, "MAX_RECORDS", 10)
    said = nurse.sync(device="phone-1").json()
    held, every = (sum(len(scope["docs"]) for scope in each["scopes"].values()) for each in (said, whole))
    assert said["more"] and held < every
    assert held + said["left"] == every


def test_nothing_new_is_204_and_small(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    answer = nurse.sync(**known, cursors=cursors, actions=[])
    assert (answer.status_code, answer.content) == (204, b"")
    assert list(answer.headers) == []


def test_it_is_not_204_when_a_scope_is_missing_or_behind_or_a_check_is_asked(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    fewer = {scope: to for scope, to in cursors.items() if scope != "public"}
    assert nurse.sync(**known, cursors=fewer).json()["scopes"]["public"]["reset"]
    behind = cursors | {f"person:{NURSE}": cursors[f"person:{NURSE}"] - 1}
    assert nurse.sync(**known, cursors=behind).json()["scopes"].keys() == {f"person:{NURSE}"}
    assert nurse.sync(**known, cursors=cursors | {"team:t2": 5}).json()["scopes"] == {"team:t2": None}
    assert nurse.sync(**known, cursors=cursors, check={"public": [1, 1]}).json()["scopes"]["public"]["reset"]
    without = {name: value for name, value in known.items() if name != "epoch"}
    assert nurse.sync(**without, cursors=cursors).json()["epoch"] == known["epoch"]


def test_actions_come_back_with_outcomes_and_what_they_changed(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    sent = action(1)
    said = nurse.sync(**known, cursors=cursors, actions=[sent]).json()
    ((id, outcome, why, detail),) = said["outcomes"]
    assert (id, outcome, why) == (sent["id"], "applied", None)
    assert abs(detail["at"] - said["now"]) < 5_000
    changed = {(kind, key) for changes in said["scopes"].values() for key, kind, _, _ in changes["docs"]}
    assert ("pledging", "p1") in changed


def test_a_lost_reply_replayed_ten_times_gives_one_row_and_the_same_receipt(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    message = known | {"cursors": cursors, "actions": [action(1)]}
    receipts = [nurse.sync(**message).json()["outcomes"] for _ in range(10)]
    assert all(receipt == receipts[0] for receipt in receipts)
    assert len(rows(world)) == 1


def test_one_bad_action_in_a_good_batch_is_rejected_alone(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    batch = [action(1), action(2, data={"pledge": 7}), action(3, "pledge.withdraw", data={"pledge": "p1"})]
    said = nurse.sync(**known, cursors=cursors, actions=batch).json()
    assert [outcome for _, outcome, _, _ in said["outcomes"]] == ["applied", "rejected", "applied"]
    assert said["outcomes"][1][2] == "bad_arguments"
    assert said["outcomes"][1][3]["words"]


def test_an_unknown_kind_waits(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    said = nurse.sync(**known, cursors=cursors, actions=[action(1, "pledge.renew")]).json()
    assert said["outcomes"][0][1] == "later"


def test_a_phone_that_counts_again_is_told_so_and_nothing_is_applied(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    nurse.sync(**known, cursors=cursors, actions=[action(1)])
    said = nurse.sync(**known, cursors=cursors, actions=[action(1)]).json()
    assert said["new_device"] is True
    assert said["outcomes"] == []
    assert len(rows(world)) == 1


def test_another_history_is_answered_with_the_epoch_only(world: World) -> None:
    nurse = world.log_in("nurse")
    known, cursors = first(nurse)
    answer = nurse.sync(**known | {"epoch": "other"}, cursors=cursors, actions=[action(1)])
    assert answer.json() == {"epoch": known["epoch"]}
    assert rows(world) == []


def test_a_long_reply_is_packed_and_a_short_one_is_not(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    known, cursors = first(nurse)
    long = nurse.sync(device="phone-1")
    assert long.headers["content-encoding"] == "gzip"
    assert int(long.headers["content-length"]) < len(long.content) / 2
    short = nurse.sync(**known, cursors=cursors, actions=[action(1, "pledge.renew")])
    assert "content-encoding" not in short.headers
    plain = nurse._send(
        "POST", "/sync", {"Accept-Encoding": "identity"}, json={"v": 1, "sent_at": 1, "device": "phone-1"}
    )
    assert "content-encoding" not in plain.headers
    assert gzip.compress(plain.content)


# Who gets nothing


def test_without_a_log_in_only_what_is_open_is_told_and_nothing_is_written(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = world.nobody()
    capsys.readouterr()
    said = nobody.sync(cursors={"public": 0, "open": 0, f"person:{NURSE}": 1}, device="phone-9").json()
    assert "person" not in said
    assert said["scopes"]["open"]["docs"]
    assert {scope for scope, changes in said["scopes"].items() if changes} == {"open"}
    again = nobody.sync(cursors={"open": said["scopes"]["open"]["to"]}, epoch=said["epoch"])
    assert again.status_code == 204
    assert capsys.readouterr().err == ""
    assert world.rows("SELECT * FROM device WHERE id = 'phone-9'") == []


@pytest.mark.parametrize("claim", [{"person": NURSE}, {"actions": [action(1)], "device": "phone-1"}])
def test_without_a_log_in_nothing_can_be_claimed(world: World, claim: dict[str, Any]) -> None:
    assert code(world.nobody().sync(**claim)) == (401, "log_in")
    assert rows(world) == []


def test_a_made_up_cookie_is_nobody(sqlite_world: World) -> None:
    stranger = sqlite_world.nobody()
    stranger._cookie = "session=" + "x" * 43
    assert code(stranger.sync(person=NURSE, device="phone-1")) == (401, "log_in")


def test_somebody_elses_outbox_is_not_taken(world: World) -> None:
    ally = world.log_in("ally")
    assert code(ally.sync(person=NURSE, device="phone-1", actions=[action(1)])) == (409, "other_person")
    assert rows(world) == []
    assert world.rows("SELECT device FROM session WHERE device IS NOT NULL") == []


def test_somebody_elses_action_id_reveals_and_applies_nothing(world: World) -> None:
    nurse, ally = world.log_in("nurse"), world.log_in("ally")
    sent = action(1)
    nurse.sync(device="phone-1", actions=[sent])
    said = ally.sync(device="phone-2", actions=[sent | {"data": {"pledge": "p2", "version": 1, "show": "name"}}]).json()
    assert said["outcomes"][0][1:3] == ["rejected", "not_yours"]
    assert (
        len(world.rows("SELECT * FROM pledging WHERE pledge_id = 'p2' AND person_id = :me", me=person_id("ally"))) == 0
    )


def test_a_phone_gets_only_the_scopes_of_its_person(world: World) -> None:
    ally = world.log_in("ally")
    asked = {f"person:{NURSE}": 0, "team:t9": 0, "person:": 0, "%": 0}
    said = ally.sync(device="phone-2", cursors=asked).json()
    assert [said["scopes"][scope] for scope in asked] == [None] * 4


# What is refused


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"\xff\xfe", "body"),
        (b'{"v":1}', "sent_at"),
        (b'{"v":2,"sent_at":1}', "v"),
        (b'{"v":1,"sent_at":1,"more":1}', "more"),
        (b'{"v":1,"sent_at":1,"cursors":{"open":-1}}', "cursors[...]"),
        (b'{"v":1,"sent_at":1,"cursors":{"open":1.5}}', "cursors[...]"),
        (b'{"v":1,"sent_at":1,"actions":[{"id":"a"}]}', "device"),
        (b'{"v":1,"sent_at":1,"device":"d","actions":[{"id":"action-a"},{"seq":1}]}', "actions[1].id"),
    ],
)
def test_a_malformed_message_names_its_field_and_applies_nothing(world: World, message: bytes, field: str) -> None:
    nurse = world.log_in("nurse")
    answer = nurse._send("POST", "/sync", content=message)
    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == field
    assert rows(world) == []


def test_too_much_is_refused_before_it_is_read(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    known, cursors = first(nurse)
    assert code(nurse._send("POST", "/sync", content=b"x" * (MAX_BODY + 1))) == (413, "too_large")
    assert code(nurse._send("POST", "/sync", content=iter([b"x" * 100_000] * 3))) == (413, "too_large")
    many = nurse.sync(**known, cursors=cursors, actions=[action(seq) for seq in range(1, 102)])
    assert code(many) == (413, "too_large")
    assert rows(sqlite_world) == []


def test_too_many_at_once_are_told_when_to_come_back(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    nurse = sqlite_world.log_in("nurse")
    monkeypatch.setattr(sync_api, "AT_ONCE", 0)
    answer = nurse.sync(device="phone-1")
    assert code(answer) == (503, "too_busy")
    assert answer.headers["retry-after"] == str(sync_api.RETRY_SECONDS)


def test_another_method_is_not_for_this_door(sqlite_world: World) -> None:
    answer = sqlite_world.nobody().get("/sync")
    assert code(answer) == (405, "wrong_method")
    assert answer.headers["allow"] == "POST"


def test_a_server_without_its_database_says_so_and_loses_nothing(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    known, cursors = first(nurse)
    sqlite_world.write(lambda connection: connection.exec_driver_sql("ALTER TABLE scope RENAME TO away"))
    message = known | {"cursors": cursors, "actions": [action(1)]}
    assert code(nurse.sync(**message)) == (500, "problem")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("ALTER TABLE away RENAME TO scope"))
    assert nurse.sync(**message).json()["outcomes"][0][1] == "applied"

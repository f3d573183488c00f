"""POST /sync from somebody who means harm: nobody else's records, nothing stored, no fault, and a refusal in words."""

from __future__ import annotations

import gzip
import itertools
import json
import time
from typing import Any

import httpx

from server.demo import person_id
from sync import Kind
from sync.wire import MAX_ACTION, MAX_BODY, MAX_CURSORS, Action, Request
from tests.server.hostile import ATTACKER, INJECTED, NETWORKS, OTHER, WORDS, Watch, scopes_of_other, watch
from tests.world import Person, World

ME = person_id(ATTACKER)
TAKE = {"pledge": "p3", "version": 1, "show": "name"}
NUMBER = itertools.count(1)
# Every kind of thing that JSON can hold where something else belongs. Text is what is sent, as it is sent.
WRONG = (
    *("null", "true", "-1", "1.5", "1e400", "-0", str(2**53), str(2**63), "9" * 4_000, "9" * 5_000, "NaN", "Infinity"),
    *('""', '"x y"', '"a\\u0000b"', '"\\ud800"', '"' + "x" * 300 + '"', '"Ａ\\u202e"', '"<script>"'),
    *("[]", "{}", "[[]]", '{"a":{}}', '[{"id":1}]', '{"x":-1}', '{"x":[1]}', '{"a\\u0000b":1}', '{"a\\u0000b":[1,1]}'),
    *("[" * 2_000 + "]" * 2_000, '{"a":' * 2_000 + "1" + "}" * 2_000, "", "}", '"'),
)
NOT_DONE = {("rejected", "bad_arguments"), ("rejected", "too_old"), ("later", None)}
# What would change a domain table, had it been applied.
DOMAIN = (
    "pledging",
    "finished",
    "membership",
    "network_asked",
    "preference",
    "notice",
    "notice_read",
    "network",
    "pledge",
    "person",
    "role",
    "team",
    "session",
    "record",
)


def action(seq: int = 1, kind: str = "pledge.take", **changes: Any) -> dict[str, Any]:
    made = {"id": f"attack-{next(NUMBER):06}", "seq": seq, "kind": kind, "v": 1, "at": time.time_ns() // 1_000_000}
    return made | {"data": TAKE, "seen": 0} | changes


def attacker(world: World) -> tuple[Watch, Person]:
    """Their phone has synced once, so nothing is left to be written about it."""
    watched, person = watch(world), world.log_in(ATTACKER)
    watched.fine(person.sync(device="phone-1"))
    return watched, person


def up_to_date(person: Person) -> dict[str, str]:
    """The fields of a message to which there is little to answer, as JSON text."""
    said = person.sync(device="phone-1").json()
    cursors = {scope: changes["to"] for scope, changes in said["scopes"].items()}
    return {"v": "1", "sent_at": str(said["now"]), "device": '"phone-1"', "cursors": json.dumps(cursors)}


def send(person: Person, message: str | bytes, **headers: str) -> httpx.Response:
    return person._send("POST", "/sync", headers, content=message)


def text_of(**fields: str) -> str:
    """A message whose fields are JSON text already, so that they can be no JSON at all."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


def domain(watched: Watch) -> dict[str, list[str]]:
    tables = watched.tables()
    return {name: tables[name] for name in DOMAIN}


# Records of others


def test_forged_cursors_and_checks_open_nothing(world: World) -> None:
    watched, person = attacker(world)
    asked = [*scopes_of_other(world), f"person:{person_id('private')}", "person:", "member:", "network:%", "*"]
    with watched.nothing_stored():
        for cursor in (0, 1, 5, 2**53 - 1):
            cursors = dict.fromkeys(asked, cursor)
            message = {"cursors": cursors, "check": dict.fromkeys(asked, (1, 1))}
            said = watched.fine(person.sync(device="phone-1", **message), asked)
            assert {scope: said.json()["scopes"][scope] for scope in asked} == dict.fromkeys(asked)
            watched.fine(world.nobody().sync(**message), asked)


def test_everything_somebody_may_hold_has_nothing_of_the_other_in_it(world: World) -> None:
    watched, person = attacker(world)
    said = watched.fine(person.sync(device="phone-1")).json()
    assert said["scopes"]["public"]["docs"] and said["person"] == ME
    assert {f"network:{network}" for network in NETWORKS} & said["scopes"].keys() == set()


# Actions of others, and as others


def test_an_action_of_somebody_else_told_again_does_nothing_and_tells_nothing(world: World) -> None:
    watched, person = attacker(world)
    theirs = world.rows("SELECT id FROM action WHERE person = :other", other=OTHER)
    assert theirs
    sent = [action(number + 1, id=each["id"]) for number, each in enumerate(theirs)]
    before = domain(watched)
    with watched.nothing_of_others_changed():
        said = watched.fine(person.sync(device="phone-1", actions=sent)).json()
    assert {(outcome, code) for _, outcome, code, _ in said["outcomes"]} == {("rejected", "not_yours")}
    assert domain(watched) == before


def test_an_action_told_again_otherwise_is_answered_as_the_first_time(world: World) -> None:
    watched, person = attacker(world)
    watched.secrets -= {WORDS[4]}  # the name of their phone was guessed
    sent = action()
    first = person.sync(device="phone-1", actions=[sent]).json()["outcomes"]
    other: list[dict[str, Any]] = [
        {"data": TAKE | {"pledge": "p5"}},
        {"kind": "network.ask", "data": {"topic": "a1"}},
        {"seq": 9},
        {"v": 7},
    ]
    before = domain(watched)
    for changes in other:
        for device in ("phone-1", "phone-2", WORDS[4]):
            said = watched.fine(person.sync(device=device, actions=[sent | changes])).json()
            assert said["outcomes"] == first
    assert domain(watched)["pledging"] == before["pledging"]
    assert domain(watched)["network_asked"] == before["network_asked"]


def test_nobody_acts_as_somebody_else(world: World) -> None:
    watched, person = attacker(world)
    with watched.nothing_stored():
        as_other = watched.fine(person.sync(device="phone-1", person=OTHER, actions=[action()]))
        twice = text_of(v="1", sent_at="1", person=f'"{ME}"', device='"d"', actions="[]")
        named_twice = send(person, twice.replace('"device"', f'"person":"{OTHER}","device"'))
        assert {as_other.status_code, watched.fine(named_twice).status_code} == {409}
    with watched.nothing_of_others_changed():
        said = watched.fine(
            person.sync(device="phone-1", actions=[action(person=OTHER, scope=f"person:{OTHER}")])
        ).json()
        assert said["outcomes"][0][1] == "applied"
        asked = [
            action(seq + 2, kind, data=data | {"person": OTHER}) for seq, (kind, data) in enumerate(good().items())
        ]
        said = watched.fine(person.sync(device="phone-1", actions=asked)).json()
        assert {code for _, _, code, _ in said["outcomes"]} == {"bad_arguments", "online_only"}
    assert world.rows("SELECT pledge_id FROM pledging WHERE person_id = :me", me=ME) == [{"pledge_id": "p3"}]


def good() -> dict[str, dict[str, Any]]:
    """Arguments of each kind that would be taken."""
    network, scheme, desk = {"network": "n3"}, {"scheme": "s1"}, {"place": "c1"}
    return {
        "pledge.take": TAKE,
        "pledge.withdraw": {"pledge": "p1"},
        "pledge.report": {"pledge": "p1", "how": "did"},
        "module.finish": {"module": "m1", "version": 1, "gate_met": "yes"},
        "network.join": network | {"as": "member", "seen_by": "nobody", "consent": 1},
        "network.leave": network,
        "network.seen_by": network | {"seen_by": "nobody"},
        "network.ask": {"topic": "a1"},
        "network.open": network | {"state": "closed"},
        "network.tell": network | {"heard": "That it is cold", "owner": "trust", "did": "It is warm"},
        "network.untell": network | {"said": "1"},
        "network.post": network | {"title": "Hello", "text": "We meet on Monday"},
        "network.unpost": network | {"post": "1"},
        "network.hand_over": network | {"to": OTHER},
        "ally.request": scheme | {"item": "i1", "collect_at": "c1"},
        "ally.cancel": scheme,
        "ally.step_back": scheme,
        "ally.replace": scheme,
        "scheme.set_state": scheme | {"state": "closed"},
        "ally.agree": {"code": "K7M7"},
        "stock.move": desk | {"item": "i4", "what": "delivery", "number": 3},
        "stock.collect": desk | {"code": "2222"},
        "stock.put_back": desk | {"code": "2222"},
        "stock.checked": desk | {"code": "2222"},
        "preference.set": {"name": "shift", "value": "nights"},
        "notice.read": {"notice": "1"},
        "notice.send": {"audience": "n3", "title": "Hello", "text": "We meet on Monday", "when": "now"},
        "notice.confirm": {"audience": "news", "notice": "1"},
        "notice.stop": {"audience": "n3", "notice": "1"},
        "notice.correct": {"audience": "n3", "notice": "1", "title": "Hello", "text": "We meet on Friday"},
        "notice.withdraw": {"audience": "n3", "notice": "1"},
        "network.level": network | {"level": "none"},
        "device.remove": {"device": "phone-1"},
    }


def test_a_phone_of_another_name_takes_nothing_away_from_somebody(world: World) -> None:
    """A device's name is of one person only; a log in of somebody else cannot be ended by its name."""
    watched, person = attacker(world)
    watched.secrets -= {WORDS[4]}  # which was guessed
    log_ins = world.rows("SELECT id FROM session WHERE person_id = :other", other=OTHER)
    with watched.nothing_of_others_changed():
        watched.fine(person.sync(device=WORDS[4], actions=[action(seq=1)]))
        for seq, name in enumerate([log_ins[0]["id"], OTHER, "%", "' OR 1=1 --"]):
            remove = action(seq + 2, "device.remove", data={"device": name})
            said = watched.fine(person.sync(device=WORDS[4], actions=[remove])).json()
            assert said["outcomes"][0][1:3] == ["rejected", "unknown.device"]


# Too much


def test_too_much_is_refused_in_words_and_nothing_of_it_is_kept(world: World) -> None:
    watched, person = attacker(world)
    many = {f"team:{number}": 1 for number in range(MAX_CURSORS + 1)}
    checks = dict.fromkeys(many, (1, 1))
    deep = ["[" * 100_000 + "]" * 100_000, '{"a":' * 30_000 + "1" + "}" * 30_000]
    message = {"v": "1", "sent_at": "1", "device": '"phone-1"'}
    bomb = gzip.compress(b" " * 50_000_000)
    with watched.nothing_stored():
        answers = [
            send(person, b" " * (MAX_BODY + 1)),
            send(person, text_of(**message, cursors=json.dumps(many))),
            send(person, text_of(**message, check=json.dumps(checks))),
            send(person, text_of(**message, actions=json.dumps([action(seq) for seq in range(1, 102)]))),
            *(send(person, text_of(**message, actions=each)) for each in deep),
            *(send(person, text_of(**message, more='"\\ud800"', cursors=each)) for each in deep),
            send(person, bomb, **{"Content-Encoding": "gzip"}),
        ]
        assert {watched.fine(answer).status_code for answer in answers} == {400, 413}
    with watched.nothing_of_others_changed():
        long = action(more="x" * MAX_ACTION, data=TAKE | {"pledge": "p7"})
        said = watched.fine(person.sync(device="phone-1", actions=[long])).json()
        assert said["outcomes"][0][1:3] == ["rejected", "bad_arguments"] and said["outcomes"][0][3]["words"]
    assert world.rows("SELECT * FROM pledging WHERE person_id = :me", me=ME) == []


def test_a_length_that_is_no_length_is_not_our_fault(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    with watched.nothing_stored():
        for length in ("", "x", "-1", "1e3", "+5", "1_000", "0x10", "٣", "9" * 400, "9" * 5_000):
            headers: dict[str, Any] = {"Content-Length": length.encode()}
            assert watched.fine(send(person, "x", **headers)).status_code in (400, 413), length


# Of the wrong kind


def test_every_field_of_the_message_with_something_else_in_it(world: World) -> None:
    watched, person = attacker(world)
    message, before = up_to_date(person), domain(watched)
    with watched.nothing_of_others_changed():
        for field in Request.__struct_fields__:
            for value in WRONG:
                answer = watched.fine(send(person, text_of(**message | {field: value})))
                assert answer.status_code in (200, 204, 400, 409), (field, value)
        twice = text_of(**message).replace("{", '{"v":2,"sent_at":"x","device":[],', 1)
        assert watched.fine(send(person, twice)).status_code == 400
    assert domain(watched) == before


def test_every_field_of_an_action_with_something_else_in_it(world: World) -> None:
    watched, person = attacker(world)
    known, before = up_to_date(person), domain(watched)
    for field in Action.__struct_fields__:
        for value in WRONG:
            data = TAKE | {"show": "all"}
            sent = {name: json.dumps(each) for name, each in action(next(NUMBER), data=data).items()}
            one = text_of(**sent | {field: value})
            answer = watched.fine(send(person, text_of(**known, actions=f"[{one}]")))
            assert answer.status_code in (200, 400), (field, value)
            for _, outcome, code, detail in answer.json().get("outcomes", []):
                assert (outcome, code) in NOT_DONE, (field, value)
                assert outcome == "later" or detail["words"], (field, value)
    assert domain(watched) == before


def kinds(world: World) -> list[Kind]:
    return list(world.engine.kinds.values())


def test_every_argument_of_every_kind_with_something_else_in_it(world: World) -> None:
    watched, person = attacker(world)
    assert good().keys() == {kind.name for kind in kinds(world)}
    known, before = up_to_date(person), domain(watched)
    for kind in kinds(world):
        for field in kind.args.__struct_encode_fields__:
            values = [value for value in WRONG if value not in ("", "}", '"', "NaN", "Infinity")]
            for value in values:
                data = {name: json.dumps(each) for name, each in good()[kind.name].items()} | {field: value}
                sent = {name: json.dumps(each) for name, each in action(next(NUMBER), kind.name).items()}
                one = text_of(**sent | {"data": text_of(**data)})
                answer = watched.fine(send(person, text_of(**known, actions=f"[{one}]")))
                assert answer.status_code in (200, 400)
                ((_, outcome, _, detail),) = answer.json().get("outcomes") or [(0, "", 0, {})]
                assert outcome != "rejected" or detail["words"], (kind.name, field, value)
    assert domain(watched) == before


def test_what_is_injected_is_text_and_is_kept_nowhere(world: World) -> None:
    """The journal holds ids and outcomes, never arguments: of what was sent nothing is found again in any table."""
    watched, person = attacker(world)
    known, before = up_to_date(person), domain(watched)
    for kind in kinds(world):
        for field in kind.args.__struct_encode_fields__:
            for text in INJECTED:
                sent = action(next(NUMBER), kind.name, data=good()[kind.name] | {field: text})
                answer = watched.fine(send(person, text_of(**known, actions=json.dumps([sent]))))
                assert text not in json.dumps(answer.json()["outcomes"], ensure_ascii=False), (kind.name, field)
    assert domain(watched) == before
    stored = str(watched.tables())
    assert [text for text in INJECTED if text in stored or repr(text)[1:-1] in stored] == []

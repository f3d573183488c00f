"""The message: what is refused, where, and that bodies pass through untouched."""

import json
from typing import Any

import msgspec
import pytest

from sync import Changes, Malformed, Reply, TooLarge, decode_request, encode_reply
from sync.wire import MAX_ACTIONS, MAX_BODY, MAX_CURSORS, SAFE

GOOD: dict[str, Any] = {
    "v": 1,
    "epoch": "k3f",
    "person": "9",
    "device": "d1",
    "sent_at": 1_760_000_000_000,
    "actions": [{"anything": "is decoded later"}],
    "cursors": {"public": 812},
    "check": {"public": [31, 2210]},
}


def decode(change: dict[str, Any]) -> Any:
    return decode_request(json.dumps(GOOD | change).encode())


def test_a_whole_request_and_the_smallest_one_are_read() -> None:
    assert decode({}).check == {"public": (31, 2210)}
    assert decode_request(b'{"v":1,"sent_at":1}').actions == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"v": 2}, "v"),
        ({"sent_at": "now"}, "sent_at"),
        ({"sent_at": 1.5}, "sent_at"),
        ({"sent_at": SAFE + 1}, "sent_at"),
        ({"device": "a b"}, "device"),
        ({"device": None}, "device"),
        ({"actions": {}}, "actions"),
        ({"cursors": {"public": -1}}, "cursors[...]"),
        ({"cursors": {"public": SAFE + 1}}, "cursors[...]"),
        ({"cursors": {f"s{number}": 1 for number in range(MAX_CURSORS + 1)}}, "cursors"),
        ({"check": {"public": [1]}}, "check[...]"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_fault_of_the_envelope_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as told:
        decode(change)
    assert told.value.field == field


def test_half_a_letter_in_one_action_does_not_stop_the_queue() -> None:
    request = decode_request(b'{"v":1,"sent_at":1,"device":"d1","actions":[{"text":"a\\uD83Db \\ud83d\\ude00"}]}')
    assert json.loads(bytes(request.actions[0])) == {"text": "a?b \U0001f600"}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'"\\ud8',
        b'{"\\ud800":1}',
        b"\\ud800" + b"[" * 100_000,
        b"",
        b"[",
        b"\xff",
        b"[]",
        b"null",
        b'{"v":1}',
    ],
)
def test_what_is_no_request_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode_request(body)


def test_too_much_at_once_asks_for_less() -> None:
    for change in ({"actions": [1] * (MAX_ACTIONS + 1)}, {"person": "x" * MAX_BODY}):
        with pytest.raises(TooLarge):
            decode(change)


def test_a_body_is_copied_into_the_reply_and_never_parsed() -> None:
    strange = '{"b":1,  "a":"é\\u0041"}'
    docs = [("e1", "event", msgspec.Raw(strange), 3), ("e2", "event", msgspec.Raw(b"null"), 4)]
    reply = Reply(epoch="k", now=5, person="9", next=300, scopes={"public": Changes(to=4, docs=docs), "gone": None})
    assert encode_reply(reply).decode() == (
        '{"epoch":"k","now":5,"person":"9","next":300,"more":false,"outcomes":[],"scopes":{"public":'
        '{"to":4,"docs":[["e1","event",' + strange + ',3],["e2","event",null,4]]},"gone":null}}'
    )


def test_what_is_not_so_is_not_said() -> None:
    told = json.loads(encode_reply(Reply(epoch="k", now=5)))
    assert "new_device" not in told and "person" not in told
    assert json.loads(encode_reply(Reply(epoch="k", now=5, new_device=True)))["new_device"] is True

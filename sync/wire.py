"""The message of POST /sync, both ways. Knows the shapes and the limits, and nothing of what they mean."""

import json
import re
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from sync.errors import Malformed, TooLarge

MAX_ACTIONS = 100
MAX_BODY = 256 * 1024
MAX_ACTION = 8 * 1024
MAX_CURSORS = 64
MAX_RECORDS = 500  # a page of a pull
SAFE = 2**53 - 1  # the largest whole number a browser keeps exactly

Count = Annotated[int, Meta(ge=0, le=SAFE)]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}(?!\n)$")]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]  # no database keeps that letter

Outcome = tuple[str, str, str | None, dict[str, object]]  # id, outcome, code, {"at": ms, "words": text}
Row = tuple[str, str, Raw, int]  # id, kind, body, version


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: Literal[1]
    sent_at: Count
    device: Id | None = None
    epoch: Name | None = None
    person: Name | None = None
    actions: list[Raw] = []
    cursors: dict[Name, Count] = {}
    check: dict[Name, tuple[Count, Count]] = {}


class Action(Struct, frozen=True, kw_only=True):
    """One action of the envelope. A field this build does not know is left alone: a newer phone sent it."""

    id: Id
    kind: Annotated[str, Meta(min_length=1, max_length=64)]
    v: Annotated[int, Meta(ge=1, le=SAFE)]
    at: Count
    data: Raw
    seq: Count = 0
    seen: Count | None = None


class Named(Struct):
    id: Id


class Changes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is new in one scope, up to the version `to`. After a reset the phone keeps nothing older of the scope."""

    to: int
    docs: list[Row]
    reset: bool = False


class Reply(Struct, frozen=True, kw_only=True):
    epoch: str
    now: int
    person: str | UnsetType = UNSET
    next: int | UnsetType = UNSET
    more: bool = False
    left: int | UnsetType = UNSET  # records still to come, only when there are more
    build: str | UnsetType = UNSET
    new_device: bool | UnsetType = UNSET
    outcomes: list[Outcome] = []
    scopes: dict[str, Changes | None] = {}


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, json.JSONDecodeError, RecursionError)
NOT_EXPECTED = "Something else belongs in this field. Update the app, then send it again."
NOT_JSON = "This is not JSON. Update the app, then send it again."

_request = msgspec.json.Decoder(Request)
_encoder = msgspec.json.Encoder()
_PLACE = re.compile(r"`\$\.?([^`]*)`$")
_FIELD = re.compile(r"field `([^`]+)`")


def decode_request(body: bytes) -> Request:
    if len(body) > MAX_BODY:
        raise TooLarge("body", "This is more than can be sent at once.")
    try:
        request = _request.decode(body if b"\\ud" not in body.lower() else whole_text(body))
    except msgspec.ValidationError as error:
        raise Malformed(place(error), NOT_EXPECTED) from None
    except (*UNREADABLE, ValueError):  # also a number of thousands of digits
        raise Malformed("body", NOT_JSON) from None
    if len(request.actions) > MAX_ACTIONS:
        raise TooLarge("actions", f"At most {MAX_ACTIONS} actions can be sent at once.")
    if len(request.cursors) > MAX_CURSORS:
        raise Malformed("cursors", f"At most {MAX_CURSORS} cursors can be sent.")
    if len(request.check) > MAX_CURSORS:
        raise Malformed("check", f"At most {MAX_CURSORS} scopes can be checked.")
    if request.actions and request.device is None:
        raise Malformed("device", "Actions come from a device.")
    return request


def whole_text(body: bytes) -> bytes:
    """Half a surrogate pair, which browsers can put in text, becomes a question mark: one letter stops no queue."""
    return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")


def place(error: Exception) -> str:
    """The name of the field a decoder complained of: `actions[3].id`, or the top when it is the message itself."""
    text = str(error)
    path = _PLACE.search(text)
    field = _FIELD.search(text)
    parts = [path.group(1) if path else "", field.group(1) if field else ""]
    return ".".join(part for part in parts if part) or "body"


def encode_reply(reply: Reply) -> bytes:
    """Bodies are ready JSON text and are copied in as they are, never parsed."""
    return _encoder.encode(reply)


def encode_body(body: object) -> str:
    return _encoder.encode(body).decode()


def seal(body: str) -> str:
    """The one place where a record's body could be encrypted at rest; with `open_`, what it was."""
    return body


def open_(body: str) -> str:
    return body

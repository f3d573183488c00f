"""`/push`: a browser says where it can be rung, no longer can be, or wants to be rung now. Knows no notice.

Only for whoever is logged in, each for their own phone. What a push service answers is told in words of ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from sqlalchemy import Connection

from server.problems import PROBLEM_JSON, Problem, problem
from server.push import subscriptions
from server.push.payload import payload
from server.push.subscriptions import Phone, SomebodyElses
from server.push.webpush import ACCEPTED, GONE, REFUSED, Message, Sender, sealed_for
from server.sessions import Visitor
from server.site import Site, now, token_of
from server.web import AnyRequest, visitor_of

P = ParamSpec("P")
R = TypeVar("R")

MAX_BYTES = 8_000
TEST_SECONDS = 60
NO_STORE = {"Cache-Control": "no-store"}
NOT_SET_UP = "Notifications are not set up here. What is new waits for you in the app."
UNKNOWN_SERVICE = (
    "We do not know the push service of this browser. Try another browser. What is new waits for you in the app."
)
BAD_KEYS = "Your browser gave us keys that do not work. Turn notifications off and on again."
ELSEWHERE = "We know this phone by other keys. Turn notifications off and on again."
SAID = {
    "accepted": "The push service has taken it. Your phone should show it within a minute.",
    "refused": "The push service did not take it. Turn notifications off and on again.",
    "gone": "The push service does not know this phone any more. Turn notifications off and on again.",
    "waits": "The push service does not answer now. Try again in a few minutes.",
}

Said = dict[int, ResponseSpec]


class Keys(msgspec.Struct):
    p256dh: Annotated[str, msgspec.Meta(max_length=200)]
    auth: Annotated[str, msgspec.Meta(max_length=100)]


class Listening(msgspec.Struct):
    """`replaces` is the endpoint that this browser had before, which may go on working for a while."""

    endpoint: Annotated[str, msgspec.Meta(max_length=2_048)]
    keys: Keys
    replaces: Annotated[str, msgspec.Meta(max_length=2_048)] | None = None


class Endpoint(msgspec.Struct):
    endpoint: Annotated[str, msgspec.Meta(max_length=2_048)]


class Key(msgspec.Struct):
    key: str
    log_in: bool


class State(msgspec.Struct):
    state: str


class Tested(msgspec.Struct):
    """How far a test came: the phone itself has to see whether it was shown."""

    step: str
    state: str
    words: str


def _refusals(*statuses: int) -> Said:
    return {
        each: ResponseSpec(Problem, generate_examples=False, description="Refused", media_type=PROBLEM_JSON)
        for each in statuses
    }


@get("/push/key", responses=_refusals(500), opt={"quiet": True})
async def key(request: AnyRequest, site: NamedDependency[Site]) -> Response[Key]:
    """`key` is empty where push is not set up."""
    visitor = await _as(site, request, _who)
    return Response(Key(site.sender.key if site.sender else "", visitor is not None), headers=NO_STORE)


@post(
    "/push/subscriptions",
    status_code=201,
    responses=_refusals(400, 401, 403, 409, 413, 422, 500),
    request_max_body_size=MAX_BYTES,
)
async def subscribe(
    request: AnyRequest, site: NamedDependency[Site], data: JSONBody[Listening]
) -> Response[State | Problem]:
    sender = site.sender
    if await _as(site, request, _who) is None:
        return _log_in()
    if sender is None:
        return _refused(422, "push_off", NOT_SET_UP)
    origin = sender.origin(data.endpoint)
    if origin is None:
        return _refused(422, "push_service", UNKNOWN_SERVICE, "endpoint")
    phone = Phone(origin, data.endpoint, data.keys.p256dh, data.keys.auth)
    if sealed_for(phone, payload(site.config.app_name, site.config.public_url, "")) is None:
        return _refused(422, "push_keys", BAD_KEYS, "keys")
    try:
        if await _as(site, request, _keep, phone, sender.key, data.replaces) is None:
            return _log_in()
    except SomebodyElses:
        return _refused(409, "push_elsewhere", ELSEWHERE)
    return Response(State("on"), status_code=201, headers=NO_STORE)


@delete(
    "/push/subscriptions",
    status_code=204,
    responses=_refusals(400, 401, 403, 413, 500),
    request_max_body_size=MAX_BYTES,
)
async def unsubscribe(request: AnyRequest, site: NamedDependency[Site], data: JSONBody[Endpoint]) -> Response[None]:
    """The same whether it was known or not."""
    if await _as(site, request, _forget, data.endpoint) is None:
        return _log_in()
    return Response(None, status_code=204, headers=NO_STORE)


@post(
    "/push/test",
    status_code=200,
    responses=_refusals(400, 401, 403, 413, 422, 500),
    request_max_body_size=MAX_BYTES,
)
async def ring_me(
    request: AnyRequest, site: NamedDependency[Site], data: JSONBody[Endpoint]
) -> Response[Tested | Problem]:
    """At once, to the phone that asks. What is sent cannot be told from what anybody is sent."""
    found = await _as(site, request, _find, data.endpoint)
    if found is None:
        return _log_in()
    if site.sender is None:
        return _refused(422, "push_off", NOT_SET_UP)
    phone, key_was = found
    if phone is None:
        return _tested("subscription", "gone")
    if key_was != site.sender.key:
        return _tested("subscription", "refused")
    state = await _rung(site, site.sender, phone)
    if state == "gone":
        await _as(site, request, _forget, data.endpoint)
    return _tested("service", state)


async def _rung(site: Site, sender: Sender, phone: Phone) -> str:
    body = payload(site.config.app_name, site.config.public_url, secrets.token_urlsafe(16))
    answer = await sender.send(phone, Message(body, TEST_SECONDS, "normal", secrets.token_urlsafe(24)))
    site.metrics.pushes.labels(answer.how).inc()
    return {ACCEPTED: "accepted", GONE: "gone", REFUSED: "refused"}.get(answer.how, "waits")


async def _as(
    site: Site,
    request: AnyRequest,
    run: Callable[Concatenate[Connection, Visitor, P], R],
    *args: P.args,
    **named: P.kwargs,
) -> R | None:
    """In one transaction with the look at who asks: a log in that ends meanwhile keeps nothing. None is nobody."""
    token = token_of(request.scope["headers"], site.cookie)

    def looked(connection: Connection) -> R | None:
        visitor = visitor_of(connection, token, site.config.demo)
        return run(connection, visitor, *args, **named) if visitor else None

    return await site.db.write(looked) if token else None


def _who(_connection: Connection, visitor: Visitor) -> Visitor:
    return visitor


def _keep(connection: Connection, visitor: Visitor, phone: Phone, vapid_key: str, replaces: str | None) -> bool:
    subscriptions.keep(connection, visitor.person, visitor.session, phone, vapid_key, now(), replaces)
    return True


def _forget(connection: Connection, visitor: Visitor, endpoint: str) -> bool:
    subscriptions.forget(connection, visitor.person, endpoint)
    return True


def _find(connection: Connection, visitor: Visitor, endpoint: str) -> tuple[Phone | None, str]:
    return subscriptions.find(connection, visitor.person, endpoint) or (None, "")


def _tested(step: str, state: str) -> Response[Tested | Problem]:
    return Response(Tested(step, state, SAID[state]), status_code=200, headers=NO_STORE)


def _log_in() -> Response[Any]:
    return _refused(401, "log_in")


def _refused(status: int, code: str, words: str = "", field: str | None = None) -> Response[Any]:
    said = problem(status, code, words, field)
    return Response(said, status_code=status, media_type=PROBLEM_JSON, headers=NO_STORE)


ROUTES = (key, subscribe, unsubscribe, ring_me)

"""One message to one phone: sealed and signed as the standards say, whatever a push service does to us."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from server.config import Config, from_base64
from server.push import webpush
from server.push.payload import LENGTH, payload
from server.push.subscriptions import Phone
from server.push.webpush import ACCEPTED, GONE, LATER, REFUSED, THROTTLED, Answer, Message, Sender, judged, sealed_for
from tests.push.sink import Sink, answering, encoded, serving, sink
from tests.push.test_hosts import Names

BODY = payload("Common Ground", "https://app.example.org", "x" * 22)
MESSAGE = Message(BODY, 3_600, "normal", "topic-of-this-phone")
# RFC 8291, section 5.
RFC_PLAIN = b"When I grow up, I want to be a watermelon"
RFC_RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RFC_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


@pytest.fixture
def service() -> Iterator[Sink]:
    with sink() as made:
        yield made


def send(phone: Phone, allowed: str = "", resolver: Any = None, message: Message = MESSAGE, **changes: Any) -> Answer:
    config = replace(Config.for_tests(), push_allowed_hosts=(allowed or phone.origin,), **changes)

    async def once() -> Answer:
        sender = Sender(config, resolver)
        await sender.open()
        try:
            return await sender.send(phone, message)
        finally:
            await sender.close()

    return asyncio.run(once())


def test_it_is_sealed_as_in_the_example_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    private = ec.derive_private_key(int.from_bytes(from_base64(RFC_SENDER)), ec.SECP256R1())
    monkeypatch.setattr("pywebpush.ec.generate_private_key", lambda *_: private)
    monkeypatch.setattr("http_ece.os.urandom", lambda _: from_base64(RFC_SALT))
    assert sealed_for(Phone("", "https://x", RFC_RECEIVER, RFC_AUTH), RFC_PLAIN) == from_base64(RFC_BODY)


def test_a_phone_opens_what_was_sent_and_the_service_is_told_how(service: Sink) -> None:
    assert send(service.phone("one")) == Answer(ACCEPTED, 201)
    (taken,) = service.taken
    assert service.opened() == [BODY]
    wanted = {"TTL": "3600", "Urgency": "normal", "Topic": "topic-of-this-phone", "Content-Encoding": "aes128gcm"}
    assert {name: taken.headers[name] for name in wanted} == wanted
    assert "X-WNS-Cache-Policy" not in taken.headers and "Cookie" not in taken.headers


def test_it_is_signed_for_its_service_with_a_contact_and_half_a_day(service: Sink) -> None:
    send(service.phone("one"), vapid_contact="mailto:push@example.nhs.uk")
    scheme, _, rest = service.taken[0].headers["Authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    point = from_base64(parts["k"])
    curve: dict[str, str | list[str]] = {
        "kty": "EC",
        "crv": "P-256",
        "x": encoded(point[1:33]),
        "y": encoded(point[33:]),
    }
    claims = jwt.decode(parts["t"], ECKey.import_key(curve), algorithms=["ES256"]).claims
    assert scheme == "vapid" and claims["aud"] == service.origin and claims["sub"] == "mailto:push@example.nhs.uk"
    assert time.time() < claims["exp"] <= time.time() + 12 * 3_600


def test_each_service_gets_a_signature_of_its_own_and_only_one() -> None:
    config = replace(Config.for_tests(), vapid_contact="mailto:push@example.nhs.uk")
    sender = Sender(config)
    one, two = sender._authorization("https://a.example.org"), sender._authorization("https://b.example.org")
    assert one != two and one == sender._authorization("https://a.example.org")


def test_windows_is_told_to_keep_it_as_long_as_it_is_of_use() -> None:
    sender = Sender(Config.for_tests())
    windows = "https://wns2.notify.windows.com"
    assert sender._headers(windows, MESSAGE)["X-WNS-Cache-Policy"] == "cache"
    assert sender._headers(windows, MESSAGE._replace(seconds=0))["X-WNS-Cache-Policy"] == "no-cache"


def test_it_says_the_same_for_everybody_and_everything_but_for_the_tag() -> None:
    bodies = [payload("Common Ground", "https://app.example.org", tag).decode() for tag in ("a" * 22, "b" * 22)]
    assert bodies[0].replace("a" * 22, "b" * 22) == bodies[1]
    assert {len(body) for body in bodies} == {LENGTH}
    assert "null" not in bodies[0] and '"navigate":"https://app.example.org/inbox"' in bodies[0]


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", encoded(b"x" * 16)),
        (encoded(b"\x04" + b"x" * 64), encoded(b"x" * 16)),
        (RFC_RECEIVER, encoded(b"abc")),
        (RFC_RECEIVER, ""),
        (RFC_RECEIVER[:40], RFC_AUTH),
        ("ü" * 87, RFC_AUTH),
        ("!" * 87, "!" * 22),
    ],
)
def test_keys_that_nothing_can_be_sealed_with_are_found_out(p256dh: str, auth: str) -> None:
    assert sealed_for(Phone("", "https://x", p256dh, auth), b"x") is None


def test_what_is_not_on_the_list_is_not_sent_to_though_it_was_kept_once(service: Sink) -> None:
    assert send(service.phone("one"), allowed="push.example.org") == Answer(REFUSED)
    assert service.taken == []


def test_a_redirect_is_not_followed(service: Sink) -> None:
    for status in (301, 302, 303, 307, 308):
        service.plan("away", status, Location=f"{service.origin}/push/elsewhere")
        assert send(service.phone("away")) == Answer(REFUSED, status)
    assert service.taken == []


@pytest.fixture
def inside(service: Sink, monkeypatch: pytest.MonkeyPatch) -> Phone:
    """The service is there and would answer; only the address that its name leads to keeps us from it."""
    monkeypatch.setattr("server.push.hosts.named", lambda _: frozenset())
    origin = f"http://push.example.org:{service.origin.rpartition(':')[2]}"
    return Phone(origin, f"{origin}/push/one", service.p256dh, service.auth)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "64:ff9b::7f00:1", "10.0.0.1", "fe80::1"]
)
def test_a_name_that_leads_inside_is_not_connected_to(service: Sink, inside: Phone, address: str) -> None:
    assert send(inside, resolver=Names([address])) == Answer(LATER)
    assert service.taken == []


def test_a_name_that_leads_elsewhere_the_second_time_is_not_asked_again(service: Sink, inside: Phone) -> None:
    """What was looked at is what is connected to. Asked again, this name would lead to the service in here."""
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    assert send(inside, resolver=names) == Answer(LATER)
    assert service.taken == [] and len(names._answers) == 1


def test_a_service_inside_is_reached_where_whoever_runs_the_app_named_it(service: Sink) -> None:
    origin = f"http://push.inside:{service.origin.rpartition(':')[2]}"
    phone = Phone(origin, f"{origin}/push/one", service.p256dh, service.auth)
    assert send(phone, resolver=Names(["127.0.0.1"])) == Answer(ACCEPTED, 201)


async def _giant(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 400000000\r\n\r\n")
    for _ in range(400):
        writer.write(b"x" * 1_000_000)
        await writer.drain()


def test_an_endless_answer_is_not_read(service: Sink) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with answering(_giant) as port:
        origin = f"http://127.0.0.1:{port}"
        assert send(service.phone("x")._replace(origin=origin, endpoint=f"{origin}/x")) == Answer(LATER, 500)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB, of 400 MB


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def test_a_service_that_says_nothing_is_left_after_a_while(service: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpush, "ALL_SECONDS", 0.3)
    with answering(_silent) as port:
        origin = f"http://127.0.0.1:{port}"
        assert send(service.phone("x")._replace(origin=origin, endpoint=f"{origin}/x")) == Answer(LATER)


def test_nobody_there_is_no_reason_to_forget_the_phone(service: Sink) -> None:
    origin = "http://127.0.0.1:1"
    assert send(service.phone("x")._replace(origin=origin, endpoint=f"{origin}/x")) == Answer(LATER)


def test_a_proxy_of_the_organisation_is_gone_through(service: Sink) -> None:
    async def forward(request: web.Request) -> web.Response:
        seen.append(str(request.url))
        return web.Response(status=201)

    seen: list[str] = []
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", forward)
    with serving(app) as proxy:
        origin = "http://push.inside:8080"
        phone = service.phone("x")._replace(origin=origin, endpoint=f"{origin}/x")
        assert send(phone, push_proxy=proxy) == Answer(ACCEPTED, 201)
    assert seen == ["http://push.inside:8080/x"]


@pytest.mark.parametrize(
    ("status", "headers", "answer"),
    [
        *((status, {}, Answer(ACCEPTED, status)) for status in (200, 201, 202, 204)),
        *((status, {}, Answer(GONE, status)) for status in (404, 410)),
        *((status, {}, Answer(REFUSED, status)) for status in (301, 400, 401, 403, 413)),
        *((status, {}, Answer(LATER, status)) for status in (408, 425, 500, 502, 503)),
        (429, {}, Answer(THROTTLED, 429, 30)),
        (429, {"Retry-After": "120"}, Answer(THROTTLED, 429, 120)),
        (429, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, Answer(THROTTLED, 429, 3_600)),
        (429, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, Answer(THROTTLED, 429, 1)),
        (429, {"Retry-After": "soon"}, Answer(THROTTLED, 429, 30)),
        (429, {"Retry-After": "9" * 30}, Answer(THROTTLED, 429, 30)),
        (503, {"Retry-After": "40"}, Answer(LATER, 503, 40)),
        (406, {"X-WNS-Status": "appthrottled", "Retry-After": "900"}, Answer(THROTTLED, 406, 900)),
        (406, {}, Answer(REFUSED, 406)),
    ],
)
def test_an_answer_means_what_push_services_mean_by_it(status: int, headers: dict[str, str], answer: Answer) -> None:
    assert judged(status, headers) == answer


def test_the_body_is_one_record_of_the_standard(service: Sink) -> None:
    send(service.phone("one"))
    body = service.taken[0].body
    assert len(body) == LENGTH + 103 and int.from_bytes(body[16:20]) == 4_096

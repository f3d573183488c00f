"""A phone names an address that our server posts to: nothing but a known push service, and nothing inside."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from server.push.hosts import PublicOnly, is_public, named, origin_of

REAL = {
    "https://fcm.googleapis.com/fcm/send/dGVzdA:APA91b-x_y": "https://fcm.googleapis.com",
    "https://jmt17.google.com/fcm/send/abc": "https://jmt17.google.com",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA-_=": "https://updates.push.services.mozilla.com",
    "https://web.push.apple.com/QGuQyavXutnMH": "https://web.push.apple.com",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYA%2fb": "https://wns2-par02p.notify.windows.com",
    "https://fcm.googleapis.com:443/fcm/send/x": "https://fcm.googleapis.com",
}
HOSTILE = [
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com.example/x",
    "https://evil-push.apple.com/x",
    "https://evilpush.apple.com/x",
    "https://.push.apple.com/x",
    "https://push.apple.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://user:password@fcm.googleapis.com/x",
    "https://127.0.0.1/fcm.googleapis.com/x",
    "https://127.0.0.1:8443/a.push.apple.com/",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://evil.example\\.push.apple.com/x",
    "https://fcm.googleapis.com/x#fragment",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com/\x00",
    "https://fcm.googleapis.com%2f@evil.example/x",
    "https://fcm。googleapis.com/x",
    " https://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "",
    "https://fcm.googleapis.com/" + "x" * 2_100,
]
INSIDE = [
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254", "100.64.0.1"),  # noqa: S104
    *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2001:0:7f00:1::"),
]


@pytest.mark.parametrize("endpoint", REAL)
def test_every_real_push_service_is_let_in(endpoint: str) -> None:
    assert origin_of(endpoint) == REAL[endpoint]


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_nothing_else_is_however_it_is_written(endpoint: str) -> None:
    assert origin_of(endpoint) is None


def test_more_services_are_those_that_whoever_runs_the_app_named() -> None:
    more = ("push.example.org", "*.unified.example", "http://127.0.0.1:8123", "https://push.inside:8443")
    assert origin_of("https://push.example.org/x", more) == "https://push.example.org"
    assert origin_of("https://a.unified.example/x", more) == "https://a.unified.example"
    assert origin_of("http://127.0.0.1:8123/x", more) == "http://127.0.0.1:8123"
    assert origin_of("https://push.inside:8443/x", more) == "https://push.inside:8443"
    for other in ("http://push.example.org/x", "http://127.0.0.1:8124/x", "https://push.inside/x"):
        assert origin_of(other, more) is None
    assert named(more) == {"127.0.0.1", "push.inside"}, "a host without its scheme has to be outside"


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_no_public_one(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.0.1", "2a00:1450::1", "::ffff:8.8.8.8"])
def test_an_address_outside_is(address: str) -> None:
    assert is_public(address)


class Names(AbstractResolver):
    """Answers the next of these each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [_result(host, port, each) for each in self._answers.pop(0)]

    async def close(self) -> None:
        return None


def _result(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}


def test_of_the_addresses_of_a_name_only_those_outside_are_connected_to() -> None:
    resolver = PublicOnly(frozenset(), Names(["10.0.0.1", "8.8.8.8", "::ffff:127.0.0.1"], ["127.0.0.1"]))
    found = asyncio.run(resolver.resolve("push.example.org", 443))
    assert [each["host"] for each in found] == ["8.8.8.8"]
    with pytest.raises(OSError, match="outside"):
        asyncio.run(resolver.resolve("push.example.org", 443))

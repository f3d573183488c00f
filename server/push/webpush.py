"""Sends one message to one phone: sealed for it alone, signed for its push service. The only importer of pywebpush.

pywebpush seals and py-vapid signs; the request is ours, because theirs follow redirects, wait for ever, read answers of
any length and make a connection for each message. Knows no database. Nothing a push service says is shown to anybody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from pywebpush import WebPusher, WebPushException
from yarl import URL

from server.config import Config, from_base64, to_base64
from server.push import hosts
from server.push.subscriptions import Phone

ACCEPTED, GONE, THROTTLED, LATER, REFUSED = "accepted", "gone", "throttled", "later", "refused"
SIGNED_SECONDS, RENEWED_SECONDS = 12 * 3_600, 6 * 3_600  # good for half a day, because clocks differ
CONNECT_SECONDS, ALL_SECONDS = 5, 30
AT_ONCE, AT_ONCE_PER_HOST = 128, 96
READ_BYTES = 2_048
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3_600
MAX_TTL_SECONDS = 28 * 86_400
POINT_BYTES, AUTH_BYTES = 65, 16
BAD_KEYS = (WebPushException, ValueError, TypeError, IndexError)


class Message(NamedTuple):
    """`topic` replaces what the push service still holds of the same topic for this phone."""

    body: bytes
    seconds: int
    urgency: str
    topic: str


class Answer(NamedTuple):
    """`status` is 0 when there was none; `wait` are seconds that the service asks for."""

    how: str
    status: int = 0
    wait: int = 0


class Sender:
    """One for each process, opened on its loop."""

    def __init__(self, config: Config, resolver: AbstractResolver | None = None) -> None:
        self._vapid = Vapid.from_raw(config.vapid_private_key.encode())
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key = to_base64(point)
        self._contact = config.vapid_contact
        self._allowed = config.push_allowed_hosts
        self._proxy = config.push_proxy or None
        self._signed: dict[str, tuple[float, str]] = {}
        self._inside = hosts.named([*self._allowed, config.push_proxy])
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        resolver = hosts.PublicOnly(self._inside, self._resolver)
        connector = aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=AT_ONCE_PER_HOST, resolver=resolver)
        timeout = aiohttp.ClientTimeout(total=ALL_SECONDS, sock_connect=CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def origin(self, endpoint: str) -> str | None:
        return hosts.origin_of(endpoint, self._allowed)

    async def send(self, phone: Phone, message: Message) -> Answer:
        """Never raises for what a phone or a push service did."""
        origin = self.origin(phone.endpoint)
        sealed = sealed_for(phone, message.body)
        if origin is None or sealed is None or self._session is None:
            return Answer(REFUSED)
        try:
            async with self._session.post(
                URL(phone.endpoint, encoded=True),
                data=sealed,
                headers=self._headers(origin, message),
                allow_redirects=False,
                proxy=self._proxy,
            ) as answer:
                await answer.content.read(READ_BYTES)  # a short one, so that the connection can be used again
                return judged(answer.status, answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Answer(LATER)

    def _headers(self, origin: str, message: Message) -> dict[str, str]:
        seconds = max(0, min(message.seconds, MAX_TTL_SECONDS))
        windows = {"X-WNS-Cache-Policy": "cache" if seconds else "no-cache"} if origin.endswith(hosts.WINDOWS) else {}
        return {
            "Authorization": self._authorization(origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Urgency": message.urgency,
            "Topic": message.topic,
            **windows,
        }

    def _authorization(self, origin: str) -> str:
        """Signed once in six hours for each push service: signing is half of what a message costs."""
        moment = time.time()
        made, header = self._signed.get(origin, (0.0, ""))
        if moment - made > RENEWED_SECONDS or made > moment:
            claims = {"aud": origin, "sub": self._contact, "exp": int(moment) + SIGNED_SECONDS}
            header = self._vapid.sign(claims)["Authorization"]
            self._signed[origin] = (moment, header)
        return header


def sealed_for(phone: Phone, body: bytes) -> bytes | None:
    """None when nothing can be sealed with these keys. Libraries differ in what they say of bad ones, or take them."""
    try:
        if len(from_base64(phone.p256dh)) != POINT_BYTES or len(from_base64(phone.auth)) != AUTH_BYTES:
            return None
        keys = {"p256dh": phone.p256dh, "auth": phone.auth}
        sealed: bytes = WebPusher({"endpoint": phone.endpoint, "keys": keys}).encode(body)["body"]
    except BAD_KEYS:
        return None
    return sealed


def judged(status: int, headers: Mapping[str, str]) -> Answer:
    """Only what says that the phone is gone ends it: a bad day of ours or of a push service must not."""
    if status < 300:
        return Answer(ACCEPTED, status)
    if status in (404, 410):
        return Answer(GONE, status)
    if status == 429 or (status == 406 and headers.get("X-WNS-Status") == "appthrottled"):
        return Answer(THROTTLED, status, _wait(headers))
    if status in (408, 425) or status >= 500:
        return Answer(LATER, status, _wait(headers) if "Retry-After" in headers else 0)
    return Answer(REFUSED, status)


def _wait(headers: Mapping[str, str]) -> int:
    """Seconds or a date; no longer than an hour, because some have said next year."""
    said = headers.get("Retry-After", "")
    if said.isdecimal() and len(said) < 10:
        return min(int(said), LONGEST_PAUSE_SECONDS)
    try:
        left = parsedate_to_datetime(said) - datetime.now(UTC)
    except (TypeError, ValueError):
        return PAUSE_SECONDS
    return max(1, min(int(left.total_seconds()), LONGEST_PAUSE_SECONDS))

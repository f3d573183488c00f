"""`POST /sync`: a phone's actions up, outcomes and records down, in one round trip. Knows no kind and no record.

Spoken in plain ASGI, not through Litestar's own decoding: most requests find nothing new, and what they cost is what
the server costs. Who asks decides the scopes; the cursors only say how far each was pulled.
"""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send
from sqlalchemy import Connection

from server import access, log, sessions
from server.glance import glance
from server.headers import Raw, first
from server.problems import PROBLEM_JSON, problem
from server.sessions import Visitor
from server.site import Site, now, token_of
from sync import Pulled, publish, pull, push
from sync.errors import Malformed, TooLarge
from sync.push import Pushed
from sync.wire import MAX_BODY, MAX_RECORDS, Reply, Request, decode_request, encode_reply

AT_ONCE = 100  # requests that write or pull at one time; more are told to come back
RETRY_SECONDS = 5
NEXT_SECONDS = 300
NEXT_SECONDS_BUSY = 900
LENGTH_DIGITS = 12  # no body that somebody sends is longer
GZIP_ABOVE = 500  # bytes
GZIP_LEVEL = 3  # measured: level 6 takes three times as long for a seventh less

JSON_TYPE = [(b"content-type", b"application/json")]
NOTHING: Pushed = Pushed([], False, {})


class Refused(Exception):
    """The request as a whole gets this status; nothing of it was applied."""

    def __init__(self, status: int, code: str, words: str = "", field: str | None = None, headers: Raw | None = None):
        super().__init__(code)
        self.status = status
        self.body = msgspec.json.encode(problem(status, code, words, field))
        self.headers = [(b"content-type", PROBLEM_JSON.encode()), *(headers or [])]


def routes(site: Site) -> list[ASGIRouteHandler]:
    return [asgi("/sync", copy_scope=False)(SyncApi(site).answer)]


class SyncApi:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.busy = 0

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500
        try:
            status, headers, body = await self.outcome_of(scope, receive)
        except Refused as refused:
            status, headers, body = refused.status, refused.headers, refused.body
        finally:
            self.site.metrics.sync_requests.labels(status).inc()
        if body:
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def outcome_of(self, scope: Scope, receive: Receive) -> tuple[int, Raw, bytes]:
        if scope["method"] != "POST":  # type: ignore[typeddict-item]
            raise Refused(405, "wrong_method", headers=[(b"allow", b"POST")])
        headers: Raw = scope["headers"]  # type: ignore[assignment]
        request = await _request(headers, receive)
        moment = now()
        token = token_of(headers, self.site.cookie)
        seen = await glance(self.site.db, self.site.engine.key, token, request.cursors, moment)
        if seen.visitor is None and await self._has_left(token, request):
            raise Refused(401, "device_removed", headers=[_forget(self.site)])
        visitor = self._admit(seen.visitor, request)
        scope["state"]["quiet"] = visitor is None
        if request.epoch is not None and request.epoch != seen.epoch:
            return 200, JSON_TYPE, msgspec.json.encode({"epoch": seen.epoch})
        news = visitor is not None and sessions.is_news(visitor, request.device, moment)
        pace = self._pace()
        quick = request.epoch is not None and not request.actions and not request.check and not news
        if quick and seen.unchanged and pace == NEXT_SECONDS:
            return 204, [], b""
        if self.busy >= AT_ONCE:
            raise Refused(503, "too_busy", headers=[(b"retry-after", str(RETRY_SECONDS).encode())])
        self.busy += 1
        try:
            reply = await self._work(visitor, request, moment, pace)
        finally:
            self.busy -= 1
        return 200, *_packed(encode_reply(reply), headers)

    async def _has_left(self, token: str | None, request: Request) -> bool:
        """A phone of somebody who has left. Asked only where the answer would be to log in again."""
        if token is None or not _claims(request):
            return False
        return await self.site.db.read(sessions.ended_for_good, token)

    def _admit(self, visitor: Visitor | None, request: Request) -> Visitor | None:
        """A request that claims nobody and brings nothing is anyone's, and gets what anyone may hold."""
        claims = _claims(request)
        if visitor and visitor.revoked_at is not None:
            if claims:
                raise Refused(401, "device_removed", headers=[_forget(self.site)])
            return None
        if visitor and not access.may_log_in(visitor.demo, visitor.factor_at, self.site.config.demo):
            visitor = None
        if visitor is None and claims:
            raise Refused(401, "log_in")
        if visitor and request.person not in (None, visitor.person):
            raise Refused(409, "other_person")
        return visitor

    async def _work(self, visitor: Visitor | None, request: Request, moment: int, pace: int) -> Reply:
        db = self.site.db
        pushed = NOTHING
        if visitor and sessions.is_news(visitor, request.device, moment):
            await db.write(_meet, self.site, visitor, request.device, moment)
        if visitor and request.actions:
            try:
                pushed = await db.write(_push, self.site, visitor.person, request, moment)
            except Malformed as fault:
                raise Refused(400, "malformed", fault.words, fault.field) from None
        # push 10: only now, after the commit, may the outcomes be told
        self._count(pushed, moment)
        pulled = await db.read(_pull, self.site, visitor, request)
        if pulled.mended:
            self.site.metrics.scopes_mended.inc(len(pulled.mended))
            log.write("phone_differed", level="warning", scopes=len(pulled.mended))
        return Reply(
            epoch=pulled.epoch,
            now=moment,
            person=visitor.person if visitor else msgspec.UNSET,
            next=pace,
            more=pulled.more,
            left=pulled.left or msgspec.UNSET,
            build=self.site.assets.build,
            new_device=pushed.new_device or msgspec.UNSET,
            outcomes=pushed.outcomes,
            scopes=pulled.scopes,
        )

    def _count(self, pushed: Pushed, moment: int) -> None:
        self.site.metrics.settled(pushed.outcomes, moment)
        self.site.metrics.new_devices.inc(pushed.new_device)

    def _pace(self) -> int:
        return NEXT_SECONDS if self.busy < AT_ONCE // 2 else NEXT_SECONDS_BUSY


def _claims(request: Request) -> bool:
    return request.person is not None or bool(request.actions)


async def _request(headers: Raw, receive: Receive) -> Request:
    try:
        if _is_long(first(headers, b"content-length")):
            raise TooLarge("body", "")
        return decode_request(await _body(receive))
    except TooLarge as fault:
        raise Refused(413, "too_large", "Send half as much at once.", fault.field) from None
    except Malformed as fault:
        raise Refused(400, "malformed", fault.words, fault.field) from None


def _is_long(length: str | None) -> bool:
    """What is no number is left to the HTTP server, which counts for itself, and to the sum of what comes."""
    return length is not None and length.isdecimal() and (len(length) > LENGTH_DIGITS or int(length) > MAX_BODY)


async def _body(receive: Receive) -> bytes:
    message: Any = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        if sum(map(len, parts)) > MAX_BODY:
            raise TooLarge("body", "")
    return b"".join(parts)


def _meet(connection: Connection, site: Site, visitor: Visitor, device: str | None, moment: int) -> None:
    publish(site.engine, connection, sessions.meet(connection, visitor, device, moment))


def _push(connection: Connection, site: Site, person: str, request: Request, moment: int) -> Pushed:
    return push(site.engine, connection, person, request.device, request.actions, now=moment, sent_at=request.sent_at)


def _pull(connection: Connection, site: Site, visitor: Visitor | None, request: Request) -> Pulled:
    """One snapshot: the scopes, the records and the epoch are of the same moment."""
    scopes = access.scopes_of(connection, site.engine.key, visitor.person) if visitor else list(access.ANYONE)
    return pull(site.engine, connection, scopes, request.cursors, request.check, limit=MAX_RECORDS)


def _packed(body: bytes, asked: Raw) -> tuple[Raw, bytes]:
    if len(body) <= GZIP_ABOVE or "gzip" not in (first(asked, b"accept-encoding") or ""):
        return JSON_TYPE, body
    return [*JSON_TYPE, (b"content-encoding", b"gzip")], gzip.compress(body, GZIP_LEVEL, mtime=0)


def _forget(site: Site) -> tuple[bytes, bytes]:
    secure = "; Secure" if site.config.secure else ""
    return b"set-cookie", f"{site.cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=lax{secure}".encode()

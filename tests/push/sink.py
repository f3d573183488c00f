"""A push service of our own, on this machine: takes what real ones take, answers as it is told, and can open what came.

Runs on a thread. Knows nothing of the app.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import NamedTuple

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.push.subscriptions import Phone

AUTH = b"sixteen letters!"

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Taken(NamedTuple):
    place: str
    headers: Mapping[str, str]
    body: bytes


class Planned(NamedTuple):
    status: int
    headers: Mapping[str, str] = {}


class Sink:
    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.by_place: dict[str, int] = defaultdict(int)
        self.plans: dict[str, deque[Planned]] = defaultdict(deque)
        self.delay = 0.0  # seconds
        self.origin = ""
        self._private = ec.generate_private_key(ec.SECP256R1())
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.auth = encoded(point), encoded(AUTH)

    def phone(self, place: str) -> Phone:
        return Phone(self.origin, f"{self.origin}/push/{place}", self.p256dh, self.auth)

    def plan(self, place: str, *statuses: int, **headers: str) -> None:
        """The next answers to this phone; then 201 again."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.plans[place].extend(Planned(status, named) for status in statuses)

    def opened(self) -> list[bytes]:
        """What phones would read."""
        return [
            http_ece.decrypt(each.body, private_key=self._private, auth_secret=AUTH, version="aes128gcm")
            for each in self.taken
        ]

    async def take(self, request: web.Request) -> web.Response:
        place = request.match_info["place"]
        body = await request.read()
        if self.delay:
            await asyncio.sleep(self.delay)
        plan = self.plans[place].popleft() if self.plans[place] else Planned(201)
        if plan.status == 201:
            self.taken.append(Taken(place, request.headers, body))
            self.by_place[place] += 1
        return web.Response(status=plan.status, headers=plan.headers)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    made = Sink()
    app = web.Application()
    app.router.add_post("/push/{place}", made.take)
    with serving(app) as origin:
        made.origin = origin
        yield made


@contextlib.contextmanager
def serving(app: web.Application) -> Iterator[str]:
    """The origin at which it answers, on a thread and a loop of its own."""

    async def start() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, int(runner.addresses[0][1])

    with on_a_thread() as loop:
        runner, port = asyncio.run_coroutine_threadsafe(start(), loop).result()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()


@contextlib.contextmanager
def answering(handle: Handle) -> Iterator[int]:
    """A server that says what no well-behaved one would; answers its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await handle(reader, writer)
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    with on_a_thread() as loop:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result()
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            loop.call_soon_threadsafe(server.close)


@contextlib.contextmanager
def on_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_ended(loop))
        loop.close()


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)  # connections close at the next turn of the loop

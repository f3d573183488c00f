"""A raw keep-alive HTTP/1.1 client, so that what is timed is the server and not the driver.

Requests are ready-made bytes. Only loopback is ever a target.
"""

import asyncio
import gzip
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"


def request(method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """One request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes  # as it came over the wire, perhaps gzipped
    wire: int  # bytes received, head and framing included

    @property
    def data(self) -> bytes:
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body

    def json(self) -> Any:
        return json.loads(self.data)


class Connection:
    """One keep-alive connection; opened again if the server closed it while idle."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, raw: bytes) -> Response:
        fresh = self.streams is None or self.streams[1].is_closing()
        if self.streams is None or fresh:
            self.streams = await asyncio.open_connection(HOST, self.port, limit=1 << 24)
        reader, writer = self.streams
        writer.write(raw)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if fresh or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            await self.close()
            return await self.send(raw)
        response = await _read(reader, head)
        if response.headers.get("connection", "").lower() == "close":
            await self.close()
        return response

    async def close(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _read(reader: asyncio.StreamReader, head: bytes) -> Response:
    lines = head.decode("latin1").split("\r\n")
    status = int(lines[0].split(" ", 2)[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    body, wire = b"", len(head)
    if status not in (204, 304):
        if headers.get("transfer-encoding") == "chunked":
            body, framing = await _chunks(reader)
            wire += framing
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        wire += len(body)
    return Response(status, headers, body, wire)


async def _chunks(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """The body, and how many bytes the framing took beside it."""
    parts: list[bytes] = []
    framing = 0
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line, 16)
        chunk = await reader.readexactly(size + 2)
        framing += len(line) + 2
        if not size:
            return b"".join(parts), framing
        parts.append(chunk[:-2])


@dataclass(frozen=True)
class Stats:
    seconds: float
    latencies: list[float]
    sent: int
    responses: list[Response] = field(repr=False)

    @property
    def received(self) -> int:
        return sum(response.wire for response in self.responses)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def milliseconds(self, percent: float) -> float:
        return 1000 * percentile(self.latencies, percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


async def load(port: int, requests: Sequence[bytes], concurrency: int, limit_seconds: float = 300) -> Stats:
    """Send every request once, `concurrency` at a time; answers come back in the order of the requests."""
    waiting = iter(enumerate(requests))
    answers: dict[int, tuple[float, Response]] = {}
    start = time.perf_counter()
    async with asyncio.timeout(limit_seconds):
        await asyncio.gather(*(_sender(port, waiting, answers) for _ in range(min(concurrency, len(requests)))))
    seconds = time.perf_counter() - start
    ordered = [answers[index] for index in range(len(requests))]
    return Stats(seconds, [took for took, _ in ordered], sum(map(len, requests)), [answer for _, answer in ordered])


async def _sender(port: int, waiting: Iterator[tuple[int, bytes]], answers: dict[int, tuple[float, Response]]) -> None:
    connection = Connection(port)
    for index, raw in waiting:
        start = time.perf_counter()
        response = await connection.send(raw)
        answers[index] = (time.perf_counter() - start, response)
    await connection.close()

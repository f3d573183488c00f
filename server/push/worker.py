"""Sends what is due: takes deliveries, sends them outside any transaction, writes down what came of each.

A claim is committed before anything is sent, so whatever dies here is sent again by whoever comes after, and what was
taken is rarely sent twice. One service that is slow or asks for a pause holds up no other. Says nothing in the
log about a phone or what it was for.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable

from server import keys, log
from server.db import Db
from server.metrics import Metrics
from server.push import deliveries, webpush
from server.push.deliveries import LEASE, Job, Result
from server.push.payload import payload
from server.push.webpush import Answer, Message, Sender
from server.site import Site, now

POLL_SECONDS = 0.25
GATHER_SECONDS = 0.02  # results that come together are written down together
BATCH = 256
IN_FLIGHT = 1_024
AT_ONCE_PER_ORIGIN = 96
LAST_SECONDS = 5
FAULT_SECONDS = 5
SENDING = webpush.ALL_SECONDS * 1_000
RETRY_SECONDS = (15, 60, 300, 900, 3_600, 3_600)
TOPIC_LETTERS = 32


def of(site: Site, sender: Sender) -> Worker:
    def body(tag: str) -> bytes:
        return payload(site.config.app_name, site.config.public_url, tag)

    return Worker(site.db, site.engine.key, sender, body, site.metrics)


class Worker:
    """One for each process that sends. Several may run on one database."""

    def __init__(self, db: Db, key: bytes, sender: Sender, body: Callable[[str], bytes], metrics: Metrics) -> None:
        self._db, self._key, self._sender, self._body, self._metrics = db, key, sender, body, metrics
        self._name = secrets.token_hex(8)
        self._sending: set[asyncio.Task[Result]] = set()
        self._results: list[Result] = []
        self._paused: dict[str, int] = {}
        self._at_once: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE_PER_ORIGIN))

    async def run(self) -> None:
        """Until it is cancelled; then what is being sent may come to its end."""
        try:
            while True:
                try:
                    await self.round()
                    await self._wait()
                except Exception as error:  # a database that is away for a minute must not end push
                    log.fault("push_worker", error)
                    await asyncio.sleep(FAULT_SECONDS)
        finally:
            await self._end()

    async def round(self) -> None:
        """What is done is written down, and what is due is taken, in one short write."""
        self._gather()
        moment = now()
        self._paused = {origin: until for origin, until in self._paused.items() if until > moment}
        room = min(BATCH, IN_FLIGHT - len(self._sending))
        if not self._results and not (room and await self._db.read(deliveries.is_due, moment, self._paused)):
            return
        results, self._results = self._results, []
        try:
            taken = await self._db.write(
                deliveries.turn, self._key, self._name, results, moment, room, list(self._paused)
            )
        except Exception:
            self._results += results
            raise
        self._sending |= {asyncio.create_task(self._deliver(job, moment + LEASE)) for job in taken}

    def _gather(self) -> None:
        done = {task for task in self._sending if task.done()}
        self._sending -= done
        self._results += [task.result() for task in done]

    async def _wait(self) -> None:
        if not self._sending:
            await asyncio.sleep(POLL_SECONDS)
            return
        done, _ = await asyncio.wait(self._sending, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if done:
            await asyncio.sleep(GATHER_SECONDS)

    async def _end(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=LAST_SECONDS)
            self._gather()
        for task in self._sending:
            task.cancel()
        if self._results:
            await self._db.write(deliveries.turn, self._key, self._name, self._results, now(), 0, ())

    async def _deliver(self, job: Job, until: int) -> Result:
        origin = job.phone.origin
        async with self._at_once[origin]:
            moment = now()
            if (pause := self._paused.get(origin, 0)) > moment:
                return Result(job, deliveries.AGAIN, pause, job.attempts - 1)
            if moment > until - SENDING:  # it waited so long that another worker may take it while this one sends
                return Result(job, deliveries.AGAIN, moment, job.attempts - 1)
            try:
                answer = await self._send(job, moment)
            except Exception as error:  # one delivery must not take others with it
                log.fault("push", error)
                answer = Answer(webpush.REFUSED)
        self._metrics.pushes.labels(answer.how).inc()
        return self._result(job, answer, now())

    async def _send(self, job: Job, moment: int) -> Answer:
        if job.vapid_key != self._sender.key:
            return Answer(webpush.REFUSED)
        seconds = (job.expires_at - moment) // 1_000
        return await self._sender.send(job.phone, Message(self._body(job.tag), seconds, job.urgency, self._topic(job)))

    def _topic(self, job: Job) -> str:
        """Another for each phone: with one for all, a push service would see who is in a network together."""
        digest = keys.keyed(self._key.decode(), "topic", job.tag, job.subscription)
        return urlsafe_b64encode(digest).decode()[:TOPIC_LETTERS]

    def _result(self, job: Job, answer: Answer, moment: int) -> Result:
        if answer.how == webpush.ACCEPTED:
            return Result(job, deliveries.ACCEPTED)
        if answer.how == webpush.GONE:
            return Result(job, deliveries.GONE)
        if answer.how == webpush.THROTTLED:
            until = moment + answer.wait * 1_000
            self._paused[job.phone.origin] = max(until, self._paused.get(job.phone.origin, 0))
            return Result(job, deliveries.AGAIN, until, job.attempts - 1)
        if answer.how == webpush.REFUSED:
            log.write("push_refused", level="warning", status=answer.status, service=job.phone.origin)
            return Result(job, deliveries.FAILED)
        return self._later(job, answer, moment)

    def _later(self, job: Job, answer: Answer, moment: int) -> Result:
        """Not all at one moment, so that a service that comes back is not knocked over again."""
        if job.attempts > len(RETRY_SECONDS):
            return Result(job, deliveries.FAILED)
        seconds = max(answer.wait, RETRY_SECONDS[job.attempts - 1] * random.uniform(0.5, 1))  # noqa: S311 no secret
        due = moment + int(seconds * 1_000)
        return (
            Result(job, deliveries.AGAIN, due, job.attempts) if due < job.expires_at else Result(job, deliveries.FAILED)
        )

"""Sends letters by email, in the background. The only file that speaks to a mail server.

Whether anybody has the address is looked up here, after the answer has gone, so that the answer takes the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from server import log
from server.letters import Letter

WAITING = 200  # letters
PAUSES = (1.0, 5.0)  # seconds between tries; a code lives ten minutes
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Post:
    """`knows` says whether an address belongs to somebody who may log in; `sent` is called for each letter taken."""

    def __init__(
        self,
        url: str,
        sender: str,
        knows: Callable[[str], Awaitable[bool]],
        sent: Callable[[], None],
    ) -> None:
        self._url = url
        self._sender = sender
        self._knows = knows
        self._sent = sent
        self._waiting: asyncio.Queue[tuple[str, Letter]] = asyncio.Queue(WAITING)

    def put(self, address: str, letter: Letter) -> None:
        try:
            self._waiting.put_nowait((address, letter))
        except asyncio.QueueFull:
            log.write("mail_waiting_is_full", level="warning")

    async def run(self) -> None:
        while True:
            address, letter = await self._waiting.get()
            try:
                if self._url and await self._knows(address):
                    await self._send(self._message(address, letter))
            except Exception as error:  # one letter that cannot be written must not stop the next
                log.fault("mail_not_sent", error)
            finally:
                self._waiting.task_done()

    async def empty(self) -> None:
        await self._waiting.join()

    def _message(self, address: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = address
        message["Subject"] = letter.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    async def _send(self, message: EmailMessage) -> None:
        for pause in (*PAUSES, None):
            try:
                await aiosmtplib.send(message, **_connection(self._url))
                self._sent()
                return
            except (aiosmtplib.SMTPException, OSError) as fault:
                # the fault's words may hold the address: only its kind is told
                log.write("mail_not_sent", level="warning", fault=type(fault).__name__, again=pause is not None)
            if pause:
                await asyncio.sleep(pause)


def _connection(url: str) -> dict[str, Any]:
    """smtp:// uses TLS when the server offers it, smtp+starttls:// insists on it, smtps:// begins with it."""
    parts = urlsplit(url)
    return {
        "hostname": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": parts.scheme == "smtps",
        "start_tls": True if parts.scheme == "smtp+starttls" else False if parts.scheme == "smtps" else None,
        "timeout": 20,
    }

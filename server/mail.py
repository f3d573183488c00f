"""Sends log-in codes by email, in the background. The only file that speaks to a mail server.

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

WAITING = 200  # letters
PAUSES = (1.0, 5.0)  # seconds between tries; a code lives ten minutes
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}

LETTER = """Your code is {code}

Type it in {app} within 10 minutes. It works once.

If you did not ask for it, you do not need to do anything.
"""


class Post:
    """`knows` says whether an address belongs to somebody who may log in; `sent` is called for each letter taken."""

    def __init__(
        self,
        url: str,
        sender: str,
        app_name: str,
        knows: Callable[[str], Awaitable[bool]],
        sent: Callable[[], None],
    ) -> None:
        self._url = url
        self._sender = sender
        self._app_name = app_name
        self._knows = knows
        self._sent = sent
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue(WAITING)

    def put(self, address: str, code: str) -> None:
        try:
            self._waiting.put_nowait((address, code))
        except asyncio.QueueFull:
            log.write("mail_waiting_is_full", level="warning")

    async def run(self) -> None:
        while True:
            address, code = await self._waiting.get()
            try:
                if self._url and await self._knows(address):
                    await self._send(self._letter(address, code))
            except Exception as error:  # one letter that cannot be written must not stop the next
                log.fault("mail_not_sent", error)
            finally:
                self._waiting.task_done()

    async def empty(self) -> None:
        await self._waiting.join()

    def _letter(self, address: str, code: str) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = address
        letter["Subject"] = f"{code} is your code for {self._app_name}"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(LETTER.format(code=code, app=self._app_name))
        return letter

    async def _send(self, letter: EmailMessage) -> None:
        for pause in (*PAUSES, None):
            try:
                await aiosmtplib.send(letter, **_connection(self._url))
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

"""Somebody on the way in, step by step, at a browser without JavaScript. Numbers are of the server's own clock."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pyotp
from litestar.testing import TestClient

from server.site import now
from tests.server.conftest import Mailbox

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
Client = TestClient[Any]
SESSION, PENDING = "__Host-session", "__Host-log-in"


def get(client: Client, path: str) -> httpx.Response:
    return client.get(path, headers=HTML, follow_redirects=False)


def post(client: Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data=fields, headers=HTML, follow_redirects=False)


def wait_for(done: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def code_for(client: Client, mailbox: Mailbox, email: str) -> str:
    before = len(mailbox.with_codes())
    assert post(client, "/log-in", email=email).status_code == 200
    wait_for(lambda: len(mailbox.with_codes()) > before)
    return mailbox.code()


def with_code(client: Client, mailbox: Mailbox, email: str) -> str:
    """The first step; answers where it leads."""
    answer = post(client, "/log-in", email=email, code=code_for(client, mailbox, email))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def key_shown(client: Client) -> str:
    found = re.search(r'class="app-key">([A-Z2-7 ]+)<', get(client, "/log-in/app").text)
    assert found
    return found[1].replace(" ", "")


def number(key: str, offset: int = 0) -> str:
    """What an authenticator app with this key shows, now or `offset` steps later."""
    return pyotp.TOTP(key).at(now() // 1000, counter_offset=offset)


def other(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r'class="app-codes__one">([a-z0-9-]+)<', get(client, "/log-in/codes").text)


def add_app(client: Client) -> tuple[str, list[str]]:
    """The first factor; answers its key and the recovery codes, before they were kept."""
    key = key_shown(client)
    added = post(client, "/log-in/app", number=number(key))
    assert (added.status_code, added.headers["location"]) == (303, "/log-in/codes"), added.text
    return key, recovery_codes(client)


def arrive(client: Client, mailbox: Mailbox, email: str) -> tuple[str, list[str]]:
    """The whole first log in of somebody who is known, with an authenticator app."""
    assert with_code(client, mailbox, email) == "/log-in/set-up"
    key, codes = add_app(client)
    kept = post(client, "/log-in/codes")
    assert (kept.status_code, kept.headers["location"]) == (303, "/")
    return key, codes


def logged_in(client: Client) -> bool:
    return get(client, "/me").status_code == 200


def bring(client: Client, name: str, value: str) -> None:
    """A cookie that the browser was given by somebody else."""
    if name in client.cookies:
        client.cookies.delete(name)
    client.cookies.set(name, value, domain="app.example.org")


def asked(client: Client, mailbox: Mailbox, email: str) -> None:
    """In a browser of its own, after a right code: at the second step."""
    client.cookies.clear()
    assert with_code(client, mailbox, email) == "/log-in/step"

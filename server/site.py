"""What the routes are given: settings, database, engine, templates and assets, made once by `app.py`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pwa.assets import Asset, Assets
from pwa.compile.environment import StrictEnvironment
from server.config import Config
from server.db import Db
from server.mail import Post
from server.metrics import Metrics
from server.oidc import Directory
from server.push.webpush import Sender
from sync import Engine
from sync.forms import Rule


@dataclass(frozen=True)
class Site:
    config: Config
    db: Db
    engine: Engine
    environments: Mapping[str, StrictEnvironment]  # by language, the usual one first
    app: Mapping[str, str]  # its name and its look
    assets: Assets
    worker: Asset
    manifest: Asset
    post: Post
    metrics: Metrics
    rules: Mapping[str, list[Rule]]  # of each kind's form
    directory: Directory | None  # of the organisation, where people may log in with it
    sender: Sender | None  # of push messages, where there is a key to sign them with

    @property
    def cookie(self) -> str:
        """Browsers take the prefix only over https; it pins the cookie to this host."""
        return "__Host-session" if self.config.secure else "session"

    @property
    def pending_cookie(self) -> str:
        """Of a log in that is half done; it opens no page but the next step."""
        return "__Host-log-in" if self.config.secure else "log-in"


def now() -> int:
    return time.time_ns() // 1_000_000


def token_of(headers: Iterable[tuple[bytes, bytes]], cookie: str) -> str | None:
    """The token a browser sent in this cookie, read without parsing its other cookies."""
    start = f"{cookie}=".encode()
    for name, value in headers:
        if name == b"cookie":
            for part in value.split(b"; "):
                if part.startswith(start):
                    return part[len(start) :].decode("latin-1") or None
    return None

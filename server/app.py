"""Puts the app together. The only wiring: what it makes here, everything else is given."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from pwa.assets import Assets, build, collect, pack
from pwa.compile import environment
from pwa.compile.environment import StrictEnvironment
from pwa.languages import languages
from pwa.pages import PAGES
from server import (
    anonymous,
    desk,
    do,
    headers,
    housekeeping,
    log,
    log_in,
    numbers,
    oidc_log_in,
    own_copy,
    problems,
    push_api,
    registration,
    second_factor,
    static,
    step_up,
    steps,
    stock_file,
    sync_api,
    web,
)
from server.config import ROOT, Config
from server.db import Db
from server.features import engine
from server.features.help import organisation_name
from server.mail import Post
from server.metrics import Metrics
from server.oidc import Directory
from server.openapi import WithSync
from server.push import worker
from server.push.webpush import Sender
from server.site import Site, now
from server.words import deck
from sync import Kind
from sync.forms import rules

SCRIPT = "text/javascript; charset=utf-8"
MANIFEST = "application/manifest+json"
MAX_FORM = 300_000  # bytes
LAST_LETTERS_SECONDS = 5


def create_app(config: Config, *, alone: bool = True) -> Litestar:
    """`alone`: no other process does the daily housekeeping."""
    site = make_site(config)
    app = Litestar(
        [
            *web.routes(),
            *desk.routes(),
            *static.routes(),
            *sync_api.routes(site),
            do.do,
            anonymous.anonymous,
            own_copy.own_copy,
            numbers.numbers_page,
            numbers.numbers_file,
            stock_file.stock_file,
            log_in.log_in_page,
            log_in.log_in,
            log_in.demo_log_in,
            log_in.log_out,
            oidc_log_in.go,
            oidc_log_in.back,
            *push_api.ROUTES,
            *registration.ROUTES,
            *second_factor.ROUTES,
            *step_up.ROUTES,
        ],
        lifespan=[lambda app: running(site, alone)],
        dependencies={"site": Provide(lambda: site, use_cache=True, sync_to_thread=False)},
        middleware=[door(site)],
        before_send=[finish(site)],
        exception_handlers={Exception: problems.on_error},
        openapi_config=OpenAPIConfig(
            title=config.app_name,
            version=site.assets.build,
            path="/openapi.json",
            render_plugins=[WithSync(site.engine.kinds.values())],
        ),
        request_max_body_size=MAX_FORM,
        logging_config=None,
        debug=False,
    )
    app.state.site = site
    return app


def make_site(config: Config) -> Site:
    db = Db(config.database_url)
    made = engine(config)
    metrics = Metrics()
    browser = browser_side(
        config.app_name,
        config.secure,
        config.way_out,
        config.languages,
        config.brand_logo_file,
        config.brand_colour,
    )

    async def knows(address: str) -> bool:
        return (await db.read(steps.reader, config, address, now())).may

    return Site(
        config=config,
        db=db,
        engine=made,
        app=browser.app,
        environments=browser.environments,
        assets=browser.assets,
        worker=pack(browser.assets.worker, SCRIPT),
        manifest=pack(browser.assets.manifest, MANIFEST),
        post=Post(config.smtp_url, config.mail_from, knows, metrics.letters_sent.inc),
        metrics=metrics,
        rules={name: rules(kind.args) for name, kind in made.kinds.items()},
        directory=Directory(config) if config.oidc_issuer else None,
        sender=Sender(config) if config.vapid_private_key else None,
    )


class BrowserSide(NamedTuple):
    app: dict[str, str]  # what every page and the worker know of it
    environments: dict[str, StrictEnvironment]
    assets: Assets


@cache
def browser_side(
    app_name: str, secure: bool, way_out: bool, tags: tuple[str, ...], logo_file: str, colour: str
) -> BrowserSide:
    """Templates and assets depend on nothing else, and take a quarter of a second to make."""
    files = collect(colour=colour, logo=Path(logo_file) if logo_file else None)
    app = {"name": app_name, "organisation": organisation_name(), "logo": files.logo, "colour": colour}
    environments = {
        tag: environment(ROOT / "pwa", words=deck(), assets=files.urls, language=language)
        for tag, language in languages(tags).items()
    }
    assets = build(
        list(environments.values()),
        pages=PAGES,
        kinds={name: described(kind) for name, kind in engine(Config()).kinds.items() if not kind.online},
        words=deck(),
        headers=headers.security(secure),
        app=app,
        static=files,
        way_out=way_out,
    )
    return BrowserSide(app, environments, assets)


def described(kind: Kind) -> dict[str, Any]:
    """What a phone has to know of a kind."""
    private = {"private": 1} if kind.private else {}
    return {"v": kind.v, "says": kind.says, "chooses": kind.chooses, "rules": rules(kind.args), **private}


@contextlib.asynccontextmanager
async def running(site: Site, alone: bool) -> AsyncIterator[None]:
    site.db.open()
    tasks = [asyncio.create_task(site.post.run())]
    if alone:
        tasks.append(asyncio.create_task(housekeeping.every_day(site)))
        tasks.append(asyncio.create_task(housekeeping.every_few_seconds(site)))
    if site.sender:
        await site.sender.open()
        tasks += [asyncio.create_task(worker.of(site, site.sender).run())] if alone else []
    try:
        yield
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(site.post.empty(), LAST_LETTERS_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if site.sender:
            await site.sender.close()
        await site.db.close()


def door(site: Site) -> Any:
    """A write from another website goes no further: no token to forge, to lose or to grow old."""

    def around(app: ASGIApp) -> ASGIApp:
        async def enter(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"]["started"] = time.perf_counter()
            safe = scope["type"] == ScopeType.HTTP and scope["method"] in headers.SAFE
            if not safe and not headers.is_same_origin(scope["headers"], site.config.public_url):
                raise PermissionDeniedException
            await app(scope, receive, send)

        return enter

    return around


def finish(site: Site) -> Any:
    """Security headers and one log line, on every answer whatever made it."""
    always = headers.encoded(headers.security(site.config.secure))

    async def before_send(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        if message["status"] != 204:  # it has no body to protect, and phones are sent it all day long
            message["headers"] = [*message["headers"], *always]
        note(scope, message["status"])

    return before_send


def note(scope: Scope, status: int) -> None:
    handler = scope.get("route_handler")
    if scope["state"].get("quiet") or (handler and handler.opt.get("quiet")):
        return
    started = scope["state"].get("started")
    log.write(
        "request",
        method=scope.get("method", ""),
        route=scope.get("path_template", ""),
        status=status,
        ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
    )

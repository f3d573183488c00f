"""The files a browser gets besides pages: hashed assets, the worker, the manifest; and what monitors ask for.

Everything is made and compressed once at start and served from memory.
"""

from __future__ import annotations

import hmac
from typing import Any

import msgspec
from litestar import HttpMethod, Response
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler, route
from litestar.params import FromPath
from prometheus_client import CONTENT_TYPE_LATEST

from pwa.assets import Asset
from server.site import Site
from server.web import AnyRequest
from sync import current_epoch

FOR_EVER = "public, max-age=31536000, immutable"
CHECK_FIRST = "no-cache"
CHARSET = "; charset=utf-8"  # Litestar says it of every text
METHODS = [HttpMethod.GET, HttpMethod.HEAD]
QUIET = {"quiet": True}


class Health(msgspec.Struct):
    status: str
    build: str
    epoch: str


def routes() -> list[HTTPRouteHandler]:
    return [
        route("/static/{name:path}", http_method=METHODS, include_in_schema=False, opt=QUIET)(static),
        route("/sw.js", http_method=METHODS, include_in_schema=False, opt=QUIET)(worker),
        route("/manifest.webmanifest", http_method=METHODS, include_in_schema=False, opt=QUIET)(manifest),
        route("/health", http_method=METHODS, opt=QUIET)(health),
        route("/metrics", http_method=METHODS, include_in_schema=False, opt=QUIET)(metrics),
    ]


async def static(name: FromPath[str], request: AnyRequest, site: NamedDependency[Site]) -> Response[bytes]:
    asset = site.assets.files.get(request.url.path)
    if asset is None:
        raise NotFoundException
    return _file(request, asset, request.url.path, FOR_EVER)


async def worker(request: AnyRequest, site: NamedDependency[Site]) -> Response[bytes]:
    return _file(request, site.worker, site.assets.build, CHECK_FIRST)


async def manifest(request: AnyRequest, site: NamedDependency[Site]) -> Response[bytes]:
    return _file(request, site.manifest, site.assets.build, CHECK_FIRST)


async def health(site: NamedDependency[Site]) -> Health:
    """Also reads the database: an app that cannot is not well."""
    return Health(status="ok", build=site.assets.build, epoch=await site.db.read(current_epoch))


async def metrics(request: AnyRequest, site: NamedDependency[Site]) -> Response[bytes]:
    """Without the token there is no such page."""
    token = site.config.metrics_token
    given = request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise NotFoundException
    return Response(site.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _file(request: AnyRequest, asset: Asset, tag: str, cache: str) -> Response[bytes]:
    headers: dict[str, Any] = {"Cache-Control": cache, "ETag": f'"{tag}"', "Vary": "Accept-Encoding"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    body, encoding = _smallest(asset, request.headers.get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type=asset.type.removesuffix(CHARSET), status_code=200)


def _smallest(asset: Asset, accepted: str) -> tuple[bytes, str]:
    if asset.br and "br" in accepted:
        return asset.br, "br"
    if asset.gzip and "gzip" in accepted:
        return asset.gzip, "gzip"
    return asset.body, ""

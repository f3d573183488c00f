"""Assets, the worker and the manifest: hashed ones for ever, the others checked each time, all of them packed."""

import gzip

import brotli  # type: ignore[import-untyped]
import pytest

from server.site import Site
from tests.world import Person, World


@pytest.fixture
def nobody(sqlite_world: World) -> Person:
    return sqlite_world.nobody()


def site(world: World) -> Site:
    made: Site = world.client.app.state.site
    return made


def test_every_asset_is_served_for_ever_and_packed(sqlite_world: World, nobody: Person) -> None:
    for url, asset in site(sqlite_world).assets.files.items():
        answer = nobody._send("GET", url, {"Accept-Encoding": "identity"})
        assert (answer.status_code, answer.content) == (200, asset.body), url
        assert answer.headers["content-type"] == asset.type
        assert "immutable" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers
        if asset.gzip:
            packed = nobody._send("GET", url, {"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
            assert int(packed.headers["content-length"]) == len(asset.gzip)
            assert gzip.decompress(asset.gzip) == asset.body
        if asset.br:
            packed = nobody._send("GET", url, {"Accept-Encoding": "gzip, deflate, br"})
            assert packed.headers["content-encoding"] == "br"
            assert int(packed.headers["content-length"]) == len(asset.br)
            assert brotli.decompress(asset.br) == asset.body


def test_the_worker_is_checked_each_time_and_may_rule_the_whole_app(sqlite_world: World, nobody: Person) -> None:
    answer = nobody.get("/sw.js")
    assert answer.status_code == 200
    assert answer.content == site(sqlite_world).assets.worker
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = nobody._send("GET", "/sw.js", {"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert nobody._send("GET", "/sw.js", {"If-None-Match": '"older"'}).status_code == 200


def test_the_manifest_is_served(nobody: Person) -> None:
    answer = nobody.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    assert answer.json()["start_url"] == "/"


@pytest.mark.parametrize("path", ["/static/x.js", "/static/../server/app.py", "/static/%2e%2e/config.py", "/static/"])
def test_nothing_else_is_served(nobody: Person, path: str) -> None:
    assert nobody.get(path).status_code == 404

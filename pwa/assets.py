"""Everything a browser gets besides pages: the worker, the page script, styles, icons, the manifest.

All of it is made at start, in memory, and named by its own hash. Knows nothing of HTTP, the database or any feature.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]

from pwa.compile import compile_templates
from pwa.compile.environment import StrictEnvironment
from pwa.link import link
from pwa.pages import Page

PWA = Path(__file__).parent
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
}
PACKED = ("text/", "image/svg", "application/")
WORKER_TEMPLATES = ("layout/offline.html", "layout/not_found.html", "layout/wiped.html")
START = "page/start.js"
STYLE = "css/app.css"
WORKER = "worker/main.js"
WAY_OUT = "worker/way_out.js"
LOGO = "brand/logo"
THEME = {"theme_color": "#1d4e4a", "background_color": "#ffffff"}


@dataclass(frozen=True)
class Asset:
    """`gzip` and `br` are there when they are worth sending."""

    body: bytes
    type: str
    gzip: bytes | None = None
    br: bytes | None = None


@dataclass(frozen=True)
class Static:
    """The files that pages name by `asset("css/app.css")`: `urls` by name, `files` by URL."""

    urls: Mapping[str, str]
    files: Mapping[str, Asset]

    @property
    def logo(self) -> str:
        """Its URL; empty where there is none."""
        return next((url for name, url in self.urls.items() if name.startswith(LOGO)), "")


@dataclass(frozen=True)
class Assets:
    """`build` is the hash of everything here: one changed byte anywhere is a new build."""

    build: str
    files: Mapping[str, Asset]
    worker: bytes
    manifest: bytes


def collect(folder: Path = PWA, *, colour: str = "", logo: Path | None = None) -> Static:
    """What needs no template. Call it first: the templates ask for these addresses.

    An organisation's own `colour` is the last rule of the styles, because the page's policy takes no style in a page.
    """
    sources = {
        START: _page_script(folder),
        STYLE: _joined(folder, "css/*.css", "features/*/*.css") + (_coloured(colour) if colour else b""),
        "vendor/htmx.js": (folder / "vendor/htmx.js").read_bytes(),
    }
    for icon in sorted((folder / "icons").glob("*.*")):
        if icon.suffix in TYPES:
            sources[f"icons/{icon.name}"] = icon.read_bytes()
    if logo:
        sources[f"{LOGO}{logo.suffix}"] = logo.read_bytes()
    urls = {name: _address(name, body) for name, body in sources.items()}
    return Static(urls, {urls[name]: pack(body, TYPES[Path(name).suffix]) for name, body in sources.items()})


def build(
    languages: Sequence[StrictEnvironment],
    *,
    pages: Sequence[Page],
    kinds: Mapping[str, Mapping[str, Any]],
    words: Mapping[str, str],
    headers: Mapping[str, str],
    app: Mapping[str, str],
    static: Static,
    way_out: bool = False,
    folder: Path = PWA,
) -> Assets:
    """`languages` are one environment each, the usual one first, with the addresses of this same `static` as assets.
    `way_out` is the worker that takes itself off the phones."""
    manifest = _manifest(app, static)
    said = {env.language.tag: _script(said_in(env, pages, kinds)).encode() for env in languages}
    addresses = {tag: _address(f"language/{tag}.json", body) for tag, body in said.items()}
    files = {**static.files, **{addresses[tag]: pack(body, TYPES[".json"]) for tag, body in said.items()}}
    values = {
        "HEADERS": dict(headers),
        "PRECACHE": [*_precached(static), *addresses.values(), "/manifest.webmanifest"],
        "LANGUAGES": {env.language.tag: [env.language.name, addresses[env.language.tag]] for env in languages},
        "PAGES": [_without_words(page) for page in pages],
        "CALM": {"title": words["offline.title"], "body": words["offline.body"]},
        "APP": app,
    }

    def named(name: str) -> str:
        if way_out:
            return worker({"BUILD": name, "PRECACHE": []}, folder, WAY_OUT)
        return worker({"BUILD": name, **values}, folder)

    name = _hash("".join([named(""), *files]).encode() + manifest)
    return Assets(name, files, named(name).encode(), manifest)


def worker(values: Mapping[str, Any], folder: Path, entry: str = WORKER) -> str:
    """/sw.js: the modules of pwa/worker and pwa/features, with what the server knows as the module built.js."""
    built = "".join(f"export const {name} = {_script(value)};\n" for name, value in values.items())
    return link(entry, lambda path: built if path == "worker/built.js" else (folder / path).read_text("utf-8"))


def said_in(env: StrictEnvironment, pages: Sequence[Page], kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All that the worker says in one language, as worker/language.js reads it."""
    say, words = env.language.say, env.words
    titles = {page.id: page.title for page in pages}
    titles |= {"offline": words["offline.title"], "not-found": words["not_found.title"], "wiped": words["wiped.title"]}
    return {
        "tag": env.language.tag,
        "dir": env.language.dir,
        "words": {key: say(text) for key, text in _said_by_scripts(words).items()},
        "titles": {id: say(title) for id, title in titles.items()},
        "kinds": {name: _kind_in(env, kind) for name, kind in kinds.items()},
    } | compile_templates(env, [page.template for page in pages] + list(WORKER_TEMPLATES))


def _kind_in(env: StrictEnvironment, kind: Mapping[str, Any]) -> dict[str, Any]:
    rules = [{**rule, "words": env.language.say(rule["words"])} for rule in kind["rules"]]
    return {**kind, "says": env.language.say(kind["says"]), "rules": rules}


def pack(body: bytes, type: str) -> Asset:
    if not type.startswith(PACKED):
        return Asset(body, type)
    return Asset(body, type, gzip.compress(body, 9, mtime=0), brotli.compress(body, quality=11))


def _without_words(page: Page) -> dict[str, Any]:
    return {name: value for name, value in asdict(page).items() if name != "title"}


def _said_by_scripts(words: Mapping[str, str]) -> dict[str, str]:
    """Templates carry their words in themselves; of the copy deck the worker needs only what its own scripts name."""
    files = [*(PWA / "worker").glob("*.js"), *(PWA / "features").rglob("*.js")]
    scripts = "".join(path.read_text("utf-8") for path in sorted(files))
    return {key: text for key, text in words.items() if f'"{key}"' in scripts or f"words.{key}" in scripts}


def _page_script(folder: Path) -> bytes:
    return link(START, lambda path: (folder / path).read_text("utf-8")).encode()


def _joined(folder: Path, *patterns: str) -> bytes:
    return b"".join(path.read_bytes() for pattern in patterns for path in sorted(folder.glob(pattern)))


def _coloured(colour: str) -> bytes:
    """In light and in dark alike."""
    return f"@layer tokens {{ :root {{ --brand: {colour}; --on-brand: #ffffff; }} }}\n".encode()


def _precached(static: Static) -> list[str]:
    """Pages draw with these with no signal. The big icons are for the phone's own screens: it fetches those itself."""
    return [url for name, url in static.urls.items() if not (name.startswith("icons/") and not name.endswith(".svg"))]


def _manifest(app: Mapping[str, str], static: Static) -> bytes:
    icons = [_icon(path, url, static.files[url].body) for path, url in static.urls.items() if path.startswith("icons/")]
    manifest = {
        "id": "/",
        "name": app["name"],
        "short_name": app["name"],
        "lang": "en-GB",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        **THEME,
        **({"theme_color": app["colour"]} if app.get("colour") else {}),
        "icons": icons,
    }
    return json.dumps(manifest, ensure_ascii=False).encode()


def _icon(path: str, url: str, body: bytes) -> dict[str, str]:
    suffix = Path(path).suffix
    sizes = "any" if suffix == ".svg" else "{}x{}".format(*struct.unpack(">II", body[16:24]))
    return {"src": url, "type": TYPES[suffix], "sizes": sizes, "purpose": "maskable" if "maskable" in path else "any"}


def _address(name: str, body: bytes) -> str:
    path = Path(name)
    return f"/static/{path.stem}.{_hash(body)}{path.suffix}"


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in the worker")

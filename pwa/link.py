"""Joins ES modules into one classic script: the sources stay small modules, the browser gets one file.

One file is one request, one byte comparison and no half-updated worker. Not `type: "module"`: Chromium never updates a
module worker of which only certain imports changed. Knows nothing of what the modules do.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

import minify  # type: ignore[import-untyped]

IMPORT = re.compile(r'^import (?:\* as (?P<all>\w+)|(?P<names>\{[^}]*\})) from "(?P<path>\.[^"]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) (?P<name>\w+))", re.M)
LEFT = re.compile(r"^\s*(?:import|export)\b.*", re.M)


class LinkError(Exception):
    """A module uses a form of import or export that is not joined, or imports itself in a circle."""


def link(entry: str, read: Callable[[str], str]) -> str:
    """`entry` and all it imports as one classic script, without comments and white space and with short names. `read`
    gives the source of a path such as "worker/main.js"."""
    done: dict[str, str] = {}
    _add(entry, read, done, ())
    return _short('"use strict";\n(() => {\n' + "".join(done.values()) + "})();\n")


def _short(script: str) -> str:
    try:
        short: str = minify.string("text/javascript", script)
    except minify.MinifyError as why:
        raise LinkError(str(why)) from None
    return short


def _add(path: str, read: Callable[[str], str], done: dict[str, str], above: tuple[str, ...]) -> None:
    if path in done:
        return
    if path in above:
        raise LinkError(" imports ".join([*above, path]))
    source = read(path)
    for found in IMPORT.finditer(source):
        _add(_resolve(path, found["path"]), read, done, (*above, path))
    body = EXPORT.sub("", IMPORT.sub(lambda found: _imported(path, found), source))
    if left := LEFT.search(body):
        raise LinkError(f"{path}: {left[0].strip()!r} cannot be joined")
    names = [found["name"] for found in EXPORT.finditer(source)]
    start, end = (
        (f"const {_module(path)} = (() => {{\n", f"return {{ {', '.join(names)} }};\n}})();\n")
        if names
        else ("{\n", "}\n")
    )
    done[path] = start + body + end


def _imported(path: str, found: re.Match[str]) -> str:
    module = _module(_resolve(path, found["path"]))
    names = found["all"] or re.sub(r"\s+", " ", re.sub(r"(\w+) as (\w+)", r"\1: \2", found["names"]))
    return f"const {names} = {module};\n"


def _resolve(path: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))


def _module(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path)

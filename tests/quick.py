"""Runs the project's own ES modules in QuickJS, inside pytest: no Node, no browser, no build.

Joins a module and everything it imports (static, relative imports) and keeps each in a function of its own, so the
very files that a phone gets are the ones under test. Knows nothing of what the modules do.
"""

import functools
import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import quickjs

ROOT = Path(__file__).parent.parent

IMPORT = re.compile(r"""^import\s+(?:(?P<names>\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+)?["'](?P<path>[^"']+)["'];?""", re.M)
EXPORT_FROM = re.compile(r"""^export\s+(?P<names>\{[^}]*\}|\*)\s+from\s+["'](?P<path>[^"']+)["'];?""", re.M)
EXPORT_LIST = re.compile(r"^export\s+\{(?P<names>[^}]*)\};?", re.M)
EXPORT_NAME = re.compile(r"^export\s+(?P<start>(?:async\s+)?function\*?|const|let|class)\s+(?P<name>[\w$]+)", re.M)
MODULE_WORD = re.compile(r"^(import|export)\b", re.M)

# What every browser has and bare QuickJS has not. Nothing here can be seen by the code it runs.
SHIMS = """
globalThis.structuredClone ??= (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
globalThis.console ??= { log() {}, warn() {}, error() {}, info() {} };
globalThis.$modules = Object.create(null);
globalThis.$call = (name, list) => {
  const run = globalThis.$run = { state: "waiting" };
  const settle = (state) => (value) => { run.state = state; run.value = value; };
  try {
    const value = globalThis[name](...JSON.parse(list));
    if (value instanceof Promise) value.then(settle("done"), settle("thrown")); else settle("done")(value);
  } catch (thrown) { settle("thrown")(thrown); }
};
globalThis.$answer = () => {
  const { state, value } = globalThis.$run;
  if (state !== "thrown") return JSON.stringify({ state, value });
  const { name = "", message = String(value), stack = "" } = value instanceof Error ? value : {};
  return JSON.stringify({ state, value: { name, message, stack } });
};
"""


class Thrown(Exception):
    """The JavaScript threw: its name and message."""

    def __init__(self, name: str, message: str, stack: str) -> None:
        super().__init__(f"{name}: {message}\n{stack}")
        self.name, self.message = name, message


def quick(*entries: str, shims: str = "", modules: Mapping[str, str] | None = None) -> quickjs.Context:
    """A context in which the entries' exports are globals.

    Entries are paths from the root of the repository ("pwa/worker/render.js"). `shims` is JavaScript run first.
    `modules` gives the source of files that do not exist, by the same kind of path (the generated built.js).
    """
    context = quickjs.Context()
    context.eval(SHIMS + shims)
    loaded: set[str] = set()
    for path in entries:
        _load(context, path, modules or {}, loaded)
        context.eval(f"Object.assign(globalThis, $modules[{json.dumps(path)}]);")
    return context


def call(context: quickjs.Context, function: str, *arguments: Any) -> Any:
    """Call a global function with JSON arguments; the JSON of its answer, waiting for it when it is a promise."""
    context.get("$call")(function, json.dumps(arguments))
    while context.execute_pending_job():
        pass
    answer = json.loads(context.get("$answer")())
    if answer["state"] == "thrown":
        raise Thrown(**answer["value"])
    assert answer["state"] == "done", f"{function} waits for something that never comes"
    return answer.get("value")


def _load(context: quickjs.Context, path: str, virtual: Mapping[str, str], loaded: set[str]) -> None:
    if path in loaded:
        return
    loaded.add(path)
    source = virtual[path] if path in virtual else _read(path)
    for match in [*IMPORT.finditer(source), *EXPORT_FROM.finditer(source)]:
        _load(context, _resolve(path, match["path"]), virtual, loaded)
    context.eval(_wrap(path, source))


@functools.cache
def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _resolve(path: str, relative: str) -> str:
    if not relative.startswith("."):
        raise ValueError(f"{path}: only relative imports are joined, not {relative!r}")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))


def _wrap(path: str, source: str) -> str:
    """The module as a function whose exports are getters, so that they stay live. Line numbers are kept."""
    exports: list[str] = []

    def module_of(match: re.Match[str]) -> str:
        return f"$modules[{json.dumps(_resolve(path, match['path']))}]"

    def kept_lines(code: str, match: re.Match[str]) -> str:
        return code + "\n" * match[0].count("\n")

    def imported(match: re.Match[str]) -> str:
        names = match["names"]
        if names is None:
            return kept_lines("", match)
        names = re.sub(r"\bas\b", ":", names) if names.startswith("{") else names.split()[-1]
        return kept_lines(f"const {' '.join(names.split())} = {module_of(match)};", match)

    def passed_on(match: re.Match[str]) -> str:
        if match["names"] == "*":
            exports.append(f"...{module_of(match)}")
        else:
            exports.extend(
                f"get {out}() {{ return {module_of(match)}.{name}; }}" for name, out in _pairs(match["names"])
            )
        return kept_lines("", match)

    def listed(match: re.Match[str]) -> str:
        exports.extend(f"get {out}() {{ return {name}; }}" for name, out in _pairs(match["names"]))
        return kept_lines("", match)

    def named(match: re.Match[str]) -> str:
        exports.append(f"get {match['name']}() {{ return {match['name']}; }}")
        return f"{match['start']} {match['name']}"

    body = IMPORT.sub(imported, source)
    body = EXPORT_FROM.sub(passed_on, body)
    body = EXPORT_LIST.sub(listed, body)
    body = EXPORT_NAME.sub(named, body)
    if left := MODULE_WORD.search(body):
        line = body.count("\n", 0, left.start()) + 1
        raise ValueError(
            f"{path}:{line}: this form of {left[0]} is not joined; use named, static ones at the start of a line"
        )
    return f'$modules[{json.dumps(path)}] = (() => {{ "use strict"; {body}\nreturn {{ {", ".join(exports)} }}; }})();'


def _pairs(names: str) -> list[tuple[str, str]]:
    """ "{ a, b as c }" -> [("a", "a"), ("b", "c")]"""
    parts = [part.split() for part in names.strip("{} \n").split(",") if part.strip()]
    return [(part[0], part[-1]) for part in parts]

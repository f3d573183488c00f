"""Renders the same templates with both servers: Jinja in Python, and the compiled templates in QuickJS."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import quickjs
from jinja2 import DictLoader

from pwa.compile import CompileError, compile_all, environment
from pwa.languages import ENGLISH, Language
from tests.quick import ROOT, quick

RENDER = "pwa/worker/render.js"
SCRIPTS = (RENDER, "pwa/worker/values.js")
WORDS = {"plain": "We'll “keep” <it>", "sent": "Sent {time}", "two": "{count} & {time} & {count}"}
ASSETS = {"css/app.css": "/static/app.0123.css", "odd": "/static/a&b.css"}

INSTALL = """
let draw;
globalThis.install = (bundle) => { draw = renderer(JSON.parse(bundle)); };
globalThis.show = (name, context) => draw(name, JSON.parse(context));
"""


@dataclass(frozen=True)
class Refused:
    """It raised; why is told to a person, never compared."""

    why: str


class Twins:
    """`changed` is for planting a fault: what to replace in the scripts that draw."""

    def __init__(self, changed: tuple[str, str] | None = None) -> None:
        sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in SCRIPTS}
        if changed is not None:
            assert "".join(sources.values()).count(changed[0]) == 1, f"{changed[0]!r} is not there once"
            sources = {path: source.replace(*changed) for path, source in sources.items()}
        self.js: quickjs.Context = quick(RENDER, modules=sources)
        self.js.eval(INSTALL)

    def take(self, templates: Mapping[str, str], language: Language = ENGLISH) -> set[str]:
        """Compile for both; what of the subset was used."""
        self.env = environment(DictLoader(dict(templates)), words=WORDS, assets=ASSETS, language=language)
        compiled = compile_all(self.env)
        self.js.get("install")(json.dumps(compiled.bundle()))
        return compiled.used

    def render(self, name: str, context: Mapping[str, Any]) -> tuple[str | Refused, str | Refused]:
        return self._python(name, context), self._javascript(name, context)

    def _python(self, name: str, context: Mapping[str, Any]) -> str | Refused:
        try:
            return self.env.get_template(name).render(context)
        except CompileError:
            raise
        except Exception as refused:
            return Refused(f"{type(refused).__name__}: {refused}")

    def _javascript(self, name: str, context: Mapping[str, Any]) -> str | Refused:
        try:
            html: str = self.js.get("show")(name, json.dumps(context))
        except quickjs.JSException as refused:
            why = str(refused)
            # Only what render.js itself throws counts as refusing; a script that does not run is a fault.
            assert why.startswith("TypeError: "), why
            assert "not a function" not in why and "of undefined" not in why, why
            return Refused(why)
        return html

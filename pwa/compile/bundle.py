"""All templates as one piece of data. Knows the set of templates, not how a statement is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import BaseLoader, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from pwa.compile.environment import CompileError, StrictEnvironment
from pwa.compile.expressions import Macro
from pwa.compile.statements import Parts, Source, Template


@dataclass(frozen=True)
class Compiled:
    """Every template's parts, what each reaches by name, and what of the subset they use."""

    parts: dict[str, Parts]
    reaches: dict[str, set[str]]
    plural: str
    used: set[str]

    def bundle(self, roots: Iterable[str] | None = None) -> dict[str, Any]:
        wanted = sorted(self.parts if roots is None else _reached(self.reaches, roots))
        return {
            "plural": self.plural,
            "pages": {name: page for each in wanted for name, page in self.parts[each].pages.items()},
            "macros": {key: macro for each in wanted for key, macro in self.parts[each].macros.items()},
        }


def compile_templates(env: StrictEnvironment, roots: Iterable[str] | None = None) -> dict[str, Any]:
    """What `renderer` of pwa/worker/render.js draws pages from: plain JSON.

    Every template is checked. With `roots` only these and what they reach are written: the phone needs no more.
    One environment holds one language, so a bundle for each language costs nothing when it draws.
    """
    return compile_all(env).bundle(roots)


def compile_all(env: StrictEnvironment) -> Compiled:
    names = sorted(name for name in env.list_templates() if name.endswith(".html"))
    sources = {name: _parse(env, name) for name in names}
    templates = [Template(env, source, sources) for source in sources.values()]
    return Compiled(
        parts={template.name: template.write() for template in templates},
        plural=env.language.plural,
        reaches={template.name: template.reaches for template in templates},
        used=set().union(*(template.used for template in templates)),
    )


def _reached(reaches: dict[str, set[str]], roots: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(reaches[name])
    return wanted


def _parse(env: StrictEnvironment, name: str) -> Source:
    text, filename, _ = cast(BaseLoader, env.loader).get_source(env, name)
    try:
        tree = Parser(env, text, name, filename).parse()
    except TemplateSyntaxError as wrong:
        raise CompileError(name, wrong.lineno, wrong.message or "this is not Jinja") from None
    macros = {node.name: _macro(node, name) for node in tree.body if isinstance(node, nodes.Macro)}
    return Source(name, tree, macros)


def _macro(node: nodes.Macro, template: str) -> Macro:
    params = tuple(arg.name for arg in node.args)
    optional = frozenset(params[len(params) - len(node.defaults) :])
    called = {call.node.name for call in node.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    return Macro(f"{template}:{node.name}", params, optional, "caller" in called)

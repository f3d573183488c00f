"""All templates as one piece of script. Knows the set of templates, not how a statement is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from jinja2 import BaseLoader, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from pwa.compile.environment import CompileError, StrictEnvironment
from pwa.compile.expressions import Macro, js
from pwa.compile.statements import Source, Template

TOOLS = "F, Markup, Undefined, and, attr, concat, eq, has, item, list, name, need, or, order, out, plain, truth"


@dataclass(frozen=True)
class Compiled:
    """Every template's script, what each reaches by name, and what of the subset they use."""

    scripts: dict[str, str]
    reaches: dict[str, set[str]]
    used: set[str]
    filters: set[str]

    def bundle(self, roots: Iterable[str] | None = None) -> str:
        wanted = set(self.scripts) if roots is None else _reached(self.reaches, roots)
        scripts = "".join(self.scripts[name] for name in sorted(wanted))
        return f"{{\nconst {{ {TOOLS} }} = R;\nneed({js(sorted(self.filters))});\n{scripts}}}\n"


def compile_templates(env: StrictEnvironment, roots: Iterable[str] | None = None) -> str:
    """The body of a script that fills `T` with the help of `R`, both exports of pwa/worker/render.js.

    Every template is checked. With `roots` only these and what they reach are written: the phone needs no more.
    One environment holds one language, so a bundle for each language costs nothing when it runs.
    """
    return compile_all(env).bundle(roots)


def compile_all(env: StrictEnvironment) -> Compiled:
    names = sorted(name for name in env.list_templates() if name.endswith(".html"))
    sources = {name: _parse(env, name, index) for index, name in enumerate(names)}
    templates = [Template(env, source, sources) for source in sources.values()]
    scripts = {template.name: template.write() for template in templates}
    return Compiled(
        scripts=scripts,
        reaches={template.name: template.reaches for template in templates},
        used=set().union(*(template.used for template in templates)),
        filters=set().union(*(template.filters for template in templates)),
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


def _parse(env: StrictEnvironment, name: str, index: int) -> Source:
    text, filename, _ = cast(BaseLoader, env.loader).get_source(env, name)
    try:
        tree = Parser(env, text, name, filename).parse()
    except TemplateSyntaxError as wrong:
        raise CompileError(name, wrong.lineno, wrong.message or "this is not Jinja") from None
    macros = {node.name: _macro(node, index) for node in tree.body if isinstance(node, nodes.Macro)}
    return Source(name, tree, macros)


def _macro(node: nodes.Macro, index: int) -> Macro:
    params = tuple(arg.name for arg in node.args)
    optional = frozenset(params[len(params) - len(node.defaults) :])
    called = {call.node.name for call in node.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    return Macro(f"{node.name}_t{index}", params, optional, "caller" in called)

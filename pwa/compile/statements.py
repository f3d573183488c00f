"""Statements of the subset as trees: one template in, its page or its macros out. Knows the other templates only by
their macros, blocks and names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import nodes
from markupsafe import escape

from pwa.compile.environment import CompileError, StrictEnvironment
from pwa.compile.expressions import MESSAGES, Expressions, Macro, Reach, Tree, joined

MACROS_ONLY = nodes.Macro | nodes.FromImport


@dataclass(frozen=True)
class Source:
    """One template, parsed: what others may ask about it."""

    name: str
    tree: nodes.Template
    macros: dict[str, Macro]

    @property
    def parent(self) -> nodes.Extends | None:
        return next((node for node in self.tree.body if isinstance(node, nodes.Extends)), None)

    @property
    def blocks(self) -> set[str]:
        return {node.name for node in self.tree.body if isinstance(node, nodes.Block)}

    @property
    def only_macros(self) -> bool:
        return bool(self.macros) and all(isinstance(node, MACROS_ONLY) or is_blank(node) for node in self.tree.body)


@dataclass
class Parts:
    """What one template is made of, as render.js takes it: a page by its name, or macros by their keys."""

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    macros: dict[str, dict[str, Any]] = field(default_factory=dict)


class Template(Expressions):
    def __init__(self, env: StrictEnvironment, source: Source, others: Mapping[str, Source]) -> None:
        names = frozenset(macro for other in others.values() for macro in other.macros)
        super().__init__(env, source.name, names)
        self.source, self.others = source, others
        self.reaches: set[str] = set()

    def write(self) -> Parts:
        self.reach = Reach(sets=set(_sets(self.source.tree.body)))
        if self.source.only_macros:  # all are defined before any is called, so their order does not matter
            self.macros.update(self.source.macros)
        parent = self._parent(self.source.parent) if self.source.parent else None
        parts, blocks = Parts(), {}
        root: list[Tree] = []
        for node in self.source.tree.body:
            if isinstance(node, nodes.Macro):
                parts.macros[self.source.macros[node.name].key] = self._macro(node)
            elif isinstance(node, nodes.Block):
                blocks[node.name] = self._block(node)
                root += [] if parent else [["block", node.name]]
            elif isinstance(node, nodes.FromImport):
                self._import(node)
            elif parent is None or isinstance(node, nodes.Assign):
                root += self.statement(node)
            elif not isinstance(node, nodes.Extends) and not is_blank(node):
                raise self.refuse(node, "anything outside the blocks of a page with a parent", "move it into a block")
        if not self.source.only_macros:
            parts.pages[self.name] = {"parent": parent, "blocks": blocks, "root": joined(root)}
        return parts

    def statement(self, node: nodes.Node) -> list[Tree]:
        """What follows one another in the page; nothing for what draws nothing."""
        write: Callable[[nodes.Node], list[Tree]] | None = getattr(self, f"s_{type(node).__name__}", None)
        if write is None:
            raise self.unknown(node)
        return write(node)

    def body(self, body: Sequence[nodes.Node]) -> Tree:
        return joined([tree for node in body for tree in self.statement(node)])

    # -- other templates ------------------------------------------------------------------------

    def _parent(self, node: nodes.Extends) -> str:
        self.use(node, "extends")
        parent = self.other(node, node.template)
        if parent.parent is not None:
            raise self.refuse(node, "a parent with a parent", "extend the one at the top")
        if extra := self.source.blocks - parent.blocks:
            raise self.refuse(
                node, f"a block {min(extra)} that {parent.name} has not", f"it has {', '.join(sorted(parent.blocks))}"
            )
        return parent.name

    def other(self, node: nodes.Node, name: nodes.Expr) -> Source:
        if not isinstance(name, nodes.Const) or not isinstance(name.value, str):
            raise self.refuse(node, "a template name that is worked out", "write the name in quotes")
        if name.value not in self.others:
            raise CompileError(self.name, node.lineno, f"there is no template {name.value!r}")
        self.reaches.add(name.value)
        return self.others[name.value]

    def _import(self, node: nodes.FromImport) -> None:
        self.use(node, "from import")
        other = self.other(node, node.template)
        if node.with_context or not other.only_macros:
            raise self.refuse(node, f"importing from {other.name} like this", "keep macros in a file of macros only")
        for name in node.names:
            if not isinstance(name, str) or name not in other.macros:
                raise self.refuse(node, f"importing {name!r}", f"{other.name} has {', '.join(sorted(other.macros))}")
            self.macros[name] = other.macros[name]

    def _block(self, node: nodes.Block) -> Tree:
        self.use(node, "block")
        if node.scoped or node.required:
            raise self.refuse(node, "a block with options", "write {% block name %}")
        with self._inside(Reach(sets=set(_sets(node.body)))):
            return self.body(node.body)

    # -- macros ---------------------------------------------------------------------------------

    def _macro(self, node: nodes.Macro) -> dict[str, Any]:
        self.use(node, "macro")
        macro = self.source.macros[node.name]
        self.free(node, node.name)
        for target in node.args:
            self.free(target, target.name)
        defaults = dict(zip(macro.params[::-1], node.defaults[::-1], strict=False))
        params = [[name, self._default(defaults[name]) if name in defaults else None] for name in macro.params]
        with self._inside(Reach(locals=frozenset(macro.params), closed=True)):
            body = self.body(node.body)
        self.macros[node.name] = macro
        return {"params": params, "body": body}

    def _default(self, node: nodes.Expr) -> Tree:
        self.use(node, "macro default")
        if not isinstance(node, nodes.Const):
            raise self.refuse(node, "a default that is worked out", "use a text, a number, true, false or none")
        return self.expression(node)

    def s_CallBlock(self, node: nodes.CallBlock) -> list[Tree]:
        self.use(node, "call")
        if node.args:
            raise self.refuse(node, "{% call %} that takes values", "loop outside the macro and call it for each")
        with self._inside(replace(self.reach, in_call=True)):
            body = self.body(node.body)
        return [self.macro_call(node.call, body)]

    # -- statements -----------------------------------------------------------------------------

    def s_Output(self, node: nodes.Output) -> list[Tree]:
        trees: list[Tree] = []
        for child in node.nodes:
            text = child.data if isinstance(child, nodes.TemplateData) else self._escaped(child)
            trees.append(self._put_out(child) if text is None else text)
        return trees

    def _escaped(self, node: nodes.Node) -> str | None:
        text = self.constant(node)
        return None if text is None else str(escape(text))

    def _put_out(self, node: nodes.Expr) -> Tree:
        called = node.node.name if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) else None
        if isinstance(node, nodes.Call) and called == "caller":
            self.use(node, "caller")
            if not self.reach.closed or self.reach.in_call or node.args or node.kwargs:
                raise self.refuse(node, "caller() here", "write {{ caller() }} in the macro itself")
            return ["caller"]
        if isinstance(node, nodes.Call) and called in self.macros:
            return self.macro_call(node, None)
        if isinstance(node, nodes.Call) and called in MESSAGES:
            return self.message(node)
        return ["out", self.expression(node)]

    def s_If(self, node: nodes.If) -> list[Tree]:
        self.use(node, "if")
        branches = [(self.expression(node.test), self.body(node.body))]
        for branch in node.elif_:
            self.use(branch, "elif")
            branches.append((self.expression(branch.test), self.body(branch.body)))
        if node.else_:
            self.use(node, "else")
        tree = self.body(node.else_)
        for test, body in reversed(branches):
            tree = ["if", test, body, tree]
        return [tree]

    def s_For(self, node: nodes.For) -> list[Tree]:
        self.use(node, "for")
        if node.recursive or node.test or not isinstance(node.target, nodes.Name):
            raise self.refuse(node, "this form of {% for %}", "write {% for one in list %}, with {% if %} inside")
        self.free(node, node.target.name)
        items = self.expression(node.iter)
        inner = self.reach.locals | {node.target.name}
        with self._inside(replace(self.reach, locals=inner, in_body=True, in_loop=True)):
            body = self.body(node.body)
        if node.else_:
            self.use(node, "for else")
        with self._inside(replace(self.reach, in_body=False, in_loop=True)):
            nothing = self.body(node.else_)
        return [["for", node.target.name, items, body, nothing]]

    def s_Assign(self, node: nodes.Assign) -> list[Tree]:
        self.use(node, "set")
        if not isinstance(node.target, nodes.Name):
            raise self.refuse(node, "setting this", "set one name")
        if self.reach.closed or self.reach.in_loop or self.reach.in_call:
            raise self.refuse(node, "{% set %} in a loop, a macro or a {% call %}", "set it at the top of the block")
        self.free(node, node.target.name)
        value = self.expression(node.node)
        self.reach.ready.add(node.target.name)
        return [["set", node.target.name, value]]

    @contextmanager
    def _inside(self, reach: Reach) -> Iterator[None]:
        outer, self.reach = self.reach, reach
        yield
        self.reach = outer


def is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
    )


def _sets(body: Sequence[nodes.Node]) -> Iterator[str]:
    """Names that a block (or the top of a template) sets itself, also inside an {% if %}."""
    for node in body:
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            yield node.target.name
        elif isinstance(node, nodes.If):
            yield from _sets([*node.body, *node.elif_, *node.else_])

"""Statements of the subset as JavaScript: one template in, one piece of script out. Knows the other templates only by
their macros, blocks and names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from jinja2 import nodes
from markupsafe import escape

from pwa.compile.environment import CompileError, StrictEnvironment
from pwa.compile.expressions import Expressions, Macro, Reach, js

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


class Template(Expressions):
    def __init__(self, env: StrictEnvironment, source: Source, others: Mapping[str, Source]) -> None:
        names = frozenset(macro for other in others.values() for macro in other.macros)
        super().__init__(env, source.name, names)
        self.source, self.others = source, others
        self.count = 0
        self.reaches: set[str] = set()

    def write(self) -> str:
        self.reach = Reach(sets=set(_sets(self.source.tree.body)))
        if self.source.only_macros:  # all are defined before any is called, so their order does not matter
            self.macros.update(self.source.macros)
        parent = self._parent(self.source.parent) if self.source.parent else None
        functions, blocks, root = "", "", ""
        for node in self.source.tree.body:
            if isinstance(node, nodes.Macro):
                functions += self._macro(node)
            elif isinstance(node, nodes.Block):
                blocks += self._block(node)
                root += "" if parent else f"o += b[{js(node.name)}](c);\n"
            elif isinstance(node, nodes.FromImport):
                self._import(node)
            elif parent is None or isinstance(node, nodes.Assign):
                root += self.statement(node)
            elif not isinstance(node, nodes.Extends) and not is_blank(node):
                raise self.refuse(node, "anything outside the blocks of a page with a parent", "move it into a block")
        if self.source.only_macros:
            return functions
        parts = f'parent: {js(parent)}, blocks: {{{blocks}}}, root: (c, b) => {{\nlet o = "";\n{root}return o;\n}}'
        return f"{functions}T[{js(self.name)}] = {{ {parts} }};\n"

    def statement(self, node: nodes.Node) -> str:
        write = getattr(self, f"s_{type(node).__name__}", None)
        if write is None:
            raise self.unknown(node)
        code: str = write(node)
        return code

    def body(self, body: Sequence[nodes.Node]) -> str:
        return "".join(map(self.statement, body))

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

    def _block(self, node: nodes.Block) -> str:
        self.use(node, "block")
        if node.scoped or node.required:
            raise self.refuse(node, "a block with options", "write {% block name %}")
        sets = set(_sets(node.body))
        with self._inside(Reach(sets=sets)):
            code = self.body(node.body)
        scope = "c = Object.create(c);\n" if sets else ""
        return f'\n{js(node.name)}(c) {{\nlet o = "";\n{scope}{code}return o;\n}},\n'

    # -- macros ---------------------------------------------------------------------------------

    def _macro(self, node: nodes.Macro) -> str:
        self.use(node, "macro")
        macro = self.source.macros[node.name]
        self.free(node, node.name)
        for target in node.args:
            self.free(target, target.name)
        defaults = dict(zip(macro.params[::-1], node.defaults[::-1], strict=False))
        params, local = ["body"], {}
        for name in macro.params:
            local[name] = self.local(name)
            params.append(local[name] + (f" = {self._default(defaults[name])}" if name in defaults else ""))
        with self._inside(Reach(locals=local, closed=True)):
            code = self.body(node.body)
        self.macros[node.name] = macro
        return f'function {macro.function}({", ".join(params)}) {{\nlet o = "";\n{code}return o;\n}}\n'

    def _default(self, node: nodes.Expr) -> str:
        self.use(node, "macro default")
        if not isinstance(node, nodes.Const):
            raise self.refuse(node, "a default that is worked out", "use a text, a number, true, false or none")
        return self.expression(node)

    def s_CallBlock(self, node: nodes.CallBlock) -> str:
        self.use(node, "call")
        if node.args:
            raise self.refuse(node, "{% call %} that takes values", "loop outside the macro and call it for each")
        with self._inside(replace(self.reach, in_call=True)):
            body = self.body(node.body)
        return f"o += {self.macro_call(node.call, body)};\n"

    # -- statements -----------------------------------------------------------------------------

    def s_Output(self, node: nodes.Output) -> str:
        parts: list[str] = []
        known = ""
        for child in node.nodes:
            text = child.data if isinstance(child, nodes.TemplateData) else self._escaped(child)
            if text is not None:
                known += text
                continue
            parts += [js(known)] * bool(known) + [self._put_out(child)]
            known = ""
        parts += [js(known)] * bool(known)
        return f"o += {' + '.join(parts)};\n" if parts else ""

    def _escaped(self, node: nodes.Node) -> str | None:
        text = self.constant(node)
        return None if text is None else str(escape(text))

    def _put_out(self, node: nodes.Expr) -> str:
        called = node.node.name if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) else None
        if isinstance(node, nodes.Call) and called == "caller":
            self.use(node, "caller")
            if not self.reach.closed or self.reach.in_call or node.args or node.kwargs:
                raise self.refuse(node, "caller() here", "write {{ caller() }} in the macro itself")
            return "body()"
        if isinstance(node, nodes.Call) and called in self.macros:
            return self.macro_call(node, None)
        return f"out({self.expression(node)})"

    def s_If(self, node: nodes.If) -> str:
        self.use(node, "if")
        code = f"if ({self.condition(node.test)}) {{\n{self.body(node.body)}}}"
        for branch in node.elif_:
            self.use(branch, "elif")
            code += f" else if ({self.condition(branch.test)}) {{\n{self.body(branch.body)}}}"
        if node.else_:
            self.use(node, "else")
            code += f" else {{\n{self.body(node.else_)}}}"
        return code + "\n"

    def s_For(self, node: nodes.For) -> str:
        self.use(node, "for")
        if node.recursive or node.test or not isinstance(node.target, nodes.Name):
            raise self.refuse(node, "this form of {% for %}", "write {% for one in list %}, with {% if %} inside")
        self.free(node, node.target.name)
        items, i, one = self.local("items"), self.local("i"), self.local(node.target.name)
        head = f"const {items} = list({self.expression(node.iter)});\n"
        inner = {**self.reach.locals, node.target.name: one}
        with self._inside(replace(self.reach, locals=inner, loop={"i": i, "items": items}, in_loop=True)):
            body = self.body(node.body)
        loop = f"for (let {i} = 0; {i} < {items}.length; {i}++) {{\nconst {one} = {items}[{i}];\n{body}}}\n"
        if node.else_:
            self.use(node, "for else")
            with self._inside(replace(self.reach, loop=None, in_loop=True)):
                loop += f"if (!{items}.length) {{\n{self.body(node.else_)}}}\n"
        return head + loop

    def s_Assign(self, node: nodes.Assign) -> str:
        self.use(node, "set")
        if not isinstance(node.target, nodes.Name):
            raise self.refuse(node, "setting this", "set one name")
        if self.reach.closed or self.reach.in_loop or self.reach.in_call:
            raise self.refuse(node, "{% set %} in a loop, a macro or a {% call %}", "set it at the top of the block")
        self.free(node, node.target.name)
        value = self.expression(node.node)
        self.reach.ready.add(node.target.name)
        return f"c[{js(node.target.name)}] = {value};\n"

    def local(self, name: str) -> str:
        self.count += 1
        return f"{name}_{self.count}"

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

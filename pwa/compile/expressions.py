"""Expressions of the subset as trees. Knows the names in reach and the macros; knows no statement.

A tree is a text, a whole number, true or false, which is its own value, or a list: an operation of
pwa/worker/render.js and its operands. Null is an operand that was not given.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from jinja2 import nodes

from pwa.compile.environment import PLACE, CompileError, StrictEnvironment
from pwa.compile.subset import INSTEAD, SIGNS, SUBSET
from pwa.languages import VALUE

# Names that Jinja, the two globals or a macro's body give a meaning of their own.
RESERVED = frozenset(
    {"words", "asset", "_", "gettext", "ngettext", "_trans", "loop", "caller", "self", "super", "varargs", "kwargs"}
)
MESSAGES = ("_", "gettext", "ngettext")
LOOP = ("first", "last", "index")
POSITIVE = {"!=": "==", "not in": "in"}

Tree: TypeAlias = "str | int | bool | list[Tree] | None"


@dataclass(frozen=True)
class Macro:
    """How a macro is called. `optional` are the parameters with a default; `body` says that it takes {% call %}."""

    key: str
    params: tuple[str, ...]
    optional: frozenset[str]
    body: bool


@dataclass
class Reach:
    """What a piece of template can see besides the context."""

    locals: frozenset[str] = frozenset()
    in_body: bool = False  # of a loop
    closed: bool = False  # a macro: it sees its parameters and nothing of the page
    in_call: bool = False
    in_loop: bool = False
    sets: set[str] = field(default_factory=set)  # names this block sets somewhere
    ready: set[str] = field(default_factory=set)  # … and has set by now


class Expressions:
    def __init__(self, env: StrictEnvironment, name: str, macro_names: frozenset[str]) -> None:
        self.env, self.name, self.macro_names = env, name, macro_names
        self.used: set[str] = set()
        self.macros: dict[str, Macro] = {}
        self.reach = Reach()

    def refuse(self, node: nodes.Node, what: str, instead: str) -> CompileError:
        line = node.lineno or next(inner.lineno for inner in node.find_all(nodes.Node) if inner.lineno)
        return CompileError(self.name, line, f"{what} is outside the template subset; {instead}")

    def use(self, node: nodes.Node, construct: str, instead: str = "see pwa/README.md for what there is") -> None:
        if construct not in SUBSET:
            raise self.refuse(node, construct, instead)
        self.used.add(construct)

    def unknown(self, node: nodes.Node) -> CompileError:
        kind = type(node).__name__
        return self.refuse(node, *INSTEAD.get(kind, (kind, "see pwa/README.md for what there is")))

    def expression(self, node: nodes.Node) -> Tree:
        write: Callable[[nodes.Node], Tree] | None = getattr(self, f"x_{type(node).__name__}", None)
        if write is None:
            raise self.unknown(node)
        return write(node)

    def constant(self, node: nodes.Node) -> str | None:
        """The text of an expression that is known now, so that it can be escaped now."""
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            self.use(node, "text")
            return node.value
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
            if node.node.name == "asset":
                return self._asset(node)
            if node.node.name == "words" and not node.kwargs:
                return self._words(node)
        return None

    def x_Const(self, node: nodes.Const) -> Tree:
        names = {str: "text", bool: "true, false", int: "number"}
        if type(node.value) not in names:
            raise self.refuse(
                node,
                f"the constant {node.value}",
                'there are text, whole numbers, true and false; for nothing write ""',
            )
        self.use(node, names[type(node.value)])
        value: str | int | bool = node.value
        return value

    def x_Name(self, node: nodes.Name) -> Tree:
        self.use(node, "name")
        self.free(node, node.name)
        if node.name not in self.reach.locals:
            self._of_the_page(node)
        return ["name", node.name]

    def _of_the_page(self, node: nodes.Name) -> None:
        if self.reach.closed:
            raise self.refuse(node, f"`{node.name}` inside a macro", "a macro sees its parameters only: add one")
        if node.name in self.macro_names:
            raise self.refuse(node, f"`{node.name}`, a macro, as a value", "give the value another name")
        if node.name in self.reach.sets - self.reach.ready:
            raise self.refuse(node, f"`{node.name}` above its {{% set %}}", "set it first, or give it another name")

    def free(self, node: nodes.Node, name: str) -> None:
        if name in RESERVED:
            raise self.refuse(node, f"`{name}` as a name", "choose another name")

    def x_Getattr(self, node: nodes.Getattr) -> Tree:
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return self._loop(node)
        self.use(node, "attribute")
        return ["attr", self.expression(node.node), node.attr]

    def _loop(self, node: nodes.Getattr) -> Tree:
        self.use(node, f"loop.{node.attr}", f"there are {', '.join(f'loop.{part}' for part in LOOP)}")
        if not self.reach.in_body:
            raise self.refuse(node, f"loop.{node.attr} outside the body of a loop", "move it into the loop")
        return ["name", f"loop.{node.attr}"]

    def x_Getitem(self, node: nodes.Getitem) -> Tree:
        if isinstance(node.arg, nodes.Const) and not isinstance(node.arg.value, str):
            raise self.refuse(node, "a place in a list", "loop over it, or send the one record that is needed")
        self.use(node, "key")
        return ["item", self.expression(node.node), self.expression(node.arg)]

    def x_List(self, node: nodes.List) -> Tree:
        self.use(node, "list")
        return ["list", *map(self.expression, node.items)]

    def x_Dict(self, node: nodes.Dict) -> Tree:
        self.use(node, "record")
        fields: dict[str, Tree] = {}
        for pair in node.items:
            key = pair.key.value if isinstance(pair.key, nodes.Const) else None
            if not isinstance(key, str) or key in fields or key == "__proto__":
                raise self.refuse(pair, "this key of a record", "write each key once, in quotes")
            fields[key] = self.expression(pair.value)
        return ["record", *chain.from_iterable(fields.items())]

    def x_Compare(self, node: nodes.Compare) -> Tree:
        if len(node.ops) != 1:
            raise self.refuse(node, "a chain of comparisons", "join two with `and`")
        sign = SIGNS[node.ops[0].op]
        self.use(node, "<, <=, >, >=" if sign[0] in "<>" else sign)
        tree: Tree = [POSITIVE.get(sign, sign), self.expression(node.expr), self.expression(node.ops[0].expr)]
        return ["not", tree] if sign in POSITIVE else tree

    def x_And(self, node: nodes.And) -> Tree:
        self.use(node, "and")
        return ["and", self.expression(node.left), self.expression(node.right)]

    def x_Or(self, node: nodes.Or) -> Tree:
        self.use(node, "or")
        return ["or", self.expression(node.left), self.expression(node.right)]

    def x_Not(self, node: nodes.Not) -> Tree:
        self.use(node, "not")
        return ["not", self.expression(node.node)]

    def x_Concat(self, node: nodes.Concat) -> Tree:
        self.use(node, "~")
        return ["~", *map(self.expression, node.nodes)]

    def x_CondExpr(self, node: nodes.CondExpr) -> Tree:
        self.use(node, "inline if")
        if node.expr2 is None:
            raise self.refuse(node, "an inline if without else", 'add `else ""`')
        return ["if", *map(self.expression, (node.test, node.expr1, node.expr2))]

    def x_Filter(self, node: nodes.Filter) -> Tree:
        self.use(node, f"| {node.name}", "see pwa/README.md for the filters there are")
        if node.node is None:
            raise self.unknown(nodes.FilterBlock(lineno=node.lineno))
        values = self.arguments(node, f"the filter {node.name}", self.env.filters[node.name])
        return [node.name, self.expression(node.node), *values]

    def arguments(self, node: nodes.Filter, what: str, function: Callable[..., object]) -> list[Tree]:
        """By place or by name in the template, by place in JavaScript."""
        if node.dyn_args or node.dyn_kwargs:
            raise self.refuse(node, "* and ** in a call", "write the values out")
        try:
            bound = inspect.signature(function).bind(
                None, *node.args, **{str(pair.key): pair.value for pair in node.kwargs}
            )
        except TypeError as wrong:
            raise self.refuse(node, f"{what} with these values", str(wrong)) from None
        return [self.expression(value) for value in list(bound.arguments.values())[1:]]

    def x_Call(self, node: nodes.Call) -> Tree:
        target = node.node
        known = target.name if isinstance(target, nodes.Name) else ""
        if known == "words":
            return self._words_with_values(node) if node.kwargs else self._words(node)
        if known == "asset":
            return self._asset(node)
        if known in MESSAGES:
            return ["markup", self.message(node)]
        if known == "caller":
            raise self.refuse(node, "caller() inside an expression", "write {{ caller() }} on its own")
        if isinstance(target, nodes.Getattr):
            raise self.refuse(node, f"the method call .{target.attr}()", "use a filter: {{ value | filter }}")
        return ["markup", self.macro_call(node, None)]

    def macro_call(self, node: nodes.Call, body: Tree) -> Tree:
        """A macro's call; its values go by place, whatever they were in the template."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in self.macros or name in self.reach.locals:
            raise self.refuse(node, f"{name or 'this'}()", "define or import the macro above, in this file")
        macro = self.macros[name]
        if macro.body != (body is not None):
            how = f"{{% call {name}(…) %}}…{{% endcall %}}" if macro.body else f"{{{{ {name}(…) }}}}"
            raise self.refuse(node, f"this way to call {name}", f"write {how}")
        given = self._given(node, name, macro)
        return ["call", macro.key, body, *(given.get(param) for param in macro.params)]

    def _given(self, node: nodes.Call, name: str, macro: Macro) -> dict[str, Tree]:
        self.use(node, "macro call")
        if node.dyn_args or node.dyn_kwargs:
            raise self.refuse(node, "* and ** in a call", "write the values out")
        pairs = [*zip(macro.params, node.args, strict=False), *((pair.key, pair.value) for pair in node.kwargs)]
        given = {key: self.expression(value) for key, value in pairs}
        missing = set(macro.params) - macro.optional - set(given)
        if len(given) != len(node.args) + len(node.kwargs) or missing or not set(given) <= set(macro.params):
            raise self.refuse(node, f"{name}() with these values", f"it takes {', '.join(macro.params) or 'none'}")
        return given

    def _words(self, node: nodes.Call) -> str:
        text = self._deck(node)
        self.use(node, "words")
        return text

    def _words_with_values(self, node: nodes.Call) -> Tree:
        text = self._deck(node)
        self.use(node, "words with values")
        given = {pair.key: self.expression(pair.value) for pair in node.kwargs}
        return ["words", *(given[part] if place else part for place, part in _pieces(PLACE, text) if part)]

    def message(self, node: nodes.Call) -> Tree:
        """Markup of our own with escaped values in it: the text itself when it has none."""
        counted = isinstance(node.node, nodes.Name) and node.node.name == "ngettext"
        constants = [arg.value for arg in node.args[: 2 if counted else 1] if isinstance(arg, nodes.Const)]
        texts = [value for value in constants if isinstance(value, str)]
        if [len(texts), len(node.args)] != ([2, 3] if counted else [1, 1]) or node.dyn_args or node.dyn_kwargs:
            raise self.refuse(node, "this message", "write {% trans %}…{% endtrans %}, or _() with one text in quotes")
        given = {pair.key: pair.value for pair in node.kwargs}
        used = {name for text in texts for name in VALUE.findall(text)}
        if used - set(given) or (set(given) - used and not counted):
            raise self.refuse(node, f"a message with {', '.join(sorted(given)) or 'no values'}", f"it uses {used}")
        if not counted:
            self.use(node, "message with values" if given else "message")
            return self._filled(node, self.env.language.say(texts[0]), given)
        self.use(node, "plural message")
        forms = [self._filled(node, text, given) for text in self.env.language.forms(texts[0], texts[1])]
        return ["counted", self.expression(node.args[2]), *forms]

    def _filled(self, node: nodes.Node, text: str, given: Mapping[str, nodes.Expr]) -> Tree:
        trees: list[Tree] = []
        for is_name, part in _pieces(VALUE, text):
            if not is_name and "%" in part.replace("%%", ""):
                raise self.refuse(node, "a % in a message", "write it as %%")
            if part:
                trees.append(["out", self.expression(given[part])] if is_name else part.replace("%%", "%"))
        return joined(trees)

    def _deck(self, node: nodes.Call) -> str:
        key = self._only_text(node, "words")
        if key not in self.env.words:
            raise CompileError(self.name, node.lineno, f'the copy deck has no "{key}"; add it to words.toml')
        text = self.env.language.say(self.env.words[key])
        wanted, given = set(PLACE.findall(text)), {pair.key for pair in node.kwargs}
        if wanted != given:
            names = ", ".join(sorted(wanted)) or "no values"
            raise CompileError(self.name, node.lineno, f'"{key}" of the copy deck takes {names}')
        return text

    def _asset(self, node: nodes.Call) -> str:
        self.use(node, "asset")
        name = self._only_text(node, "asset")
        if name not in self.env.assets or node.kwargs:
            raise CompileError(self.name, node.lineno, f'there is no asset "{name}"')
        return self.env.assets[name]

    def _only_text(self, node: nodes.Call, what: str) -> str:
        """The one constant that words() and asset() take."""
        first = node.args[0] if len(node.args) == 1 and not node.dyn_args and not node.dyn_kwargs else None
        if not isinstance(first, nodes.Const) or not isinstance(first.value, str):
            raise self.refuse(node, f"{what}() with anything but one text in quotes", "choose with {% if %}")
        return first.value


def joined(trees: Sequence[Tree]) -> Tree:
    """One tree that draws these one after another; texts that meet become one."""
    merged: list[Tree] = []
    for tree in trees:
        if isinstance(tree, str) and merged and isinstance(merged[-1], str):
            merged[-1] += tree
        elif tree != "":
            merged.append(tree)
    return ["all", *merged] if len(merged) > 1 else merged[0] if merged else ""


def _pieces(place: re.Pattern[str], text: str) -> list[tuple[bool, str]]:
    """ "Sent {time}" -> [(False, "Sent "), (True, "time"), (False, "")]: True for the name of a value."""
    return [(index % 2 == 1, part) for index, part in enumerate(place.split(text))]

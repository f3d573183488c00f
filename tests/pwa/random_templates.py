"""Random templates of the subset, with hostile data: made so that most of them render. Reads the compiler's own list.

Every construct of the subset has a production here, by its name; a production whose name is not in the subset is never
picked, and a test compares the two lists.
"""

import random
from collections.abc import Callable
from typing import Any

from pwa.compile import SUBSET

TEXTS = (
    *("", "O'Neil", '"quoted" & <b>bold</b>', "\u2028 line\u2029", "\U0001f600 \ufffd", "\u00a0", "z\U00020000"),
    *(
        "\uff5e",
        "{{ x }} {# no #}",
        "p1",
        "name",
        "0",
        "\\n \\ `${x}`",
        "Zoë",
        "</script>",
        "&amp;",
        "constructor",
        "__proto__",
    ),
)
IDS = ("p1", "p2", "10", "9", "\uff5e", "\U0001f600", "length", "O'N")
DATES = ("2026-11-23", "2024-02-29", "2026-01-01", "1999-12-31")
WRONG = 0.004  # how often an expression is not what its place wants

Production = Callable[[int], str]


class Data:
    """A context as both servers get it: nested records, empty collections, text of every kind."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick

    def context(self) -> dict[str, Any]:
        return {
            **{name: self.text() for name in ("a", "b")},
            **{name: self.pick.choice((0, 1, 2, 7, -1, 2**40)) for name in ("n", "m")},
            "day": self.pick.choice(DATES),
            "yes": self.pick.random() < 0.5,
            "me": None
            if self.pick.random() < 0.1
            else {"name": self.text(), "team": self.text(), "is": {"on": self.text()}},
            "things": self.collection(),
            "none_yet": {},
            "rows": [self.record(key) for key in self.some_ids()],
            "nothing": [],
            "one": self.record("p1"),
            "states": {key: {"state": self.text(), "text": self.text()} for key in self.some_ids()},
        }

    def text(self) -> str:
        return "".join(self.pick.choices(TEXTS, k=self.pick.choice((1, 1, 2))))

    def some_ids(self) -> list[str]:
        return self.pick.sample(IDS, self.pick.randint(0, 4))

    def record(self, key: str) -> dict[str, Any]:
        record = self.plain_record(key)
        record["parts"] = [self.plain_record(part) for part in self.some_ids()[:2]]
        return record | ({"order": self.pick.choice((0, 1, 10))} if self.pick.random() < 0.5 else {})

    def plain_record(self, key: str) -> dict[str, Any]:
        version, done = self.pick.choice((0, 1, 2, 30)), self.pick.random() < 0.5
        return {"id": key, "title": self.text(), "version": version, "done": done, "parts": []}

    def collection(self) -> dict[str, Any]:
        return {key: self.record(key) for key in self.some_ids()}


class Generator:
    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.records: list[str] = []  # loop variables in reach, each a record
        self.sets: list[str] = []
        self.params: list[str] | None = None  # inside a macro: all it may name
        self.macros: list[tuple[str, int, bool]] = []
        self.loops = 0

    # -- a set of templates ---------------------------------------------------------------------

    def templates(self, pages: int) -> dict[str, str]:
        """ "macros.html", "base.html" and pages "0.html" …"""
        macros = "".join(self.macro(number) for number in range(3)) if "macro" in SUBSET else ""
        files = {"macros.html": macros}
        names = ", ".join(name for name, _, _ in self.macros)
        head = f'{{% from "macros.html" import {names} %}}\n' if "from import" in SUBSET else ""
        files["base.html"] = (
            f"{head}<title>{self.body(1)}</title>\n"
            f"{{% block one %}}{self.body(1)}{{% endblock %}}\n{{% block two %}}{{% endblock %}}\n"
        )
        for page in range(pages):
            files[f"{page}.html"] = (
                head + self.body(self.pick.choice((2, 2, 3))) if self.pick.random() < 0.4 else self.child(head)
            )
        return files

    def child(self, head: str) -> str:
        top = f'{{% extends "base.html" %}}\n{head}{{% set top = {self.text(1)} %}}\n'
        self.sets = ["top"]
        blocks = "".join(
            f"{{% block {name} %}}{self.block(self.pick.choice((1, 2)))}{{% endblock %}}\n"
            for name in self.pick.sample(("one", "two"), 2)
        )
        self.sets = []
        return top + blocks

    def block(self, depth: int) -> str:
        outer = list(self.sets)
        html = ""
        for number in range(self.pick.randint(0, 2)):
            html += f"{{% set s{number} = {self.text(2)} %}}\n"
            self.sets.append(f"s{number}")
        html += self.body(depth)
        self.sets = outer
        return html

    def macro(self, number: int) -> str:
        name, params, body = f"mac{number}", ["p", "q"], number == 1
        default = f"={self.literal()}" if "macro default" in SUBSET else ""
        self.params = params
        html = self.body(2) + ("[{{ caller() }}]" if body else "")
        self.params = None
        self.macros.append((name, len(params), body))
        return f"{{% macro {name}(p, q{default}) %}}{html}{{% endmacro %}}\n"

    # -- statements -----------------------------------------------------------------------------

    def body(self, depth: int) -> str:
        return "".join(self.statement(depth) for _ in range(self.pick.randint(1, 3 if depth > 2 else 2)))

    def statement(self, depth: int) -> str:
        if depth <= 0:
            return self.pick.choice(("plain ", "<p>\n", f"{{{{ {self.text(1)} }}}}"))
        return self.one_of(
            {
                "text": lambda d: self.pick.choice(("  <p>é</p>\n", "{# gone #}\n", "\t&nbsp;")),
                "name": lambda d: f"<b>{{{{ {self.text(2)} }}}}</b>\n",
                "number": lambda d: f"{{{{- {self.number(2)} -}}}} ",
                "if": lambda d: f"{{% if {self.truth(2)} %}}{self.body(d)}{{% endif %}}\n",
                "elif": lambda d: (
                    f"{{% if {self.truth(1)} %}}{self.body(d)}{{% elif {self.truth(1)} %}}{self.body(d)}{{% endif %}}"
                ),
                "else": lambda d: (
                    f"{{% if {self.truth(2)} -%}} {self.body(d)} {{%- else %}}\n{self.body(d)}{{% endif %}}"
                ),
                "for": lambda d: self.loop(d, ""),
                "for else": lambda d: self.loop(d, f"{{% else %}}{self.body(0)}"),
                "macro call": lambda d: f"{{{{ {self.called()} }}}}",
                "call": lambda d: self.call(d),
            },
            depth,
        )

    def loop(self, depth: int, other: str) -> str:
        """The sum of all rounds grows fast: a loop in a loop is enough."""
        if len(self.records) > 1:
            return self.statement(0)
        name = f"r{len(self.records)}"
        rows = self.rows(2)
        self.records.append(name)
        self.loops += 1
        body = self.pick.choice(("", f"{{{{ {name}.id }}}} ")) + self.body(depth)
        self.loops -= 1
        self.records.pop()
        return f"{{% for {name} in {rows} %}}{body}{other}{{% endfor %}}"

    def call(self, depth: int) -> str:
        if self.params is not None or not self.macros:
            return self.statement(0)
        return f"{{% call mac1({self.text(1)}, {self.text(1)}) %}}{self.body(depth)}{{% endcall %}}"

    def called(self) -> str:
        known = [name for name, _, body in self.macros if not body]
        if not known:
            return self.literal()
        values = self.pick.choice(
            (f"{self.text(1)}", f"{self.text(1)}, {self.text(1)}", f"q={self.text(1)}, p={self.text(1)}")
        )
        return f"{self.pick.choice(known)}({values})"

    # -- expressions, by what they give ---------------------------------------------------------

    def one_of(self, productions: dict[str, Production], depth: int) -> str:
        names = [name for name in productions if name in SUBSET]
        return productions[self.pick.choice(names)](depth - 1)

    def literal(self) -> str:
        quoted = self.pick.choice(TEXTS).replace("\\", "\\\\").replace("'", "\\'").replace("\u2028", "\\u2028")
        return f"'{quoted.replace('{', '(')}'"

    def named(self, *names: str) -> str:
        """A name of the page; a macro sees its parameters only."""
        return self.pick.choice(self.params if self.params is not None else [*names, *self.sets])

    def record(self) -> str:
        if self.records and self.pick.random() < 0.8:
            return self.pick.choice(self.records)
        if self.params is None and self.pick.random() < 0.9:
            return "one"
        return '{"id": "p1", "title": ' + self.literal() + ', "version": 2, "done": true, "parts": []}'

    def anything(self, depth: int) -> str:
        wrong = ("nope", "me.nope", "me", "things", "rows", "yes", "true", "[1]", "{}", "1", "''")
        here = [*self.records, *(wrong if self.params is None else (*self.params, "1", "[]", "true"))]
        return self.pick.choice(here)

    def text(self, depth: int) -> str:
        if self.pick.random() < WRONG:
            return self.anything(depth)
        if depth <= 0:
            return self.pick.choice((self.literal(), self.named("a", "b")))
        return self.one_of(
            {
                "text": lambda d: self.literal(),
                "name": lambda d: self.named("a", "b", "day"),
                "attribute": lambda d: f"{self.record()}.{self.pick.choice(('title', 'id'))}",
                "key": lambda d: self.record() + self.pick.choice(('["title"]', "['id']")),
                "~": lambda d: (
                    f"({self.pick.choice((self.called(), self.text(d)))} ~ {self.text(d)} ~ {self.number(d)})"
                ),
                "inline if": lambda d: f"({self.text(d)} if {self.truth(d)} else {self.text(d)})",
                "or": lambda d: f"({self.text(d)} or {self.text(d)})",
                "and": lambda d: f"({self.text(d)} and {self.text(d)})",
                "words": lambda d: 'words("plain")',
                "words with values": lambda d: f'words("two", time={self.text(d)}, count={self.number(d)})',
                "message": lambda d: self.pick.choice(('_("We keep <b>100%%</b> &amp; more")', 'gettext("Plain")')),
                "message with values": lambda d: (
                    f'_("%(n)s of <i>%(who)s</i>", who={self.text(d)}, n={self.number(d)})'
                ),
                "plural message": lambda d: (
                    f'ngettext("%(n)s <i>a</i>", "%(n)s b: %(who)s", {self.count()}, n=7, who={self.text(d)})'
                ),
                "asset": lambda d: self.pick.choice(('asset("css/app.css")', 'asset("odd")')),
                "| default": lambda d: f"({self.record()}.missing | default({self.text(d)}))",
                "macro call": lambda d: self.called(),
            },
            depth,
        )

    def count(self) -> str:
        return self.pick.choice(("0", "1", "200", f"{self.record()}.version", "n" if self.params is None else "2"))

    def number(self, depth: int) -> str:
        if self.pick.random() < WRONG:
            return self.anything(depth)
        productions: dict[str, Production] = {
            "number": lambda d: self.pick.choice(("0", "1", "2", "30")),
            "attribute": lambda d: f"{self.record()}.version",
            "| length": lambda d: f"({self.pick.choice((self.rows(d), self.collection(), self.literal()))} | length)",
            "inline if": lambda d: f"({self.number(d)} if {self.truth(d)} else {self.number(d)})",
        }
        if self.loops:
            productions["loop.index"] = lambda d: "loop.index"
        if self.params is None:
            productions["name"] = lambda d: self.pick.choice(("n", "m"))
        return self.one_of(productions, depth) if depth > 0 else self.pick.choice(("0", "1", "7"))

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.pick.choice((self.text(0), self.number(0), self.rows(0), self.collection()))
        sign = self.pick.choice(("<", "<=", ">", ">="))
        productions: dict[str, Production] = {
            "==": lambda d: f"({self.alike(d)} == {self.alike(d)})",
            "!=": lambda d: f"({self.alike(d)} != {self.alike(d)})",
            "<, <=, >, >=": lambda d: self.pick.choice(
                (
                    f"({self.number(d)} {sign} {self.number(d)})",
                    f"({self.literal()} {sign} {self.literal()})",
                    f"('\uff5e' {sign} '\U0001f600')",
                )
            ),
            "in": lambda d: self.held(d, "in"),
            "not in": lambda d: self.held(d, "not in"),
            "and": lambda d: f"({self.truth(d)} and {self.truth(d)})",
            "or": lambda d: f"({self.truth(d)} or {self.truth(d)})",
            "not": lambda d: f"(not {self.truth(d)})",
            "true, false": lambda d: self.pick.choice(("true", "false")),
            "attribute": lambda d: f"{self.record()}.{self.pick.choice(('done', 'parts', 'title', 'version'))}",
            "text": lambda d: self.text(d),
        }
        if self.loops:
            productions["loop.first"] = lambda d: "loop.first"
            productions["loop.last"] = lambda d: "loop.last"
        return self.one_of(productions, depth)

    def alike(self, depth: int) -> str:
        """Something to compare: of any kind, since == takes any two."""
        kinds = (
            self.text,
            self.number,
            self.truth,
            self.rows,
            lambda d: self.record(),
            lambda d: self.pick.choice(("1", "true")),
        )
        return self.pick.choice(kinds)(depth)

    def held(self, depth: int, sign: str) -> str:
        quoted = self.pick.choice(('"p1"', "'9'", '"constructor"', self.literal()))
        holder = self.pick.choice(
            (self.collection(), self.literal(), f"[{self.literal()}, {self.number(0)}, true, '9']")
        )
        return f"({quoted} {sign} {holder})"

    def collection(self) -> str:
        if self.params is not None:
            return '{"p1": {"title": "x", "order": 2}, "9": {"title": "y"}}' if "record" in SUBSET else "p"
        return self.pick.choice(("things", "things", "states", "none_yet"))

    def rows(self, depth: int) -> str:
        literal = f"[{self.record()}, {self.record()}]" if depth > 0 else "[]"
        productions: dict[str, Production] = {
            "list": lambda d: literal,
            "record": lambda d: literal,
            "attribute": lambda d: f"{self.record()}.parts",
        }
        if self.params is None:
            productions["name"] = lambda d: self.pick.choice(("rows", "rows", "nothing"))
            productions["| without"] = lambda d: self.pick.choice(
                ("(things | without(none_yet) | values)", "(things | without(things) | values)")
            )
            productions["| values"] = lambda d: self.pick.choice(
                ("(things | values)", "(things | values)", "(none_yet | values)")
            )
            sortable = self.pick.choice(("rows", "things | values", "nothing"))
            productions["| sort"] = lambda d: (
                f"({sortable} | sort(" + self.pick.choice(('"title"', '"id"', 'attribute="version"')) + "))"
            )
        return self.one_of(productions, max(depth, 1))

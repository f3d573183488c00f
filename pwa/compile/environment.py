"""The Jinja environment, made as strict as the JavaScript side: what one refuses at run time the other refuses too.

The server renders with it as it is. Knows nothing of JavaScript.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, Undefined, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext
from markupsafe import Markup

from pwa.compile.filters import FILTERS, finalize, part, plain, rows, whole
from pwa.languages import ENGLISH, VALUE, Language, place

PLACE = re.compile(r"\{(\w+)\}")
ORDERED = frozenset({"lt", "lteq", "gt", "gteq"})


class CompileError(Exception):
    """A template (or the copy deck) is outside the subset: where, what, and what to write instead."""

    def __init__(self, name: str, line: int, what: str) -> None:
        super().__init__(f"{name}:{line}: {what}")


class StrictEnvironment(Environment):
    """Jinja without second guesses: a key is a key, a list is a list, only text and whole numbers are joined."""

    language: Language
    words: Mapping[str, str]
    assets: Mapping[str, str]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for concat in tree.find_all(nodes.Concat):
            concat.nodes = [_checked(node, "part") for node in concat.nodes]
        for loop in tree.find_all(nodes.For):
            loop.iter = _checked(loop.iter, "rows")
        for compare in tree.find_all(nodes.Compare):
            for operand in compare.ops:
                if operand.op in ORDERED:
                    compare.expr, operand.expr = _checked(compare.expr, "plain"), _checked(operand.expr, "plain")
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext | TemplateModule | Undefined):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=argument)
        raise TypeError(f"a key is looked up in a record, not {type(argument).__name__} in {type(obj).__name__}")


def environment(
    source: Path | BaseLoader, *, words: Mapping[str, str], assets: Mapping[str, str], language: Language = ENGLISH
) -> StrictEnvironment:
    """Templates are named from the folder down: "layout/base.html", "features/pledges/index.html".

    `words` is the copy deck in English, `assets` the address of each file ("css/app.css" -> "/static/…"); it may
    be filled after this call, before the first page.
    """
    env = StrictEnvironment(
        loader=FileSystemLoader(source) if isinstance(source, Path) else source,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.language, env.words, env.assets = language, words, assets
    env.filters = {**FILTERS, "part": part, "plain": plain, "rows": rows}
    env.tests = {}
    gettext, ngettext = _messages(language)
    env.globals = {
        "words": _words(words, language),
        "asset": assets.__getitem__,
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
    }
    return env


def load_words(path: Path) -> dict[str, str]:
    """The copy deck: a flat TOML table of text."""
    deck = tomllib.loads(path.read_text(encoding="utf-8"))
    for key, text in deck.items():
        if not isinstance(text, str):
            raise CompileError(path.name, 1, f'{key} is not text; write "{key}" = "…", with the key in quotes')
    return deck


def _words(words: Mapping[str, str], language: Language) -> Callable[..., str]:
    def say(key: str, /, **params: Any) -> str:
        return PLACE.sub(lambda place: str(plain(params[place[1]])), language.say(words[key]))

    return say


def _messages(language: Language) -> tuple[Callable[..., Markup], Callable[..., Markup]]:
    """What {% trans %} and _() call. A message is markup of our own; the values in it are escaped."""

    def filled(text: str, values: Mapping[str, Any]) -> Markup:
        return Markup(text) % {name: part(values[name]) for name in VALUE.findall(text)}  # noqa: S704

    def gettext(text: str, /, **values: Any) -> Markup:
        return filled(language.say(text), values)

    def ngettext(one: str, many: str, n: int, /, **values: Any) -> Markup:
        return filled(language.forms(one, many)[int(language.plural[place(whole(n))])], values)

    return gettext, ngettext


def _checked(node: nodes.Node, check: str) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), check, [], [], None, None, lineno=node.lineno)

"""Every text that people read is a message: no template holds one outside, and translators are given all of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from pwa.compile import environment
from pwa.languages import known, languages
from server.messages import FILE, template
from server.words import deck
from tests.quick import ROOT

PWA = ROOT / "pwa"
TAG = re.compile(r"<[^>]*>")
READ = re.compile(r"""\s(aria-label|title|alt|placeholder)=(["'])(.*?)\2""", re.DOTALL)
SAYS = {"gettext", "_", "ngettext", "words", "asset"}
ENV: Environment = environment(PWA, words=deck(), assets={})


def left_out(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of what a person would read and no language could change."""
    page = _only_html(source)
    for found in READ.finditer(page):
        yield from _letters(page, found.start(3), found[3])
    bare = TAG.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), page)
    yield from _letters(bare, 0, bare)
    tree = ENV.parse(source)
    said = {id(text) for call in tree.find_all(nodes.Call) if _says(call) for text in call.find_all(nodes.Const)}
    for text in tree.find_all(nodes.Const):
        if id(text) not in said and isinstance(text.value, str) and re.search(r"[A-Z]|\w ", text.value):
            yield text.lineno, text.value


def _only_html(source: str) -> str:
    """What is neither Jinja's nor inside a message, each piece on its own line of the source."""
    page, message = "", False
    for line, kind, piece in ENV.lex(source):
        page += "\n" * (line - 1 - page.count("\n"))
        if kind == "name" and piece in ("trans", "endtrans"):
            message = piece == "trans"
        elif kind == "data" and not message:
            page += piece
    return page


def _says(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in SAYS


def _letters(page: str, start: int, text: str) -> Iterator[tuple[int, str]]:
    """Entities are signs, and what begins with nhsuk- is the class that a macro makes for its caller."""
    text = re.sub(r"&\w+;|\bnhsuk-[\w-]+", lambda one: " " * len(one[0]), text)
    for found in re.finditer(r"[^\n]*[^\W\d_][^\n]*", text):
        yield page.count("\n", 0, start + found.start()) + 1, found[0].strip()


@pytest.mark.parametrize("file", sorted(PWA.rglob("*.html")), ids=lambda file: file.relative_to(PWA).as_posix())
def test_no_template_holds_text_outside_a_message(file: Path) -> None:
    assert [f"{file.name}:{line}: {text}" for line, text in left_out(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("<h1>\n{% trans %}Hello{% endtrans %}\n you</h1>", 3, "you"),
        ("<p>{% if x %}{% trans %}Yes{% endtrans %}{% else %}No{% endif %}</p>", 1, "No"),
        ('<p class="{% if x > 1 %}a{% endif %}">\n<b>Bold</b></p>', 2, "Bold"),
        ('<nav\n aria-label="Main">{{ x }}</nav>', 2, "Main"),
        ("<img alt='A cat'>", 1, "A cat"),
        ('{{ button(\n"Send") }}', 2, "Send"),
        ('{% set x = "two words" %}', 1, "two words"),
        ("{# Not this #}<i>&amp; {{ _('x') }} 1</i>é", 1, "é"),
    ],
)
def test_text_outside_a_message_is_seen(source: str, line: int, text: str) -> None:
    ((found, said),) = left_out(source)
    assert found == line and said.endswith(text)


def test_what_nobody_reads_is_let_be() -> None:
    source = '<a class="x" href="/y" data-z="Up">{# A note #}{{ tag(_("Retired"), "grey") }} – {{ words("sent") }}</a>'
    assert list(left_out(source)) == []


def test_the_file_for_translators_holds_the_messages_there_are() -> None:
    assert FILE.read_text(encoding="utf-8") == template(), "write it again with ./dev messages"


def test_every_catalogue_can_be_read() -> None:
    assert list(languages(known())) == known()

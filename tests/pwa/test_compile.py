"""The template subset: what is taken gives the same bytes twice, what is not is refused with a place and a way out."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from pwa.compile import SUBSET, CompileError, compile_all, compile_templates, environment, load_words
from tests.pwa.twins import ASSETS, WORDS, Refused, Twins
from tests.quick import ROOT

MACROS = """
{% macro tag(text, colour="grey") -%}<b class="{{ colour }}">{{ text }}</b>{%- endmacro %}
{% macro card(title) %}<div>{{ title }}: {{ caller() }}</div>{% endmacro %}
{% macro twice(text) %}{{ later(text) }}{{ later(text) }}{% endmacro %}
{% macro later(text) %}[{{ text }}]{% endmacro %}
"""
BASE = "<title>{% block title %}Base {{ who }}{% endblock %}</title>\n<main>{% block main %}{% endblock %}</main>\n"
FROM = '{% from "macros.html" import tag, card, twice %}'
CONTEXT: dict[str, Any] = {
    "who": 'O\'Neil & "<b>"',
    "empty": "",
    "zero": 0,
    "two": 2,
    "nothing": [],
    "hollow": {},
    "absent": None,
    "yes": True,
    "me": {"name": "Zoë", "items": "a key", "keys": {"x": 1}},
    "letters": ["b", "a"],
    "rows": [
        {"id": "b", "n": 2, "t": "\U0001f600"},
        {"id": "a", "n": 10, "t": "\uff5e"},
        {"id": "c", "n": 2, "t": "z"},
    ],
    "things": {"10": {"id": "10"}, "9": {"id": "9"}, "p1": {"id": "p1", "order": 2}, "p2": {"id": "p2", "order": 1}},
}

# construct: (template, what both servers give)
TAKEN = {
    "extends": (
        '{% extends "base.html" %}',
        "<title>Base O&#39;Neil &amp; &#34;&lt;b&gt;&#34;</title>\n<main></main>\n",
    ),
    "block": ('{% extends "base.html" %}{% block main %}M{% endblock %}', "…<main>M</main>\n"),
    "from import": (FROM + '{{ tag("a") }}', '<b class="grey">a</b>'),
    "macro": ("{% macro m() %}<i>{% endmacro %}{{ m() }}", "<i>"),
    "macro default": (
        FROM + '{{ tag(colour="red", text=who) }}',
        '<b class="red">O&#39;Neil &amp; &#34;&lt;b&gt;&#34;</b>',
    ),
    "macro call": (FROM + '{% set t = tag("<") %}{{ t }}{{ t ~ "<" }}{{ twice(t) if t else "" }}', None),
    "call": (FROM + "{% for x in letters %}{% call card(x) %}{{ loop.index }}{{ x }}{% endcall %}{% endfor %}", None),
    "caller": (FROM + "{% call card(who) %}<p>{{ who }}</p>{% endcall %}", None),
    "set": ("{% set x = who %}{% if yes %}{% set y = x %}{% endif %}{{ x ~ y }}", None),
    "if": (
        "{% if who %}1{% endif %}{% if empty %}2{% endif %}{% if nothing %}3{% endif %}{% if hollow %}4{% endif %}",
        "1",
    ),
    "elif": ("{% if zero %}0{% elif two %}2{% elif who %}3{% endif %}", "2"),
    "else": ("{% if absent %}a{% else %}b{% endif %}", "b"),
    "for": (
        "<ul>\n  {% for x in letters %}\n  <li>{{ x }}</li>\n  {% endfor %}\n</ul>\n",
        "<ul>\n  <li>b</li>\n  <li>a</li>\n</ul>\n",
    ),
    "for else": (
        "{% for x in nothing %}x{% else %}none{% endfor %}{% for x in letters %}x{% else %}y{% endfor %}",
        "nonexx",
    ),
    "loop.first": ("{% for x in letters %}{% if loop.first %}{{ x }}{% endif %}{% endfor %}", "b"),
    "loop.last": ("{% for x in letters %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "b, a"),
    "loop.index": (
        "{% for x in letters %}{{ loop.index }}{% for y in letters %}{{ loop.index }}{% endfor %}{% endfor %}",
        "112212",
    ),
    "name": ("{{ who }}", "O&#39;Neil &amp; &#34;&lt;b&gt;&#34;"),
    "attribute": ("{{ me.name }}{{ me.items }}", "Zoëa key"),
    "key": ('{{ me["name"] }}{{ me[who | default("name") if zero else "items"] }}', "Zoëa key"),
    "text": ("{{ '<' }}{{ \"\\u2028\" }}", "&lt;\u2028"),
    "number": ("{{ 12 }}", "12"),
    "true, false": ("{% if true and not false %}y{% endif %}", "y"),
    "list": ("{% for x in [who, 1] %}{{ x }};{% endfor %}", "O&#39;Neil &amp; &#34;&lt;b&gt;&#34;;1;"),
    "record": ('{% for x in [{"hx-post": "a", "b": two}] %}{{ x["hx-post"] }}{{ x.b }}{% endfor %}', "a2"),
    "==": ('{{ 1 if yes == 1 else 2 }}{{ 1 if two == "2" else 2 }}{{ 1 if [1, "a"] == [yes, "a"] else 2 }}', "121"),
    "!=": ("{{ 1 if me != things else 2 }}{{ 1 if nothing != [] else 2 }}", "12"),
    "<, <=, >, >=": (
        '{{ 1 if "\uff5e" < "\U0001f600" else 2 }}{{ 1 if 2 >= two else 2 }}'
        '{{ 1 if "a" > "B" else 2 }}{{ 1 if 10 <= 9 else 2 }}',
        "1112",
    ),
    "in": ('{{ 1 if "p1" in things else 2 }}{{ 1 if "Neil" in who else 2 }}{{ 1 if 1 in [true] else 2 }}', "111"),
    "not in": ('{{ 1 if 10 not in things else 2 }}{{ 1 if "constructor" not in hollow else 2 }}', "11"),
    "and": ("{{ who and two }}{{ empty and who }}", "2"),
    "or": ('{{ empty or "x" }}{{ absent or nothing or two }}', "x2"),
    "not": ("{{ 1 if not hollow else 2 }}", "1"),
    "~": ('{{ "a" ~ two ~ "<" }}', "a2&lt;"),
    "inline if": ('{{ "a" if two else "b" }}', "a"),
    "words": ('<p title="{{ words("plain") }}">', '<p title="We&#39;ll “keep” &lt;it&gt;">'),
    "words with values": (
        '{{ words("two", time=who, count=two) }}',
        "2 &amp; O&#39;Neil &amp; &#34;&lt;b&gt;&#34; &amp; 2",
    ),
    "asset": ('{{ asset("css/app.css") }}{{ asset("odd") }}', "/static/app.0123.css/static/a&amp;b.css"),
    "| default": ('{{ me.nope | default("d") }}{{ nope | default(two) }}{{ empty | default("e") }}', "d2"),
    "| length": ('{{ "a\U0001f600" | length }}{{ things | length }}{{ letters | length }}', "242"),
    "| plural": ('{{ 1 | plural("pledge", "pledges") }} {{ 0 | plural("pledge", "pledges") }}', "pledge pledges"),
    "| sort": (
        '{% for r in rows | sort("n") %}{{ r.id }}{% endfor %}'
        '{% for r in rows | sort(attribute="t") %}{{ r.id }}{% endfor %}',
        "bcacab",
    ),
    "| values": (
        "{% for r in things | values %}{{ r.id }} {% endfor %}{% for x in me.keys | values %}{{ x }}{% endfor %}",
        "10 9 p2 p1 1",
    ),
}

# a template: what its refusal says
REFUSED = {
    "{{ two + 1 }}": "join text with ~",
    "{{ two - 1 }}": "work numbers out before",
    "{{ two * 1 }}": "work numbers out before",
    "{{ two / 1 }}": "work numbers out before",
    "{{ two // 1 }}": "work numbers out before",
    "{{ two % 1 }}": "work numbers out before",
    "{{ two ** 1 }}": "work numbers out before",
    "{{ -1 }}": "work numbers out before",
    "{{ +1 }}": "work numbers out before",
    "{{ 1.5 }}": "whole numbers",
    "{{ none }}": 'for nothing write ""',
    "{{ 'a' if two }}": 'add `else ""`',
    "{{ 1 < two < 3 }}": "join two with `and`",
    "{{ (1, 2) }}": "write a list",
    "{{ letters[0] }}": "loop over it",
    "{{ who[:2] }}": "give the template the part",
    "{{ {1: 2} }}": "write each key once, in quotes",
    "{{ {'__proto__': 2} }}": "write each key once, in quotes",
    "{{ who.upper() }}": "use a filter",
    "{{ me.keys() }}": "use a filter",
    "{{ who | upper }}": "see pwa/README.md for the filters",
    "{{ who | safe }}": "see pwa/README.md for the filters",
    "{{ who | default }}": "missing a required argument",
    "{{ who | default('a', true) }}": "too many positional arguments",
    "{{ who | default(*letters) }}": "write the values out",
    "{{ who is defined }}": "default",
    "{{ two is odd }}": "compare with ==",
    "{{ range(3) }}": "define or import the macro",
    "{{ super() }}": "define or import the macro",
    "{{ caller() }}": "in the macro itself",
    "{{ caller() ~ 'a' }}": "on its own",
    "{{ nobody('a') }}": "define or import the macro",
    "{{ words(who) }}": "choose with {% if %}",
    "{{ words('nope') }}": "add it to words.toml",
    "{{ words('sent') }}": '"sent" of the copy deck takes time',
    "{{ words('plain', time=who) }}": '"plain" of the copy deck takes no values',
    "{{ asset('nope.css') }}": "no asset",
    "{{ asset(who) }}": "choose with {% if %}",
    "{{ loop }}": "choose another name",
    "{{ loop.index }}": "move it into the loop",
    "{% for x in letters %}{{ loop.length }}{% endfor %}": "there are loop.first, loop.last, loop.index",
    "{% for x in letters %}{% else %}{{ loop.index }}{% endfor %}": "move it into the loop",
    "{% for x in letters if x %}{% endfor %}": "with {% if %} inside",
    "{% for a, b in letters %}{% endfor %}": "{% for one in list %}",
    "{% for x in letters recursive %}{% endfor %}": "{% for one in list %}",
    "{% for words in letters %}{% endfor %}": "choose another name",
    "{% for x in letters %}{% set y = x %}{% endfor %}": "at the top of the block",
    "{% set a, b = letters %}": "set one name",
    "{% set loop = 1 %}": "choose another name",
    "{{ x }}{% set x = 1 %}": "set it first",
    "{% set x = x %}": "set it first",
    "{% set x %}a{% endset %}": "write a macro",
    "{% with x = 1 %}{% endwith %}": "write {% set %}",
    "{% filter length %}{% endfilter %}": "use the filter on a value",
    "{% autoescape false %}{% endautoescape %}": "everything is escaped",
    "{% include 'macros.html' %}": "write a macro",
    "{% import 'macros.html' as m %}": "{% from",
    "{% from 'macros.html' import nope %}": "has card, later, tag, twice",
    "{% from 'macros.html' import tag as t %}": "has card, later, tag, twice",
    "{% from 'macros.html' import tag with context %}": "a file of macros only",
    "{% from 'base.html' import tag %}": "a file of macros only",
    "{% from 'nope.html' import tag %}": "there is no template 'nope.html'",
    "{% from who import tag %}": "write the name in quotes",
    "{% macro m() %}{{ who }}{% endmacro %}": "add one",
    "{% macro m() %}{% set x = 1 %}{% endmacro %}": "at the top of the block",
    "{% macro m(caller) %}{% endmacro %}": "choose another name",
    "{% macro m(x=letters) %}{% endmacro %}": "use a text, a number",
    "{{ m() }}{% macro m() %}{% endmacro %}": "define or import the macro above",
    FROM + "{{ tag }}": "give the value another name",
    FROM + "{{ tag() }}": "it takes text, colour",
    FROM + "{{ tag(1, 2, 3) }}": "it takes text, colour",
    FROM + "{{ tag(1, text=2) }}": "it takes text, colour",
    FROM + "{{ tag(*letters) }}": "write the values out",
    FROM + "{{ card('a') }}": "{% call card(…) %}",
    FROM + "{% call tag('a') %}{% endcall %}": "{{ tag(…) }}",
    FROM + "{% call(x) card('a') %}{% endcall %}": "loop outside the macro",
    FROM + "{% call card('a') %}{% set x = 1 %}{% endcall %}": "at the top of the block",
    "{% extends who %}": "write the name in quotes",
    "{% extends 'nope.html' %}": "there is no template 'nope.html'",
    "{% extends 'child.html' %}": "extend the one at the top",
    "{% extends 'base.html' %}text": "move it into a block",
    "{% extends 'base.html' %}{% if yes %}{% endif %}": "move it into a block",
    "{% extends 'base.html' %}{% block nope %}{% endblock %}": "it has main, title",
    "{% extends 'base.html' %}{% block main %}{{ super() }}{% endblock %}": "define or import the macro",
    "{% if yes %}{% block main %}{% endblock %}{% endif %}": "Block is outside",
    "{% block main scoped %}{% endblock %}": "{% block name %}",
    "{% if %}": "Expected an expression",
    "{{ who": "unexpected end",
}

# templates that compile; both servers refuse them when they meet this data
REFUSED_WITH_DATA = [
    *(
        "{{ nope }}",
        "{{ me.nope }}",
        "{{ nope.name }}",
        "{{ absent.name }}",
        "{{ me[nope] }}",
        "{{ letters['a'] }}",
        "{{ me[two] }}",
    ),
    *(
        "{{ absent }}",
        "{{ yes }}",
        "{{ letters }}",
        "{{ me }}",
        "{{ true }}",
        "{{ true and true }}",
        "{{ 'a' == 'a' }}",
    ),
    *(
        "{{ 'a' ~ absent }}",
        "{{ 'a' ~ nope }}",
        "{{ yes ~ 'a' }}",
        "{{ words('sent', time=nope) }}",
        "{{ words('sent', time=yes) }}",
    ),
    *(
        "{% if nope %}{% endif %}",
        "{{ nope or 'a' }}",
        "{{ 1 if nope == 1 else 2 }}",
        "{{ 1 if nope in letters else 2 }}",
    ),
    *(
        "{{ 1 if 'a' in nope else 2 }}",
        "{{ 1 if 1 in who else 2 }}",
        "{{ 1 if letters in things else 2 }}",
        "{{ 1 if 1 in two else 2 }}",
    ),
    *(
        "{{ 1 if 'a' < 1 else 2 }}",
        "{{ 1 if letters < letters else 2 }}",
        "{{ 1 if true < 2 else 2 }}",
        "{{ 1 if absent > 1 else 2 }}",
    ),
    *("{% for x in who %}{% endfor %}", "{% for x in things %}{% endfor %}", "{% for x in nope %}{% endfor %}"),
    *("{{ two | length }}", "{{ nope | length }}", "{{ 'a' | plural('b', 'c') }}", "{{ yes | plural('b', 'c') }}"),
    *("{% for x in letters | values %}{% endfor %}", "{% for x in letters | sort('n') %}{% endfor %}"),
    *("{% for x in rows | sort('nope') %}{% endfor %}", "{% for x in things | values | sort('order') %}{% endfor %}"),
    *(FROM + "{{ tag(tag('a') | length) }}", FROM + "{{ 1 if tag('a') < 'b' else 2 }}"),
]


@pytest.fixture(scope="module")
def twins() -> Twins:
    return Twins()


def both(twins: Twins, template: str) -> tuple[str | Refused, str | Refused]:
    twins.take({"page.html": template, "macros.html": MACROS, "base.html": BASE})
    return twins.render("page.html", CONTEXT)


def test_every_construct_of_the_subset_is_shown_here() -> None:
    assert set(TAKEN) == SUBSET


@pytest.mark.parametrize("construct", TAKEN)
def test_both_servers_give_the_same_bytes(twins: Twins, construct: str) -> None:
    template, wanted = TAKEN[construct]
    assert construct in twins.take({"page.html": template, "macros.html": MACROS, "base.html": BASE})
    python, javascript = twins.render("page.html", CONTEXT)
    assert python == javascript
    assert isinstance(python, str), python
    if wanted is not None:
        assert python.endswith(wanted.removeprefix("…"))


@pytest.mark.parametrize("template", REFUSED)
def test_what_is_outside_is_refused_with_its_place_and_a_way_out(template: str) -> None:
    child = "{% extends 'base.html' %}"
    files = {"page.html": "\n" + template, "macros.html": MACROS, "base.html": BASE, "child.html": child}
    with pytest.raises(CompileError, match=re.escape(REFUSED[template])) as refused:
        compile_all(environment(DictLoader(files), words=WORDS, assets=ASSETS))
    assert str(refused.value).startswith("page.html:2: ")


@pytest.mark.parametrize("template", REFUSED_WITH_DATA)
def test_both_servers_refuse_it_when_the_data_is_not_what_it_needs(twins: Twins, template: str) -> None:
    python, javascript = both(twins, template)
    assert isinstance(python, Refused), python
    assert isinstance(javascript, Refused), javascript


def test_a_file_of_macros_may_call_one_that_comes_later(twins: Twins) -> None:
    python, javascript = both(twins, FROM + "{{ twice('<') }}")
    assert python == javascript == "[&lt;][&lt;]"


def test_what_a_page_sets_above_its_blocks_is_seen_in_them(twins: Twins) -> None:
    python, javascript = both(
        twins, '{% extends "base.html" %}{% set who = "me" %}{% block main %}{{ who }}{% endblock %}'
    )
    assert python == javascript == "<title>Base me</title>\n<main>me</main>\n"


def test_what_a_block_sets_stays_in_it(twins: Twins) -> None:
    page = "{% block a %}{% set who = 'a' %}{{ who }}{% endblock %}{% block b %}{{ who }}{% endblock %}"
    python, javascript = both(twins, page)
    assert python == javascript == "aO&#39;Neil &amp; &#34;&lt;b&gt;&#34;"


def test_only_what_the_pages_reach_is_sent_to_the_phone() -> None:
    files = {
        "page.html": '{% extends "base.html" %}',
        "base.html": BASE,
        "macros.html": MACROS,
        "desk.html": "desk only",
    }
    env = environment(DictLoader(files), words=WORDS, assets=ASSETS)
    assert "desk.html" in compile_templates(env)["pages"]
    bundle = compile_templates(env, ["page.html"])
    assert "desk only" not in json.dumps(bundle)
    assert set(bundle["pages"]) == {"page.html", "base.html"}


def test_a_template_that_no_page_reaches_is_still_checked() -> None:
    env = environment(DictLoader({"page.html": "x", "desk.html": "{{ 1 + 1 }}"}), words=WORDS, assets=ASSETS)
    with pytest.raises(CompileError, match=r"desk\.html:1"):
        compile_templates(env, ["page.html"])


def test_the_copy_deck_is_flat_text(tmp_path: Path) -> None:
    deck = tmp_path / "words.toml"
    deck.write_text('"sent" = "Sent {time}"\n', encoding="utf-8")
    assert load_words(deck) == {"sent": "Sent {time}"}
    deck.write_text('sent.plain = "Sent"\n', encoding="utf-8")
    with pytest.raises(CompileError, match="sent is not text"):
        load_words(deck)


class AnyAsset(Mapping[str, str]):
    """The real templates are compiled here before there are real addresses."""

    def __getitem__(self, name: str) -> str:
        return f"/static/{name}"

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_subset_holds_nothing_that_no_template_uses() -> None:
    env = environment(ROOT / "pwa", words=load_words(ROOT / "content/en/words.toml"), assets=AnyAsset())
    assert compile_all(env).used == SUBSET


def test_the_page_about_the_subset_lists_all_of_it() -> None:
    text = (ROOT / "pwa/README.md").read_text(encoding="utf-8")
    table = text.split("## The template subset")[1].split("\n## ")[0]
    listed = {
        name.replace("\\|", "|")
        for row in re.findall(r"^\| `.*", table, re.M)
        for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])
    }
    assert listed == SUBSET

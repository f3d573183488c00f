"""The template subset: what is taken gives the same bytes twice, what is not is refused with a place and a way out."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader

from pwa.compile import SUBSET, CompileError, compile_all, compile_templates, environment, load_words
from tests.pwa.template_cases import BASE, CONTEXT, FROM, MACROS, REFUSED, REFUSED_WITH_DATA, TAKEN
from tests.pwa.twins import ASSETS, WORDS, Refused, Twins
from tests.quick import ROOT


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

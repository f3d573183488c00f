"""Where two things have to agree, they are compared here. A message names the missing file or line.

Adding a kind of action takes four edits: the server's feature, the reducer, the form and the vector. One that is done
online only is never on a phone: it has no reducer and no vector.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from pwa.compile import environment
from pwa.pages import PAGES, Page
from server.config import SETTINGS, Config
from server.features import FEATURES, engine
from server.people import ACTIONS
from server.words import deck
from sync import Kind
from tests.parity.test_parity import PATHS
from tests.quick import call, quick

ROOT = Path(__file__).parents[1]
PWA = ROOT / "pwa"
ENGINE = engine(Config.for_tests())

# What every page is given besides the record kinds of its row in the page table.
GIVEN = {
    "me",
    "params",
    "page",
    "app",
    "today",
    "outbox",
    "unsent",
    "needs_you",
    "states",
    "problems",
    "values",
    "undo",
    "words",
    "asset",
}
PHONE_ONLY = {"outbox.delete", "outbox.send", "outbox.again", "outbox.discard"}
FORM = re.compile(r"""(?:form|act)\("([a-z]+\.[a-z_]+)",""")
PATH = re.compile(r"`([\w./-]+/[\w.*-]+\.\w+|[\w-]+/(?:[\w-]+/)*)`")
NOT_OURS = re.compile(r"^(?:var|dist)/|\bX\b|pledge\.renew")  # made at run time, someone else's, an example
KINDS = sorted(ENGINE.kinds)
ON_PHONES = [name for name in KINDS if not ENGINE.kinds[name].online]


def templates() -> dict[str, str]:
    return {file.relative_to(PWA).as_posix(): file.read_text(encoding="utf-8") for file in sorted(PWA.rglob("*.html"))}


def reducers() -> list[str]:
    context = quick("pwa/features/index.js")
    context.eval("globalThis.$kinds = () => Object.keys(reducers)")
    return list(call(context, "$kinds"))


def folder_of(kind: Kind) -> str:
    return next((feature.name for feature in FEATURES if kind in feature.actions), "people")


def missing(kinds: Iterable[Kind]) -> Iterator[str]:
    """What a kind that the server knows still needs, by the name of the file that it belongs in."""
    reduced, forms = reducers(), {kind for text in templates().values() for kind in FORM.findall(text)}
    for kind in kinds:
        folder = f"pwa/features/{folder_of(kind)}"
        if kind.name not in reduced and not kind.online:
            yield f'{folder}/{folder_of(kind)}.js: no reducer "{kind.name}" (null shows it as pending only)'
        if kind.name not in forms:
            yield f'{folder}/*.html: no template has form("{kind.name}", …)'
        if not (ROOT / f"tests/vectors/{kind.name}.json").is_file() and not kind.online:
            yield f"tests/vectors/{kind.name}.json: no such file"


def test_every_kind_has_its_reducer_its_form_and_its_vector() -> None:
    assert list(missing(ENGINE.kinds.values())) == []


def test_a_new_kind_is_told_each_file_it_still_needs() -> None:
    known = ENGINE.kinds["pledge.take"]
    planted = Kind("pledge.renew", 1, known.args, known.apply, "Renew the pledge")
    assert [each.partition(":")[0] for each in missing([planted])] == [
        "pwa/features/people/people.js",
        "pwa/features/people/*.html",
        "tests/vectors/pledge.renew.json",
    ]
    at_the_server = replace(planted, online=True)
    assert [each.partition(":")[0] for each in missing([at_the_server])] == ["pwa/features/people/*.html"]


def test_the_phone_has_no_kind_that_the_server_does_not_know_or_keeps_to_itself() -> None:
    assert sorted(reducers()) == ON_PHONES
    assert sorted(file.stem for file in (ROOT / "tests/vectors").glob("*.*.json")) == ON_PHONES
    assert {kind for text in templates().values() for kind in FORM.findall(text)} <= {*KINDS, *PHONE_ONLY}


def test_the_two_lists_of_features_agree() -> None:
    index = (PWA / "features/index.js").read_text(encoding="utf-8")
    listed = re.findall(r'^import \{ (\w+) \} from "\./(\w+)/(\w+)\.js";$', index, re.M)
    assert all(len(set(names)) == 1 for names in listed)
    spread = re.search(r"reducers = \{ (.*) \}", index)
    assert spread and [name.removeprefix("...") for name in spread[1].split(", ")] == [names[0] for names in listed]
    acting = [feature.name for feature in FEATURES if not all(kind.online for kind in feature.actions)]
    assert [names[0] for names in listed] == [*(["people"] if ACTIONS else []), *acting]


def test_what_an_action_says_and_chooses_is_about_records_that_exist() -> None:
    for kind in ENGINE.kinds.values():
        for name in re.findall(r"{(\w+)}", kind.says):
            assert name in ENGINE.projections, (
                f"{kind.name} says {{{name}}}: there is no such record to take the title of"
            )
        if kind.chooses:
            assert kind.chooses[0] in ENGINE.projections, kind.name


# Pages


def test_every_page_has_its_template_its_parity_cases_and_its_records() -> None:
    assert set(PATHS) == {page.id for page in PAGES}
    for page in PAGES:
        assert page.template in templates(), page.id
        assert set(page.needs) <= set(ENGINE.projections), page.id
        assert page.of is None or page.of in page.needs, page.id


def test_page_ids_and_paths_are_used_once() -> None:
    assert len({page.id for page in PAGES}) == len({page.path for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_a_template_asks_for_what_its_page_names_and_for_nothing_else(page: Page) -> None:
    asked = _asked(page.template)
    assert asked - GIVEN == set(page.needs)


def _asked(template: str) -> set[str]:
    """The names a template, its parent and what it includes take from the page's context. A macro sees its own only."""
    tree = environment(PWA, words=deck(), assets={}).parse(templates()[template])
    parents = [*(each.template for each in tree.find_all(nodes.Extends))]
    parents += [each.template for each in tree.find_all(nodes.Include)]
    above = [str(each.value) for each in parents if isinstance(each, nodes.Const)]
    macros = {name for each in tree.find_all(nodes.FromImport) for name in each.names}
    return (meta.find_undeclared_variables(tree) - macros).union(*map(_asked, above))


def test_every_template_is_used() -> None:
    named = {page.template for page in PAGES} | set(re.findall(r'"((?:layout|features)/[\w./]+\.html)"', _sources()))
    assert set(templates()) == named & set(templates())


# Words


def test_every_sentence_of_the_copy_deck_is_used_or_promised() -> None:
    """The first part of the deck is the product's own; what else is in it somebody has to say."""
    sources = _sources()
    assert [key for key in deck() if key not in PROMISED and f'"{key}"' not in sources] == []


# The words the product has for things that later features bring.
PROMISED = {
    *("not_sent", "lock", "draft.only", "join.closed", "waitlist.seat"),
    *("event.changed", "event.cancelled", "approve.stale", "session.twice"),
}


def _sources() -> str:
    files = [*PWA.rglob("*.html"), *PWA.rglob("*.js"), *PWA.rglob("*.py"), *(ROOT / "server").rglob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


# Pages that people read about the project


def test_the_table_of_settings_in_the_readme_is_the_one_in_the_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([A-Z_]+)` \|.*\| (.*) \|$", readme, re.M)
    assert dict(table) == SETTINGS


def test_every_file_that_a_page_of_documentation_names_is_there() -> None:
    gone = [
        f"{page.relative_to(ROOT)} names {named}"
        for page in _pages_of_documentation()
        for named in PATH.findall(page.read_text(encoding="utf-8"))
        if not NOT_OURS.search(named) and not any(list(start.glob(named)) for start in (ROOT, page.parent, PWA))
    ]
    assert gone == []


def test_every_privacy_row_is_in_the_table_and_every_test_it_names_is_there() -> None:
    page = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (P-\d+) \| [^|]+ \| ([^|]+) \| ([^|]*)\|$", page, re.M)
    assert [name for name, _, _ in rows] == [f"P-{number}" for number in range(1, 44)]
    assert [name for name, tests, missing in rows if "`" not in tests and not missing.strip()] == []
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    assert len(named) > 30
    gone = [f"{file}::{test}" for file, test in named if not _defines(ROOT / file, test)]
    assert gone == []


def _defines(file: Path, test: str) -> bool:
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")


def _pages_of_documentation() -> list[Path]:
    own = [
        *ROOT.glob("*.md"),
        *(file for top in ("sync", "pwa", "bench", "docs", "tests") for file in (ROOT / top).rglob("*.md")),
    ]
    return [file for file in own if "var" not in file.relative_to(ROOT).parts]


def test_a_vector_file_has_cases_with_names_of_their_own() -> None:
    for kind in ON_PHONES:
        cases = json.loads((ROOT / f"tests/vectors/{kind}.json").read_text(encoding="utf-8"))["cases"]
        assert cases and len({case["name"] for case in cases}) == len(cases), kind

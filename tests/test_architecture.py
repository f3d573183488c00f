"""The project keeps its shape. Each rule is first shown a break planted in an empty tree, and must name the file."""

from pathlib import Path

import pytest

from tests.architecture import browser, python, text, words
from tests.architecture.files import Rule

ROOT = Path(__file__).resolve().parents[1]

RULES = [
    python.imports_point_one_way,
    python.python_stays_short,
    browser.scripts_stay_pure,
    browser.scripts_import_one_way,
    browser.browser_files_stay_short,
    text.names_say_something,
    text.files_hold_nothing_of_a_machine,
    text.vendored_files_are_unchanged,
    text.the_readme_stays_short,
    words.people_read_plain_words,
]

LIST = {"server/features/__init__.py": "FEATURES: tuple[Feature, ...] = (help.FEATURE, pledges.FEATURE)\n"}
FEATURES = LIST | {f"server/features/{name}.py": "" for name in ("help", "pledges", "content")}
LONG_FUNCTION = "def long():\n" + "    print()\n" * 50
LONG_SCRIPT = "const long = ({ a }) => {\n" + "  step('{')\n" * 39 + "}\n"
LONG_NAMED_SCRIPT = "async function long({ a }) {\n" + "  step(`${a}`)\n" * 39 + "}\n"
VENDORED = "| `x.js` | 1.0 | `" + "0" * 64 + "` |\n"

# Rule, the file at fault, what is in it, and what else the tree needs.
BREAKS: list[tuple[Rule, str, str, dict[str, str]]] = [
    (python.imports_point_one_way, "sync/push.py", "import litestar\n", {}),
    (python.imports_point_one_way, "sync/push.py", "from server.db import Base\n", {}),
    (python.imports_point_one_way, "sync/push.py", "def late():\n    from pwa import dates\n", {}),
    (python.imports_point_one_way, "pwa/compile/filters.py", "import sqlalchemy\n", {}),
    (python.imports_point_one_way, "pwa/pages.py", "import sync\n", {}),
    (python.imports_point_one_way, "server/web.py", "from tests import world\n", {}),
    (python.imports_point_one_way, "server/push/deliveries.py", "from pywebpush import WebPusher\n", {}),
    (python.imports_point_one_way, "server/features/pledges.py", "from litestar import get\n", FEATURES),
    (
        python.imports_point_one_way,
        "server/features/pledges.py",
        "from server import web\n",
        {"server/web.py": ""} | FEATURES,
    ),
    (python.imports_point_one_way, "server/features/help.py", "from . import pledges\n", FEATURES),
    (python.imports_point_one_way, "server/features/help.py", "from server.features.pledges import take\n", FEATURES),
    (python.imports_point_one_way, "server/features/content.py", "from server.features import help\n", FEATURES),
    (python.python_stays_short, "server/web.py", "\n" * 351, {}),
    (python.python_stays_short, "server/features/pledges.py", "\n" * 301, {}),
    (python.python_stays_short, "tests/test_x.py", "\n" * 401, {}),
    (python.python_stays_short, "server/web.py", LONG_FUNCTION, {}),
    (browser.scripts_stay_pure, "pwa/features/pledges/pledges.js", "const on = Date.now()\n", {}),
    (browser.scripts_stay_pure, "pwa/worker/view.js", "const open = () => indexedDB.open('x')\n", {}),
    (browser.scripts_stay_pure, "pwa/worker/render.js", "fetch('/x') // ok\n", {}),
    (browser.scripts_stay_pure, "pwa/worker/forms.js", "const id = crypto.randomUUID()\n", {}),
    (browser.scripts_stay_pure, "pwa/worker/dates.js", "const today = new Date()\n", {}),
    (browser.scripts_stay_pure, "pwa/worker/dates.js", "const any = Math.random()\n", {}),
    (browser.scripts_import_one_way, "pwa/worker/view.js", "import { open } from './database.js'\n", {}),
    (browser.scripts_import_one_way, "pwa/features/x/x.js", 'import { a } from "../../worker/dates.js";\n', {}),
    (browser.scripts_import_one_way, "pwa/page/start.js", "import {\n  a,\n} from '../worker/sync.js'\n", {}),
    (browser.scripts_import_one_way, "pwa/page/start.js", "const late = () => import('../worker/sync.js')\n", {}),
    (browser.scripts_import_one_way, "pwa/features/x/x.js", "export * from '../../worker/dates.js'\n", {}),
    (browser.browser_files_stay_short, "pwa/worker/sync.js", "\n" * 201, {}),
    (browser.browser_files_stay_short, "pwa/worker/main.js", "\n" * 81, {}),
    (browser.browser_files_stay_short, "pwa/worker/sync.js", LONG_SCRIPT, {}),
    (browser.browser_files_stay_short, "pwa/worker/sync.js", LONG_NAMED_SCRIPT, {}),
    (browser.browser_files_stay_short, "pwa/features/x/index.html", "\n" * 121, {}),
    (browser.browser_files_stay_short, "pwa/css/page.css", "\n" * 251, {}),
    (text.names_say_something, "server/utils.py", "", {}),
    (text.names_say_something, "pwa/worker/fetch-handler.js", "", {}),
    (text.names_say_something, "server/services/pledges.py", "", {}),
    (text.files_hold_nothing_of_a_machine, "requirements/x.txt", "x==1 # via https://example.org\n", {}),
    (text.files_hold_nothing_of_a_machine, "docs/x.md", "from " + "pypi" + ".org\n", {}),
    (text.files_hold_nothing_of_a_machine, "requirements/x.in", "--index" + "-url x\n", {}),
    (text.files_hold_nothing_of_a_machine, "server/x.py", 'place = "' + "/" + 'tmp/x"\n', {}),
    (text.files_hold_nothing_of_a_machine, ".ci/run", "cd " + "/" + "work\n", {}),
    (text.files_hold_nothing_of_a_machine, "pwa/x.js", "// TO" + "DO later\n", {}),
    (text.vendored_files_are_unchanged, "pwa/vendor/x.js", "changed\n", {"pwa/vendor/README.md": VENDORED}),
    (text.vendored_files_are_unchanged, "pwa/vendor/y.js", "not in the table\n", {}),
    (text.vendored_files_are_unchanged, "pwa/vendor/x.js", "", {"pwa/vendor/README.md": VENDORED}),
    (text.the_readme_stays_short, "README.md", "\n" * 150, {}),
    (words.people_read_plain_words, "pwa/features/x/index.html", "<p>Now sign in</p>\n", {}),
    (words.people_read_plain_words, "pwa/features/x/index.html", '{{ button("Click here now") }}\n', {}),
    (words.people_read_plain_words, "content/en/words.toml", '"x" = "That failed. Try again."\n', {}),
    (words.people_read_plain_words, "content/en/help/x.md", "Well done! You are there.\n", {}),
    (words.people_read_plain_words, "content/en/org.toml", 'name = "The BAME group"\n', {}),
    (words.people_read_plain_words, "server/log_in.py", 'said = "That is an invalid code."\n', {}),
    (words.people_read_plain_words, "pwa/features/x/index.html", "<p>There was an error.</p>\n", {}),
    (words.people_read_plain_words, "pwa/features/x/index.html", "<p>It syncs when it can.</p>\n", {}),
    (words.people_read_plain_words, "content/en/help/x.md", "People of every race.\n", {}),
    (words.people_read_plain_words, "content/en/help/x.md", "For transsexual people.\n", {}),
    (words.people_read_plain_words, "content/en/help/x.md", "Ask for Mrs Jones.\n", {}),
    (words.people_read_plain_words, "content/en/help/x.md", "Thank you \U0001f600\n", {}),
]

ALLOWED = FEATURES | {
    "README.md": "\n" * 149,
    "sync/push.py": "import json\nimport msgspec\nfrom sqlalchemy import select\nfrom sync.wire import open_\n",
    "pwa/assets.py": "import tomllib\nimport brotli\nfrom jinja2 import nodes\nfrom pwa import dates\n",
    "server/push/webpush.py": "import pywebpush\n",
    "server/app.py": "import litestar\nfrom server.features import FEATURES, pledges\nfrom pwa.pages import match\n",
    "server/features/pledges.py": "from server.db import Base\nfrom server.features import help\nimport pwa.dates\n",
    "server/features/help.py": "from server.features.content import read\nfrom server.people import Person\n",
    "migrations/versions/0001.py": LONG_FUNCTION.replace("long", "upgrade"),
    "tests/test_x.py": "from server.features import pledges\nimport pywebpush\n",
    "pwa/worker/view.js": "// no fetch, no indexedDB\nimport { clock } from './dates.js'\nconst prefetched = 'x'\n",
    "pwa/worker/sync.js": "export const send = (fetch, now) => {\n" + "  fetch(now)\n" * 38 + "}\n",
    "pwa/features/index.js": "import { pledges } from './pledges/pledges.js'\n",
    "pwa/page/start.js": "import { keep } from './plan.js'\nexport const at = '/static/x'\nfetch(at)\n",
    "pwa/layout/base.html": '</root>\n{# never say failed #}<p class="failed" title="sign in">Sign up to /sync.</p>\n',
    "content/en/words.toml": '# never say invalid\n"form.invalid" = "There is a problem"\n',
    "server/log_in.py": 'def conflict():\n    """The request failed."""\n    return "failed"\n',
    "pwa/vendor/htmx.LICENSE": "free\n",
    "docs/x.md": "See https://example.org/ho" + "me/ and look/wo" + "rk/x or ./" + "tmp/x.\n",
    "var/x.py": "import litestar from nowhere\n",
}


def plant(root: Path, tree: dict[str, str]) -> None:
    for name, content in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize(("rule", "path", "content", "rest"), BREAKS)
def test_a_planted_break_is_seen(rule: Rule, path: str, content: str, rest: dict[str, str], tmp_path: Path) -> None:
    plant(tmp_path, rest | {path: content})
    found = list(rule(tmp_path))
    assert len(found) == 1 and path in found[0], found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_what_is_allowed_passes_and_so_does_an_empty_tree(rule: Rule, tmp_path: Path) -> None:
    assert list(rule(tmp_path)) == []
    plant(tmp_path, ALLOWED)
    assert list(rule(tmp_path)) == []


def test_every_rule_has_a_planted_break() -> None:
    assert {rule for rule, *_ in BREAKS} == set(RULES)

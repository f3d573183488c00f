"""What a browser gets besides pages: one classic worker, hashed files, and a build id that a single byte changes."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from pwa.assets import PWA, Assets, build, collect
from pwa.compile import CompileError, environment, load_words
from pwa.link import LinkError, link
from pwa.pages import PAGES
from tests.quick import quick

WORDS = load_words(PWA.parent / "content/en/words.toml")
KINDS = {"pledge.take": {"v": 1, "says": "Take it", "chooses": ("pledging", "pledge"), "rules": []}}
JS_BUDGET = 45 * 1024
INSTALL_BUDGET = 300 * 1024


def made(folder: Path = PWA, **changes: Any) -> Assets:
    static = collect(folder)
    told = {"pages": PAGES, "kinds": KINDS, "words": WORDS, "headers": {"x-y": "z"}, "app": {"name": "Test"}} | changes
    return build([environment(folder, words=WORDS, assets=static.urls)], static=static, folder=folder, **told)


@pytest.fixture(scope="module")
def assets() -> Assets:
    return made()


def test_the_same_sources_are_the_same_build(assets: Assets) -> None:
    assert made() == assets


@pytest.mark.parametrize(
    "name",
    [
        "worker/sync.js",
        "worker/dates.js",
        "features/index.js",
        "page/plan.js",
        "layout/offline.html",
        "layout/macros.html",
        "features/help/index.html",
        "css/1-tokens.css",
        "vendor/htmx.js",
        "icons/icon.svg",
    ],
)
def test_one_changed_byte_in_any_source_is_a_new_build(name: str, assets: Assets, tmp_path: Path) -> None:
    folder = tmp_path / "pwa"
    shutil.copytree(PWA, folder, ignore=shutil.ignore_patterns("__pycache__", "build"))
    source = (folder / name).read_text("utf-8")
    comment = {".js": "\nvoid 0;\n", ".css": "\n.a {}\n", ".svg": "\n", ".html": ""}[Path(name).suffix]
    changed = source.replace("</", "x</", 1) if name.endswith(".html") else source + comment
    (folder / name).write_text(changed, "utf-8")
    assert made(folder).build != assets.build


@pytest.mark.parametrize(
    "changes",
    [{"headers": {"x-y": "w"}}, {"app": {"name": "Other"}}, {"kinds": {}}, {"pages": PAGES[:-1]}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_of_what_the_server_tells_is_a_new_build(changes: dict[str, Any], assets: Assets) -> None:
    assert made(**changes).build != assets.build


def test_the_worker_is_one_classic_script_that_parses(assets: Assets) -> None:
    script = assets.worker.decode()
    assert not re.search(r"^\s*(import|export)\b", script, re.M) and "importScripts" not in script
    quick().eval(f"new Function({json.dumps(script)})")
    assert f'="{assets.build}"' in script


def test_no_script_needs_eval_or_writes_html(assets: Assets) -> None:
    ours = [assets.worker, *(file.body for url, file in assets.files.items() if "/start." in url)]
    for script in ours:
        assert not re.search(rb"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", script)


def test_files_are_named_by_their_bytes_and_packed_when_that_helps(assets: Assets) -> None:
    for url, file in assets.files.items():
        assert hashlib.sha256(file.body).hexdigest()[:12] in url
        if file.gzip:
            assert gzip.decompress(file.gzip) == file.body and len(file.gzip) < len(file.body)
        else:
            assert file.type == "image/png"


def test_every_page_finds_what_it_is_drawn_with_in_the_cache(assets: Assets) -> None:
    precached = json.loads(re.search(r'=(\["/static/[^\]]*\])', assets.worker.decode())[1])  # type: ignore[index]
    base = (PWA / "layout/base.html").read_text("utf-8")
    for name in re.findall(r'asset\("([\w./-]+)"\)', base):
        url = collect().urls[name]
        assert url in precached or name.endswith(".png"), name


def test_the_manifest_names_nothing_that_a_home_screen_should_not_show(assets: Assets) -> None:
    manifest = json.loads(assets.manifest)
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("Test", "/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert any(icon["purpose"] == "maskable" for icon in manifest["icons"])
    assert all(icon["src"] in assets.files for icon in manifest["icons"])


def test_the_way_out_is_another_build_that_answers_no_page(assets: Assets) -> None:
    out = made(way_out=True)
    assert out.build != assets.build
    script = out.worker.decode()
    assert f'="{out.build}"' in script
    quick().eval(f"new Function({json.dumps(script)})")
    assert '"fetch"' not in script and '"fetch"' in assets.worker.decode()
    assert "<main" not in script and len(script) < len(assets.worker) / 2


def test_the_scripts_and_the_first_install_keep_to_their_budget(assets: Assets) -> None:
    worker = len(gzip.compress(assets.worker, 9))
    sizes = {url: len(file.gzip or file.body) for url, file in assets.files.items()}
    scripts = worker + sum(size for url, size in sizes.items() if url.endswith(".js"))
    print(f"\n/sw.js {worker}", *(f"{url} {size}" for url, size in sizes.items()), f"all scripts {scripts}", sep="\n")
    assert scripts < JS_BUDGET
    assert worker + sum(sizes.values()) + 20_000 < INSTALL_BUDGET, "with a page and the first pull"


def test_modules_are_joined_once_each_and_in_order() -> None:
    sources = {
        "a.js": 'import { b, c as d } from "./x/b.js";\nimport * as all from "./c.js";\nsay(b(), d, all.C);\n',
        "x/b.js": 'import { C } from "../c.js";\n\nexport const c = 2;\nexport function b() {\n  return C;\n}\n',
        "c.js": "// a comment\nexport const C = 1;\n",
    }
    context = quick()
    context.eval("globalThis.said = []; globalThis.say = (...all) => said.push(all);")
    script = link("a.js", sources.__getitem__)
    context.eval(script)
    assert context.eval("JSON.stringify(said)") == "[[1,2,1]]" and script.count("=1;") == 1 and "comment" not in script


@pytest.mark.parametrize(
    "source", ["export default 1;\n", 'import "./b.js";\n', 'export * from "./b.js";\n', 'import x from "./b.js";\n']
)
def test_a_form_of_import_that_is_not_joined_is_refused(source: str) -> None:
    with pytest.raises(LinkError, match="cannot be joined"):
        link("a.js", {"a.js": source, "b.js": ""}.__getitem__)


def test_a_circle_of_imports_is_refused() -> None:
    circle = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(LinkError, match=r"a\.js imports b\.js imports a\.js"):
        link("a.js", circle.__getitem__)


def test_what_is_no_code_is_left_out_and_every_text_stays_as_it_is() -> None:
    text, pattern = "`one\n  // two\n  ${ long }  three`", '/[/*]  +\\/ "/'
    script = link(
        "a.js", {"a.js": f"// a remark\nconst long = 1; /* too */\nsay({text}, {pattern}.source);\n"}.__getitem__
    )
    context = quick()
    context.eval("globalThis.say = (...all) => (globalThis.said = all);")
    context.eval(script)
    assert not any(gone in script for gone in ("remark", "too", "long"))
    assert json.loads(context.eval("JSON.stringify(said)")) == ["one\n  // two\n  1  three", '[/*]  +\\/ "']


def test_a_template_outside_the_subset_stops_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "pwa"
    shutil.copytree(PWA, folder, ignore=shutil.ignore_patterns("__pycache__", "build"))
    (folder / "layout/offline.html").write_text("{{ page.title.upper() }}", "utf-8")
    with pytest.raises(CompileError, match=r"offline\.html:1"):
        made(folder)

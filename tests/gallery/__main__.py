"""`./dev gallery`: a picture of every page in every state, on a phone and at a desk, light and dark, to look at.

Writes var/gallery/index.html. Stops, naming page and kind, when pwa/states.py leaves something out.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from pwa.states import BESIDE, STATES, gaps
from tests.browser.engines import Browser
from tests.browser.installed import missing
from tests.gallery.drawn import Drawn, drawn, served
from tests.gallery.pictures import SIZES, names, take

FOLDER = Path(__file__).parents[2] / "var" / "gallery"
STYLE = """
:root { color-scheme: light dark; font-family: arial, sans-serif; line-height: 1.5; }
body { margin: 1.5rem; }
nav a { display: inline-block; padding: 0.75rem; }
div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
img { inline-size: auto; block-size: 26rem; max-inline-size: 100%; border: 1px solid gray; }
"""


def main(folder: Path = FOLDER) -> int:
    if faults := gaps():
        return _stop(faults)
    if reason := missing("chromium"):
        return _stop([reason])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    every = drawn()
    with served() as address, tempfile.TemporaryDirectory() as profile, Browser("chromium", Path(profile)) as browser:
        for number, each in enumerate(every, 1):
            pictures = len([*take(browser, address, each, folder)])
            print(f"{number} of {len(every)}: {each.page.id}, {each.kind}, {pictures} pictures", flush=True)
    (folder / "index.html").write_text(index(every), encoding="utf-8")
    print(f"wrote {folder / 'index.html'}")
    return 0


def index(every: Sequence[Drawn]) -> str:
    by_page = [(page, [*group]) for page, group in groupby(every, lambda each: each.page)]
    links = "".join(f'<a href="#{page.id}">{escape(page.title)}</a>' for page, _ in by_page)
    sections = "".join(_section(group) for _, group in by_page)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title><style>{STYLE}</style>'
        f"<h1>Every page in every state</h1><nav>{links}</nav>{sections}</html>\n"
    )


def _section(group: Sequence[Drawn]) -> str:
    page = group[0].page
    shown = "".join(f"<h3>{each.kind}</h3><div>{_pictures(each)}</div>" for each in group)
    reasons = {**STATES, **{beside.id: shown for beside, shown in BESIDE.items()}}[page.id]
    without = "".join(f"<p>No {kind}: {escape(why)}</p>" for kind, why in reasons.items() if isinstance(why, str))
    return f'<section id="{page.id}"><h2>{escape(page.title)} ({page.path})</h2>{without}{shown}</section>'


def _pictures(each: Drawn) -> str:
    return "".join(
        f'<img src="{name}" alt="{each.page.id}, {each.kind}, {size}, {scheme}" loading="lazy"'
        f' width="{SIZES[size][0]}" height="{SIZES[size][1]}">'
        for (size, scheme), name in names(each).items()
    )


def _stop(lines: Sequence[str]) -> int:
    print("\n".join(lines), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

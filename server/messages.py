"""Takes the messages of the interface out of every place where they are written, for those who translate them.

`./dev messages` writes pwa/messages/messages.pot. What the database holds is content and has translations of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2.ext import extract_from_ast

from pwa.compile import environment
from pwa.languages import MESSAGES
from pwa.pages import PAGES
from server import desk, log_in, oidc, registration, second_factor, step_up, steps
from server.config import ROOT, Config
from server.features import engine
from server.problems import KNOWN
from server.words import DECK, deck
from sync.forms import NOT_USABLE, rules

FILE = MESSAGES / "messages.pot"
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'

Message = str | tuple[str, ...]


def template() -> str:
    """The file for translators: no dates and no line numbers, so that it changes only when a message does."""
    catalog = Catalog(charset="utf-8")
    for place, message, note in [*_templates(), *_deck(), *_python()]:
        catalog.add(message, locations=[(place, 0)], auto_comments=[note] if note else [])
    written = BytesIO()
    write_po(written, catalog, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + written.getvalue().decode().rstrip("\n") + "\n"


def _templates() -> Iterator[tuple[str, Message, str]]:
    env = environment(ROOT / "pwa", words=deck(), assets={})
    for file in sorted((ROOT / "pwa").rglob("*.html")):
        for _, function, found in extract_from_ast(env.parse(file.read_text(encoding="utf-8"))):
            texts = tuple(text for text in ([found] if isinstance(found, str) else found or []) if text)
            yield file.relative_to(ROOT).as_posix(), texts if function == "ngettext" else texts[0], ""


def _deck() -> Iterator[tuple[str, Message, str]]:
    for key, text in deck().items():
        yield DECK.relative_to(ROOT).as_posix(), text, key


def _python() -> Iterator[tuple[str, Message, str]]:
    """Titles of pages, and what is told of a form, a log in or a problem: page_context says them."""
    yield from (("pwa/pages.py", page.title, "") for page in PAGES)
    yield from (("server/desk.py", each.page.title, "") for each in desk.PAGES.values())
    for _, *texts in KNOWN.values():
        yield from (("server/problems.py", text, "") for text in texts)
    yield from (("server/steps.py", text, "") for text in (steps.LATE, *(title for _, title in steps.PAGES.values())))
    yield from (("server/log_in.py", text, "") for text in (log_in.NO_ADDRESS, *log_in.SAID.values()))
    yield from (("server/oidc.py", text, "") for text in oidc.SAID.values())
    asked = (registration.NO_NAME, registration.LONG_NAME, registration.NO_TEAM)
    yield from (("server/registration.py", text, "") for text in asked)
    shown = (second_factor.NO_PASSKEY, second_factor.HELD, second_factor.NO_NUMBER, second_factor.NO_CODE)
    yield from (("server/second_factor.py", text, "") for text in (*shown, *second_factor.SAID.values()))
    yield "server/step_up.py", step_up.LAST, ""
    yield "sync/forms.py", NOT_USABLE, ""
    for kind in engine(Config()).kinds.values():
        yield from (("server/features/", rule["words"], kind.name) for rule in rules(kind.args))
        yield "server/features/", kind.says, kind.name


if __name__ == "__main__":
    FILE.write_text(template(), encoding="utf-8")

"""Every page in the languages made of the English: nothing of ours is left in English, and content says that it is."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from litestar.testing import TestClient

from pwa.languages import languages
from pwa.pages import PAGES
from server.words import words
from tests.world import path_of, reader

App = Callable[..., TestClient[Any]]
TAGS = ("en", "en-XA", "ar-XB")
PATHS = {path_of(page): page for page in PAGES}
HTML = {"Accept": "text/html"}
MESSAGE = re.compile(r"\[[^\[\]]*\]")
# Of the app, a language, somebody in the cast and what they use.
NAMES = {"Common", "Ground", "English", "Meadow", "community", "nurse", "Community", "nursing"}
DEVICE = {"phone", "or", "computer"}


def begin(app: App, tag: str, person: str = "") -> TestClient[Any]:
    client = app(languages=TAGS)
    if person:
        client.post("/demo/log-in", data={"person": person})
    client.post("/look", data={"language": tag}, follow_redirects=False)
    return client


class Read(HTMLParser):
    """What is read on a page in its own language: the text, and the labels that screen readers say."""

    EMPTY = ("meta", "link", "input", "br", "img", "path", "circle")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.langs: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self.langs[-1] if self.langs else "")
        self._add(lang, *(given.get(name) or "" for name in ("aria-label", "title", "alt", "placeholder")))
        if tag not in self.EMPTY:
            self.langs.append(lang)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        self.langs.pop()

    def handle_data(self, data: str) -> None:
        self._add(self.langs[-1] if self.langs else "", data)

    def _add(self, lang: str, *texts: str) -> None:
        self.text[lang] = self.text.get(lang, "") + " ".join(texts)


@pytest.mark.parametrize("tag", TAGS[1:])
def test_a_language_changes_every_page_its_title_and_its_direction(app: App, tag: str) -> None:
    language = languages([tag])[tag]
    readers = {who: begin(app, tag, who) for who in sorted({*map(reader, PATHS.values())})}
    for path, page in PATHS.items():
        answer = readers[reader(page)].get(path)
        assert answer.status_code == 200
        assert f'<html lang="{tag}" dir="{language.dir}">' in answer.text, path
        assert f"<title>{language.say(page.title)} – Common Ground</title>" in answer.text, path
        assert answer.headers["content-language"] == tag
        assert language.say(words("foot.privacy")) in answer.text, path


def test_nothing_of_ours_is_left_in_english(app: App) -> None:
    nurse = begin(app, "en-XA", "nurse")
    nurse.post("/do/pledge.take", data={"pledge": "p1", "version": "1", "show": "name", "page": "/pledges/p1"})
    nurse.post("/do/pledge.report", data={"pledge": "p1", "how": "did", "page": "/pledges/p1"})
    unknown = nurse.get("/nope", headers=HTML)
    form = nurse.post("/do/pledge.take", data={"page": "/pledges/p2"})
    wrong = nurse.request("DELETE", "/me", headers=HTML)
    assert (unknown.status_code, form.status_code, wrong.status_code) == (404, 422, 405)
    left: dict[str, set[str]] = {}
    shown = [begin(app, "en-XA", reader(page)).get(path) for path, page in PATHS.items() if reader(page) != "nurse"]
    for answer in [unknown, form, wrong, *shown, *(nurse.get(path) for path in [*PATHS, "/log-in"])]:
        text = Read(answer.text).text["en-XA"]
        while (outside := MESSAGE.sub(" ", text)) != text:  # a value of a message may be a message
            text = outside
        left[answer.url.path] = set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES - DEVICE
    assert {path: words for path, words in left.items() if words} == {}


def test_content_says_that_it_is_english(app: App) -> None:
    nobody = begin(app, "ar-XB")
    for path in ("/privacy", "/accessibility", "/storage", "/help"):
        read = Read(nobody.get(path).text)
        assert len(read.text["en"]) > 200, path
    assert 'lang="en" dir="ltr"' in begin(app, "ar-XB", "nurse").get("/pledges").text

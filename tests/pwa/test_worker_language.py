"""What the worker says: which language, and where that is read: its cache, else the server, else a few calm words."""

import json

import pytest
import quickjs

from tests.quick import call, quick

BUILT = """
export const BUILD = "b1";
export const PRECACHE = [];
export const LANGUAGES = { en: ["English", "/static/en.0123.json"], cy: ["Cymraeg", "-"], "ar-XB": ["-", "-"] };
export const APP = { name: "Test" };
export const HEADERS = {};
export const PAGES = [];
export const CALM = { title: "This page needs signal", body: "Later." };
"""
PAGE: dict[str, object] = {
    "parent": None,
    "blocks": {},
    "root": ["all", "<h1>", ["out", ["attr", ["name", "page"], "title"]], "</h1>"],
}
SHIMS = """
globalThis.Response = class { constructor(body, { status }) { Object.assign(this, { body, status }); } };
const held = {};
const asked = [];
const answer = (text) => text && { ok: true, json: async () => JSON.parse(text) };
globalThis.caches = { async match(url, { cacheName }) {
  asked.push(`${cacheName} ${url}`);
  return answer(held.cache) ?? undefined;
} };
globalThis.fetch = async (url) => {
  asked.push(`server ${url}`);
  if (!held.server) throw new TypeError("no signal");
  return answer(held.server);
};
globalThis.$calm = async (now) => {
  Object.assign(held, now);
  const whom = { person: null, store: {}, now: 0, language: "en", colours: "", online: true };
  const { body, status } = await calmAnswer(whom);
  return { body, status, asked: asked.splice(0) };
};
"""
CACHE, SERVER = "cg-b1 /static/en.0123.json", "server /static/en.0123.json"
SAID = {"tag": "en", "dir": "ltr", "titles": {"offline": "This page needs signal"}, "words": {}, "kinds": {}}
BUNDLE = json.dumps({**SAID, "pages": {"layout/offline.html": PAGE}, "macros": {}})


def worker() -> quickjs.Context:
    modules = {"pwa/worker/built.js": BUILT, "pwa/features/index.js": "export const reducers = {};\n"}
    return quick("pwa/worker/answer.js", "pwa/worker/language.js", shims=SHIMS, modules=modules)


def test_pages_are_drawn_from_the_cache_which_is_read_once() -> None:
    context = worker()
    first, second = call(context, "$calm", {"cache": BUNDLE}), call(context, "$calm", {})
    assert first == {"body": "<h1>This page needs signal</h1>", "status": 503, "asked": [CACHE]}
    assert second == {**first, "asked": []}


def test_without_the_cache_the_server_is_asked_and_without_both_the_words_still_come() -> None:
    context = worker()
    lost = call(context, "$calm", {})
    assert lost["status"] == 503 and lost["asked"] == [CACHE, SERVER]
    assert "<h1>This page needs signal</h1><p>Later." in lost["body"]
    found = call(context, "$calm", {"server": BUNDLE})
    assert found["asked"] == [CACHE, SERVER], "a failure is not kept: the next page asks again"
    assert found["body"] == "<h1>This page needs signal</h1>"


@pytest.mark.parametrize(
    ("chosen", "wanted", "spoken"),
    [
        ("cy", ["en"], "cy"),
        (None, ["cy-GB", "en"], "cy"),
        (None, ["fr", "ar-XB"], "ar-XB"),
        (None, ["fr"], "en"),
        ("fr", [], "en"),
    ],
)
def test_a_choice_comes_before_the_browsers_languages(chosen: str | None, wanted: list[str], spoken: str) -> None:
    assert call(worker(), "tagOf", chosen, wanted) == spoken

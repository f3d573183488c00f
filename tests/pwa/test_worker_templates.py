"""Where the worker's pages are drawn from: the cache of its build, else the server, and calm words without either."""

import json

import quickjs

from tests.quick import call, quick

BUILT = """
export const BUILD = "b1";
export const PRECACHE = [];
export const TEMPLATES = "/static/templates.0123.json";
export const APP = { name: "Test" };
export const HEADERS = {};
export const KINDS = {};
export const PAGES = [];
export const WORDS = { "offline.title": "This page needs signal", "offline.body": "Later.", "not_found.title": "None" };
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
  const { body, status } = await calmAnswer(null);
  return { body, status, asked: asked.splice(0) };
};
"""
CACHE, SERVER = "cg-b1 /static/templates.0123.json", "server /static/templates.0123.json"
BUNDLE = json.dumps({"pages": {"layout/offline.html": PAGE}, "macros": {}})


def worker() -> quickjs.Context:
    modules = {"pwa/worker/built.js": BUILT, "pwa/features/index.js": "export const reducers = {};\n"}
    return quick("pwa/worker/answer.js", shims=SHIMS, modules=modules)


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

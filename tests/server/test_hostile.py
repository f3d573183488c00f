"""Pages and forms for somebody who means harm: nobody else's words, nothing stored, no way out to another website."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from pwa.pages import PAGES
from server.headers import is_same_origin
from tests.server.hostile import ATTACKER, INJECTED, NETWORKS, OTHER, TOKEN, Watch, watch
from tests.server.test_hostile_sync import domain, good
from tests.world import Person, World, path_of

ABOUT = (
    "pledge",
    "network",
    "topic",
    "device",
    "module",
    "scheme",
    "place",
    "notice",
    "audience",
    "name",
)  # what an action is about
HTML = {"Accept": "text/html"}
PAGES_AND_FILES = [path_of(page) for page in PAGES] + [
    *("/log-in", "/nope", "/me/data/copy", "/networks/n99", "/health", "/metrics", "/openapi.json", "/sw.js"),
    *("/manifest.webmanifest", "/static/nope.css", "/sync"),
]
OUTSIDE = (
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil"),
    *("javascript:alert(1337)", "data:text/html,x", "/%2f/evil.example", "/me\r\nSet-Cookie: evil=1", "/me\n", "/me "),
    *(
        " /me",
        "/me?x=//evil.example",
        "/me#evil",
        "/../evil",
        "/networks/../../evil",
        "/networks/%2e%2e",
        "evil.example",
    ),
    *("/networks/\u2028", "/pledges/p1;evil", "/do/pledge.take", "/log-out", "", "/" * 3_000),
)
HEADERS: tuple[dict[str, str], ...] = (
    {"Host": "evil.example"},
    {"Host": ""},
    {"Host": "evil.example:80@127.0.0.1"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1;host=evil.example;proto=https"},
    {"X-Original-URL": "/me/data/copy", "X-Rewrite-URL": "/me/data/copy"},
    {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "DELETE", "X-Method-Override": "PUT"},
    {"Range": "bytes=0-10", "If-Range": '"x"'},
    {"Range": "bytes=" + ",".join(["0-"] * 1_000)},
    {"Accept-Language": "../../etc/passwd;q=9, " * 500},
    {"Accept-Encoding": "gzip;q=-1, br;q=NaN, evil"},
    {"If-None-Match": "*", "If-Modified-Since": "evil"},
    {"User-Agent": "<script>evil</script>" * 100},
    {"Referer": "https://evil.example/?token=evil"},
    {"X-Action-Id": "../../evil"},
    {"Authorization": "Bearer evil", "X-Api-Key": "evil"},
)


def attacker(world: World) -> tuple[Watch, Person]:
    return watch(world), world.log_in(ATTACKER)


def raw(headers: dict[str, str]) -> Any:
    """As bytes, so that nothing is put right on the way."""
    return {name: value.encode() for name, value in headers.items()}


def ask(person: Person, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Any:
    return person._send(method, f"http://127.0.0.1:8000{path}", raw(HTML | (headers or {})))


# Headers


def test_no_header_changes_where_a_page_leads_or_what_is_in_it(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    with watched.nothing_stored():
        for path in PAGES_AND_FILES:
            usual = ask(person, path)
            for headers in HEADERS:
                answer = watched.fine(ask(person, path, headers))
                assert answer.status_code in (usual.status_code, 304), (path, headers)
                assert "evil" not in answer.text + str(answer.headers), (path, headers)
                assert answer.status_code == 304 or answer.content == usual.content, (path, headers)


def test_cookies_that_are_long_doubled_or_made_up_are_nobodys(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    mine = person._cookie
    made_up = ["session=", "session=x", f"session={OTHER}", f"session={TOKEN}x", "session=" + "x" * 60_000, "session"]
    made_up += ["session=ÿþ", f"Session={TOKEN}", f"x=1;session={TOKEN}", f'session="{TOKEN}"', "; " * 5_000]
    made_up += [f"session=x; session={TOKEN}", f"__Host-session={TOKEN}", "language=../evil; colours=<evil>; session=x"]
    with watched.nothing_stored():
        for cookie in made_up:
            for path in ("/me", "/me/data/copy", "/networks/n1", "/help"):
                answer = watched.fine(ask(person, path, {"Cookie": cookie}))
                assert (answer.status_code, answer.headers.get("location")) in {(303, "/log-in"), (200, None)}, cookie
                assert answer.status_code == 303 or path == "/help", cookie
                assert "evil" not in answer.text
        assert "Newcomer" in watched.fine(ask(person, "/me", {"Cookie": f"{mine}; session={TOKEN}"})).text


def test_a_log_in_never_takes_the_token_that_was_brought(sqlite_world: World) -> None:
    """Nor does it end somebody else's: a token is only ever made here."""
    watched = watch(sqlite_world)
    fixed = "f" * 43
    answer = sqlite_world.nobody().post("/demo/log-in", {"Cookie": f"session={fixed}"}, person=ATTACKER)
    assert answer.status_code == 303 and fixed not in answer.headers["set-cookie"]
    assert "httponly" in answer.headers["set-cookie"].lower() and "samesite=lax" in answer.headers["set-cookie"].lower()
    assert watched.world.rows("SELECT id FROM session WHERE person_id = :other", other=OTHER)


# Where a form leads


def test_a_form_leads_nowhere_but_to_a_page_of_ours(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    for page in OUTSIDE:
        done = watched.fine(person.do("pledge.take", page, pledge="p1", version="1", show="nobody"))
        assert done.status_code == 303, page
        refused = watched.fine(person.do("pledge.take", page, pledge="p99", version="1", show="nobody"))
        assert (refused.status_code, 'data-page="home"' in refused.text) == (422, True), page
        fields = {"page": page, "next": page, "return": page, "redirect_uri": page}
        for path in ("/look", "/log-in", "/demo/log-in"):
            watched.fine(person.post(path, {"Referer": "https://evil.example/"}, **fields))
    for page in OUTSIDE[:6]:
        watched.fine(ask(sqlite_world.nobody(), f"/me?next={page}"))


# What is typed


def fields_of_forms(world: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form of the app as it is sent, with one field of it in question at a time."""
    for kind, data in good().items():
        for name in [*data, "page", "undo", "more"]:
            yield f"/do/{kind}", {**{each: str(value) for each, value in data.items()}, name: "?"}
    yield from (("/log-in", {"email": "?"}), ("/log-in", {"email": "a@example.org", "code": "?"}))
    yield from (("/demo/log-in", {"person": "?"}), ("/look", {"language": "?"}), ("/look", {"colours": "?"}))


def test_what_is_injected_by_a_form_is_text_in_the_page_and_nowhere_else(
    sqlite_world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    watched, person = attacker(sqlite_world)
    before = domain(watched)
    capfd.readouterr()
    for path, fields in fields_of_forms(sqlite_world):
        for text in INJECTED:
            sent = {name: text if value == "?" else value for name, value in fields.items()}
            if "page" not in sent.values() and "?" in (fields.get("page"), fields.get("undo"), fields.get("more")):
                sent |= {name: "zz" for name in ABOUT if name in sent}
            answer = watched.fine(person._send("POST", path, HTML, data=sent))
            assert answer.status_code in (303, 422, 429), (path, sent)
            told = answer.text + str(answer.headers)
            assert not re.search(r"<script>alert|<img src=x|<b>evil|1337\D*191|\b1337\b(?![)])", told), (path, sent)
            assert "evil" not in answer.headers.get("set-cookie", "") + answer.headers.get("location", "")
    assert domain(watched) == before
    stored, logged = str(watched.tables()), capfd.readouterr().err
    assert logged.count("\n") == len([line for line in logged.splitlines() if line.startswith('{"at":')])
    for text in INJECTED:
        assert text not in stored + logged and repr(text)[1:-1] not in stored + logged, text
    assert "evil" not in logged and "1337" not in logged


TYPED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"
BODIES = (
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="page"\r\n\r\n/me'),
    (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n\xff\xfe\r\n--a--\r\n'),
    (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="x"; filename="../../x"\r\n'
     b"Content-Type: text/html\r\n\r\nevil\r\n--a--\r\n"),
    (MULTIPART, b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 2_000 + b"--a--"),
    ("application/x-www-form-urlencoded; charset=utf-99", b"page=/me&person=%00"),
    (TYPED, b"page=%ff%fe&pledge=%00&email=%00&person=%00&language=%00"),
    (TYPED, b"page=%ed%a0%80&pledge=%ed%a0%80&version=1&show=name&email=%ed%a0%80"),
    (TYPED, b"&".join(b"a%d=1" % number for number in range(5_000))),
    (TYPED, b"pledge=p1&version=" + b"9" * 9_000 + b"&show=name&email=" + b"x" * 9_000),
    (TYPED, b"%" * 5_000 + b"&=&&==&"),
    ("application/json", b'{"pledge": "p1", "version": 1, "show": "name"}'),
    ("application/json", b"[" * 50_000),
    ("\xff/\xfe; =;;", b"page=/me"),
    ("", b""),
)  # fmt: skip


def test_a_body_that_is_no_form_is_refused_and_nothing_is_done(world: World) -> None:
    watched, person = attacker(world)
    before = domain(watched)
    with watched.nothing_of_others_changed():
        for path in ("/do/pledge.take", "/do/network.join", "/log-in", "/demo/log-in", "/look"):
            for type, body in BODIES:
                headers: Any = {**HTML, "Content-Type": type.encode("latin-1")}
                answer = watched.fine(person._send("POST", path, headers, content=body))
                assert answer.status_code in (303, 400, 413, 422), (path, type, body[:60])
                assert answer.status_code != 303 or path == "/look", (path, type, body[:60])
    assert domain(watched) == before


# Paths and methods

PATHS = (
    *("/me/../me/data/copy", "/help/../me", "/help/%2e%2e/me", "/help/..%2fme", "/%2e%2e/%2e%2e/etc/passwd"),
    *(
        "//me",
        "//evil.example/me",
        "/me/",
        "/me//data",
        "/me;x=1",
        "/me%3bx",
        "/ME",
        "/me%00",
        "/me%0d%0aevil",
        "/%6de",
    ),
    *("/me/data/copy/", "/me/data/copy;.css", "/me/data/copy%2f..%2f..%2fstatic/x.css", "/static/../me"),
    *("/static/..%2f..%2fserver/app.py", "/static//etc/passwd", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/"),
    *("/pledges/p1%27--", "/pledges/%7b%7b7*191%7d%7d", "/networks/n1/..", "/networks/n1%2f", f"/networks/{OTHER}"),
    *("/do/pledge.take", "/do/..%2fme", "/do/outbox.delete", "/openapi.json/../me", "/\u00e9\u202e"),
    *(
        "/.env",
        "/.git/config",
        "/var/common-ground.db",
        "/server/app.py",
        "/desk",
        "/desk/people",
        "/?" + "a=1&" * 9_000,
    ),
    "/" + "a" * 30_000,
)


def test_no_spelling_of_a_path_opens_what_it_should_not(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    nobody = sqlite_world.nobody()
    with watched.nothing_stored():
        for path in PATHS:
            for visitor in (person, nobody):
                for method in ("GET", "HEAD"):
                    answer = watched.fine(ask(visitor, path, method=method))
                    assert answer.status_code in (200, 303, 404, 405), path
                    assert not re.search(r"1337|root:|litestar|\[project\]", answer.text), path
                    if visitor is nobody:
                        assert "Newcomer" not in answer.text and "set-cookie" not in answer.headers, path


def test_a_page_of_one_network_tells_nothing_of_who_is_in_it(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    for network in NETWORKS:
        assert watched.fine(ask(person, f"/networks/{network}")).status_code == 200
    copy = watched.fine(ask(person, "/me/data/copy"))
    assert "Newcomer" in copy.text


METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "EVIL")


def test_no_other_method_does_anything(sqlite_world: World) -> None:
    watched, person = attacker(sqlite_world)
    routes = [route for route in sqlite_world.client.app.routes if isinstance(route, HTTPRoute)]
    taken = {route.path: set(route.methods) - {"OPTIONS"} for route in routes}
    with watched.nothing_stored():
        for path in [*PAGES_AND_FILES, *(path for path in posts(sqlite_world.client.app))]:
            for method in METHODS:
                if method in taken.get(path, ()):
                    continue
                answer = watched.fine(ask(person, path, method=method))
                told = (answer.status_code, answer.content) == (204, b"") if method == "OPTIONS" else False
                assert told or answer.status_code in (404, 405), (method, path)
            if path not in {*PAGES_AND_FILES, *pages_of(sqlite_world.client.app)} or path == "/sync":
                assert watched.fine(ask(person, path)).status_code in (404, 405), path


# Forms from elsewhere


def pages_of(app: Litestar) -> set[str]:
    """Every path that has a page of its own."""
    return {route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods}


def posts(app: Litestar) -> list[str]:
    """Every path that takes a POST, by the app's own list."""
    found = {route.path for route in app.routes if isinstance(route, HTTPRoute) and "POST" in route.methods}
    return sorted(path.replace("{kind:str}", "pledge.take") for path in found | {"/sync"})


OURS = "http://127.0.0.1:8000"
ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OURS, "Referer": f"{OURS}/me"},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "null"},
    {"Origin": "null", "Host": ""},
    {"Origin": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Host": "127.0.0.1:8000.evil.example"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://127.0.0.1:8000@evil.example"},
    {"Origin": "http://[127.0.0.1:8000"},
    {"Origin": "file://", "Referer": f"{OURS}/me"},
    {"Referer": "https://evil.example/form"},
    {"Referer": "https://evil.example/?127.0.0.1:8000"},
)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_no_form_of_another_website_is_taken_by_any_door(sqlite_world: World, headers: dict[str, str]) -> None:
    watched, person = attacker(sqlite_world)
    doors = posts(sqlite_world.client.app)
    assert {"/do/pledge.take", "/log-in", "/log-out", "/demo/log-in", "/look", "/sync"} <= set(doors)
    usual = {} if "Sec-Fetch-Site" in headers else {"Sec-Fetch-Site": None}
    with watched.nothing_stored():
        for path in doors:
            answer = watched.fine(from_elsewhere(person, path, usual | headers))
            assert answer.status_code == 403, path
            assert "set-cookie" not in answer.headers


def from_elsewhere(person: Person, path: str, headers: dict[str, Any]) -> Any:
    """As a browser sends it that says only this of where it comes from."""
    client = person._world.client
    client.cookies.clear()
    sent = {**HTML, "Cookie": person._cookie, **{name: value for name, value in headers.items() if value is not None}}
    fields = {"person": "ally", "email": "a@example.org", "pledge": "p1", "version": "1", "show": "name"}
    return client.post(f"{OURS}{path}", headers=raw(sent), data=fields, follow_redirects=False)


def test_a_page_without_protection_is_another_website() -> None:
    """Who can change what comes over http:// may not use a log in of https://."""
    secure = "https://app.example"
    for name in (b"origin", b"referer"):
        assert is_same_origin([(b"host", b"app.example"), (name, b"https://app.example/")], secure)
        assert not is_same_origin([(b"host", b"app.example"), (name, b"http://app.example/")], secure)

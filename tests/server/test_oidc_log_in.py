"""Log in with the organisation's directory: against one that somebody else wrote, and one that answers wrongly."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from litestar.testing import TestClient

from server.config import Config
from server.oidc import SAID, NotDone, checked, proved_twice
from server.oidc_log_in import known_as
from tests.directories import CLIENT, SECRET, Foreign, Own
from tests.server.conftest import App
from tests.world import World

HEADERS = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
JO = "jo@example.nhs.uk"
AWAY = "/log-in/directory"


@pytest.fixture
def own() -> Iterator[Own]:
    with Own() as directory:
        yield directory


def settings(issuer: str, **more: Any) -> dict[str, Any]:
    named = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "Meadowbank account"}
    return {"demo": False, "oidc_issuer": issuer, "mail_domains": ("example.nhs.uk",), **named, **more}


@pytest.fixture
def client(own: Own, app: App) -> TestClient[Any]:
    return app(**settings(own.issuer))


def get(client: TestClient[Any], path: str) -> httpx.Response:
    return client.get(path, headers=HEADERS, follow_redirects=False)


def come_back(client: TestClient[Any], address: str) -> httpx.Response:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == str(client.base_url).rstrip("/")
    return get(client, f"{parts.path}?{parts.query}")


def log_in(client: TestClient[Any], own: Own) -> httpx.Response:
    return come_back(client, own.say_yes(get(client, AWAY).headers["location"]))


def why(answer: httpx.Response) -> str:
    """Why it did not come to a log in, by the key of the sentence that is told."""
    assert answer.status_code == 303
    found = re.fullmatch(r"/log-in\?why=(\w+)", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


def person(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT name, role, team_id, email FROM person WHERE email IS NOT NULL")


def logged_in(client: TestClient[Any]) -> bool:
    return get(client, "/me").status_code == 200


def test_a_directory_of_somebody_elses_making_lets_people_in(tmp_path: Path, app: App, sqlite_world: World) -> None:
    with Foreign(
        tmp_path, {"s1": {"email": JO, "email_verified": True, "name": "Jo Bloggs", "amr": ["mfa"]}}
    ) as directory:
        client = app(**settings(directory.issuer))
        left = get(client, AWAY)
        assert left.status_code == 303
        answer = come_back(client, directory.say_yes(left.headers["location"], "s1"))
        assert answer.headers["location"] == "/"
        assert logged_in(client)
        assert person(sqlite_world) == [{"name": "Jo Bloggs", "role": "", "team_id": None, "email": JO}]


def test_the_page_offers_it_by_name_and_only_where_there_is_one(client: TestClient[Any], app: App) -> None:
    page = get(client, "/log-in").text
    assert f'href="{AWAY}"' in page
    assert "Meadowbank account" in page
    without = app(demo=False)
    assert AWAY not in get(without, "/log-in").text
    assert get(without, AWAY).status_code == 404
    assert get(without, f"{AWAY}/back?code=1&state=2").status_code == 404


def test_the_request_holds_what_the_standard_asks_and_nothing_twice(client: TestClient[Any], own: Own) -> None:
    first, second = (urlsplit(get(client, AWAY).headers["location"]) for _ in range(2))
    assert f"{first.scheme}://{first.netloc}{first.path}" == f"{own.issuer}/authorize"
    asked = {name: values[0] for name, values in parse_qs(first.query).items()}
    again = {name: values[0] for name, values in parse_qs(second.query).items()}
    assert asked["tenant"] == "1"
    assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/log-in/directory/back"
    assert (asked["scope"], asked["code_challenge_method"]) == ("openid email profile", "S256")
    for each in ("state", "nonce", "code_challenge"):
        assert asked[each] != again[each]
        assert len(asked[each]) >= 43


def test_a_directory_can_take_our_secret_in_the_form(client: TestClient[Any], own: Own) -> None:
    own.takes_post = True
    assert log_in(client, own).headers["location"] == "/"
    assert own.refused == []


def test_what_is_kept_meanwhile_is_sealed_and_short_lived_and_taken_back(client: TestClient[Any], own: Own) -> None:
    left = get(client, AWAY)
    cookie, state = left.headers["set-cookie"], parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    assert re.match(r"directory=[\w=-]+; ", cookie)
    assert state not in cookie
    assert {"HttpOnly", "Max-Age=600", "SameSite=lax"} <= set(cookie.split("; "))
    answer = come_back(client, own.say_yes(left.headers["location"]))
    assert any("directory=" in each and "Max-Age=0" in each for each in answer.headers.get_list("set-cookie"))


def test_somebody_who_is_here_is_let_in_as_who_they_are(
    client: TestClient[Any], own: Own, sqlite_world: World, known: str
) -> None:
    own.claims = {"email": known.upper(), "name": "Another name"}
    assert log_in(client, own).headers["location"] == "/"
    assert [row["name"] for row in person(sqlite_world)] == ["A nurse"]
    (session,) = sqlite_world.rows("SELECT person_id FROM session")
    assert session["person_id"] == "p-known"


@pytest.mark.parametrize("amr", [None, ["pwd"]])
def test_who_proved_only_one_thing_there_adds_a_second_step_here(
    client: TestClient[Any], own: Own, amr: list[str] | None
) -> None:
    own.claims = {"amr": amr}
    assert log_in(client, own).headers["location"] == "/log-in/set-up"
    assert not logged_in(client)


def test_a_log_in_ends_the_one_before_and_has_a_token_of_its_own(
    client: TestClient[Any], own: Own, sqlite_world: World
) -> None:
    log_in(client, own)
    first = client.cookies["session"]
    log_in(client, own)
    assert client.cookies["session"] != first
    assert len(sqlite_world.rows("SELECT * FROM session")) == 1


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://elsewhere.example"}, "odd"),
        ({"aud": "another-app"}, "odd"),
        ({"aud": [CLIENT, "another-app"]}, "odd"),
        ({"aud": None}, "odd"),
        ({"nonce": "of another log in"}, "odd"),
        ({"nonce": None}, "odd"),
        ({"sub": None}, "odd"),
        ({"exp": None}, "odd"),
        ({"exp": int(time.time()) - 3600}, "clock"),
        ({"iat": int(time.time()) + 3600}, "clock"),
        ({"nbf": int(time.time()) + 3600}, "clock"),
        ({"email": None}, "address"),
        ({"email": "not an address"}, "address"),
        ({"email": ["jo@example.nhs.uk"]}, "address"),
        ({"email": "jo@elsewhere.example"}, "address"),
        ({"email": "jo@example.nhs.uk.elsewhere.example"}, "address"),
        ({"email_verified": False}, "address"),
        ({"email_verified": None}, "address"),
        ({"email_verified": "true"}, "address"),
    ],
)
def test_an_answer_that_is_not_right_in_all_lets_nobody_in(
    client: TestClient[Any], own: Own, sqlite_world: World, claims: dict[str, Any], told: str
) -> None:
    own.claims = claims
    assert why(log_in(client, own)) == told
    assert not logged_in(client)
    assert person(sqlite_world) == []


@pytest.mark.parametrize("fault", ["another key", "signed with our secret", "not signed"])
def test_a_token_that_the_directory_did_not_sign_lets_nobody_in(client: TestClient[Any], own: Own, fault: str) -> None:
    own.fault = fault
    assert why(log_in(client, own)) == "odd"
    assert not logged_in(client)


@pytest.mark.parametrize("token", [None, 7, "", "a.b.c", "é.é.é", "eyJhbGciOiJSUzI1NiJ9.W10.eA"])
@pytest.mark.parametrize("keys", [[], {"keys": [1]}, {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}])
def test_what_is_no_token_or_no_key_is_refused_like_any_other(token: Any, keys: Any) -> None:
    with pytest.raises(NotDone):
        checked(token, keys, Config.for_tests(), "n", 0)
    with pytest.raises(NotDone):
        checked(token, {"keys": [RSAKey.generate_key(2048).as_dict(private=False)]}, Config.for_tests(), "n", 0)


@pytest.mark.parametrize(
    ("fault", "told"), [("down", "away"), ("issuer of its addresses", "odd"), ("plain http", "odd")]
)
def test_a_directory_that_cannot_be_trusted_is_not_gone_to(
    client: TestClient[Any], own: Own, fault: str, told: str
) -> None:
    own.fault = fault
    assert why(get(client, AWAY)) == told


def test_another_state_an_older_one_or_none_begins_again(client: TestClient[Any], own: Own) -> None:
    older = own.say_yes(get(client, AWAY).headers["location"])
    newer = own.say_yes(get(client, AWAY).headers["location"])
    assert why(come_back(client, older)) == "again"
    assert why(come_back(client, newer)) == "again", "the first try used up what was kept"
    get(client, AWAY)
    assert why(get(client, f"{AWAY}/back?code=code-1")) == "again"
    client.cookies.clear()
    assert why(come_back(client, newer)) == "again"
    assert not logged_in(client)
    assert len(own.asked) == 2, "no code was shown to the directory for it"


def test_coming_back_twice_lets_nobody_in_twice(client: TestClient[Any], own: Own) -> None:
    left = get(client, AWAY)
    kept, address = client.cookies["directory"], own.say_yes(left.headers["location"])
    assert come_back(client, address).headers["location"] == "/"
    client.cookies.clear()
    assert why(come_back(client, address)) == "again"
    client.cookies.set("directory", kept)
    assert why(come_back(client, address)) == "again"
    assert own.refused == ["code"]
    assert not logged_in(client)


def test_a_code_of_another_browser_is_no_use_without_what_that_one_kept(client: TestClient[Any], own: Own) -> None:
    theirs = own.say_yes(get(client, AWAY).headers["location"])
    client.cookies.clear()
    mine = get(client, AWAY).headers["location"]
    state, code = parse_qs(urlsplit(mine).query)["state"][0], parse_qs(urlsplit(theirs).query)["code"][0]
    assert why(get(client, f"{AWAY}/back?code={code}&state={state}")) == "again"
    assert own.refused == ["code"]


def test_whoever_is_away_for_longer_than_ten_minutes_begins_again(
    client: TestClient[Any], own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = own.say_yes(get(client, AWAY).headers["location"])
    real = time.time_ns
    monkeypatch.setattr("server.site.time.time_ns", lambda: real() + 601 * 10**9)
    assert why(come_back(client, address)) == "again"


def test_the_answer_of_another_directory_is_not_taken_for_this_ones(client: TestClient[Any], own: Own) -> None:
    left = get(client, AWAY).headers["location"]
    assert why(come_back(client, own.say_yes(left, iss="https://elsewhere.example"))) == "odd"
    left = get(client, AWAY).headers["location"]
    assert come_back(client, own.say_yes(left, iss=own.issuer)).headers["location"] == "/"


@pytest.mark.parametrize(("error", "told"), [("access_denied", "denied"), ("temporarily_unavailable", "away")])
def test_whoever_is_sent_back_without_a_log_in_is_told(
    client: TestClient[Any], own: Own, error: str, told: str
) -> None:
    left = get(client, AWAY).headers["location"]
    assert why(come_back(client, own.say_yes(left, error=error))) == told
    page = get(client, f"/log-in?why={told}")
    assert page.status_code == 200
    assert SAID[told] in page.text
    assert 'name="email"' in page.text


def test_a_secret_that_the_directory_does_not_know_is_for_those_who_run_the_app(
    own: Own, app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    client = app(**settings(own.issuer, oidc_client_secret="another"))
    assert why(log_in(client, own)) == "odd"
    said = capsys.readouterr().err
    assert "OIDC_CLIENT_SECRET" in said
    assert "another" not in said


def test_nothing_of_the_person_is_in_the_log(
    client: TestClient[Any], own: Own, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(client, own)
    own.claims = {"email": "jo@elsewhere.example"}
    log_in(client, own)
    said = capsys.readouterr().err
    assert "/log-in/directory/back" in said
    assert not re.search(r"jo@|Bloggs|code-\d|state=", said)


def test_no_address_leads_anywhere_but_here_or_to_the_directory(client: TestClient[Any], own: Own) -> None:
    more = "?next=https://elsewhere.example&redirect_uri=https://elsewhere.example"
    left = get(client, f"{AWAY}{more}").headers["location"]
    assert left.startswith(f"{own.issuer}/")
    assert "elsewhere" not in left
    assert come_back(client, own.say_yes(left, next="//elsewhere.example")).headers["location"] == "/"
    page = get(client, "/log-in?why=https://elsewhere.example")
    assert "elsewhere" not in page.text


def test_what_the_id_token_leaves_out_is_asked_for_and_has_to_be_about_the_same_person(
    client: TestClient[Any], own: Own
) -> None:
    own.claims = {"email": None, "email_verified": None}
    own.userinfo = {"sub": "somebody else", "email": JO, "email_verified": True}
    assert why(log_in(client, own)) == "odd"
    own.userinfo["sub"] = "s1"
    assert log_in(client, own).headers["location"] == "/"


def test_a_claim_of_the_directorys_own_can_hold_the_address(own: Own, app: App, sqlite_world: World) -> None:
    client = app(**settings(own.issuer, oidc_email_claim="upn"))
    own.claims = {"upn": "jo.b@example.nhs.uk", "email": "boss@example.nhs.uk", "name": None}
    assert log_in(client, own).headers["location"] == "/"
    assert [(row["email"], row["name"]) for row in person(sqlite_world)] == [("jo.b@example.nhs.uk", "jo.b")]


@pytest.mark.parametrize(
    ("claims", "twice"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({"acr": "1"}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "AAL3_ANY"}, True),
    ],
)
def test_a_second_factor_counts_only_where_the_directory_says_so(claims: dict[str, Any], twice: bool) -> None:
    assert proved_twice(claims) is twice
    whole = {"email": JO, "email_verified": True, "name": "Jo", **claims}
    assert known_as(whole, Config.for_tests()).twice is twice


@pytest.mark.parametrize("name", ["", "Jo\u202eBloggs", 7, None])
def test_a_name_that_cannot_be_shown_is_left_out(name: Any) -> None:
    assert known_as({"email": JO, "email_verified": True, "name": name}, Config.for_tests()).name == "jo"

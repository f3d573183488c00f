"""What somebody gets who wants in and should not: guessing, replaying, finding out, and turning the way about.

Guessing and replaying an emailed code, and an address that nobody has, are in test_log_in.py, too.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server import invitations
from server.steps import local
from tests.server.arriving import (
    HTML,
    PENDING,
    SESSION,
    Client,
    arrive,
    asked,
    bring,
    get,
    key_shown,
    logged_in,
    number,
    other,
    post,
    with_code,
)
from tests.server.conftest import App, Mailbox
from tests.world import World

STEP, MINUTES = 30_000, 60_000


# Finding out


def story(client: Client, email: str) -> list[tuple[Any, ...]]:
    """All that an address can be asked without its mail: bytes and headers, but for the address itself."""
    steps = [post(client, "/log-in", email=email)]
    steps += [post(client, "/log-in", email=email, code="000000") for _ in range(6)]
    steps += [get(client, path) for path in ("/log-in/step", "/log-in/account", "/log-in/set-up", "/log-in/codes")]
    steps += [post(client, "/log-in", email=email) for _ in range(5)]
    return [(step.status_code, headers(step), step.text.replace(email, "…")) for step in steps]


def headers(answer: httpx.Response) -> list[tuple[str, str]]:
    """The length is that of the address."""
    return sorted((name, value) for name, value in answer.headers.items() if name != "content-length")


def test_no_answer_tells_who_has_an_account_who_may_make_one_and_who_may_not(
    app: App, mailbox: Mailbox, known: str, sqlite_world: World, later: Callable[[int], None]
) -> None:
    mail = {"smtp_url": f"smtp://127.0.0.1:{mailbox.port}", "mail_domains": ("example.nhs.uk",)}
    client = app(demo=False, public_url="https://app.example.org", **mail)
    arrive(client, mailbox, known)
    client.cookies.clear()
    later(15 * MINUTES + 1)  # the code it took to arrive counts
    invited = "guest@example.com"
    sqlite_world.write(invitations.invite, sqlite_world.config.secret_key, invited, sqlite_world.now)
    ours = story(client, known)
    for email in ("new@example.nhs.uk", invited, "out@example.com"):
        assert story(client, email) == ours, email


def test_every_address_leaves_the_same_rows(client: Client, known: str, sqlite_world: World) -> None:
    for email in (known, "nobody@example.nhs.uk"):
        post(client, "/log-in", email=email)
        post(client, "/log-in", email=email, code="000000")
    rows = sqlite_world.rows("SELECT tries, used_at, length(code) FROM log_in_code")
    assert len(rows) == 2 and rows[0] == rows[1]
    assert sqlite_world.rows("SELECT * FROM pending_log_in") == []


# Guessing


def test_numbers_can_be_tried_five_times_in_15_minutes_whatever_browser_tries(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    key, codes = arrive(client, mailbox, known)
    later(STEP)
    asked(client, mailbox, known)
    assert [post(client, "/log-in/step", number=other(number(key))).status_code for _ in range(4)] == [422] * 4
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", number=other(number(key))).status_code == 429
    for right in ({"number": number(key)}, {"code": codes[0]}):
        answer = post(client, "/log-in/step", **right)
        assert answer.status_code == 429
        assert "Wait 15 minutes" in answer.text
    later(15 * MINUTES + 1)
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", number=number(key)).status_code == 303


def test_recovery_codes_can_be_tried_five_times(client: Client, mailbox: Mailbox, known: str) -> None:
    _, codes = arrive(client, mailbox, known)
    asked(client, mailbox, known)
    answers = [post(client, "/log-in/step", code="aaaaa-aaaaa").status_code for _ in range(5)]
    assert answers == [422] * 4 + [429]
    assert post(client, "/log-in/step", code=codes[0]).status_code == 429
    assert not logged_in(client)


def test_guesses_at_one_person_are_nothing_to_another(client: Client, mailbox: Mailbox, known: str, bob: str) -> None:
    arrive(client, mailbox, known)
    client.cookies.clear()
    _, codes = arrive(client, mailbox, bob)
    asked(client, mailbox, known)
    for _ in range(5):
        post(client, "/log-in/step", code="aaaaa-aaaaa")
    asked(client, mailbox, bob)
    assert post(client, "/log-in/step", code=codes[0]).status_code == 303


# Replaying


def test_a_number_works_once_and_none_from_before_it(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    key, _ = arrive(client, mailbox, known)
    asked(client, mailbox, known)
    again = post(client, "/log-in/step", number=number(key))
    assert again.status_code == 422 and "have been used" in again.text
    later(2 * STEP)
    early, right = number(key, -1), number(key)
    assert post(client, "/log-in/step", number=right).status_code == 303
    for used in (early, right):
        asked(client, mailbox, known)
        assert "have been used" in post(client, "/log-in/step", number=used).text


def test_a_number_is_good_for_its_own_half_minute_and_the_ones_beside_it(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    key, _ = arrive(client, mailbox, known)
    later(10 * STEP)
    asked(client, mailbox, known)
    for far in (-3, 3):
        assert post(client, "/log-in/step", number=number(key, far)).status_code == 422
    assert post(client, "/log-in/step", number=number(key, 1)).status_code == 303


def test_a_recovery_code_works_once(client: Client, mailbox: Mailbox, known: str) -> None:
    _, codes = arrive(client, mailbox, known)
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", code=codes[0]).status_code == 303
    asked(client, mailbox, known)
    again = post(client, "/log-in/step", code=codes[0])
    assert again.status_code == 422 and "has been used" in again.text


def test_a_step_that_is_done_cannot_be_done_again(client: Client, mailbox: Mailbox, known: str) -> None:
    with_code(client, mailbox, known)
    stages = [client.cookies[PENDING]]
    key = key_shown(client)
    post(client, "/log-in/app", number=number(key))
    stages.append(client.cookies[PENDING])
    post(client, "/log-in/codes")
    assert len(set(stages)) == 2
    client.cookies.clear()
    for stage in stages:
        bring(client, PENDING, stage)
        for path, fields in (("/log-in/app", {"number": number(key, 1)}), ("/log-in/codes", {}), ("/log-in/step", {})):
            assert "longer than 10 minutes" in post(client, path, **fields).text
    assert not logged_in(client)


# Turning the way about


def test_who_only_reads_the_mail_of_somebody_cannot_add_a_factor_of_their_own(
    client: Client, mailbox: Mailbox, known: str, sqlite_world: World
) -> None:
    """They got as far as adding one before the owner did."""
    with_code(client, mailbox, known)
    key, early = key_shown(client), client.cookies[PENDING]
    client.cookies.clear()
    arrive(client, mailbox, known)
    client.cookies.clear()
    bring(client, PENDING, early)
    assert "longer than 10 minutes" in post(client, "/log-in/app", number=number(key)).text
    assert post(client, "/log-in/set-up", passkey="{}").status_code == 422
    assert len(sqlite_world.rows("SELECT * FROM factor")) == 1
    asked(client, mailbox, known)
    for path in ("/log-in/app", "/log-in/set-up", "/log-in/codes", "/log-in/codes/file", "/log-in/account"):
        assert "longer than 10 minutes" in get(client, path).text
    assert "longer than 10 minutes" in post(client, "/log-in/codes").text
    assert not logged_in(client)


def test_a_token_from_before_is_worth_nothing_after(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    chosen = "chosen-by-an-attacker"
    bring(client, SESSION, chosen)
    key, _ = arrive(client, mailbox, known)
    first = client.cookies[SESSION]
    assert first != chosen
    later(STEP)
    get(client, "/log-in/again?back=/me")
    assert post(client, "/log-in/step", number=number(key)).headers["location"] == "/me"
    second = client.cookies[SESSION]
    assert second != first and logged_in(client)
    for old in (chosen, first):
        client.cookies.clear()
        bring(client, SESSION, old)
        assert not logged_in(client)


def test_a_step_begun_in_a_log_in_goes_on_in_no_other(
    client: Client, mailbox: Mailbox, known: str, bob: str, later: Callable[[int], None]
) -> None:
    """An attacker who is logged in plants the cookie of their own step, or takes that of another."""
    key, _ = arrive(client, mailbox, known)
    later(STEP)
    get(client, "/log-in/again?back=/me")
    stage = client.cookies[PENDING]
    client.cookies.clear()
    arrive(client, mailbox, bob)
    bring(client, PENDING, stage)
    assert post(client, "/log-in/step", number=number(key)).headers["location"] == "/"
    assert "Bob" in get(client, "/me").text
    client.cookies.clear()
    bring(client, PENDING, stage)
    assert "longer than 10 minutes" in post(client, "/log-in/step", number=number(key)).text
    assert not logged_in(client)


def test_a_log_in_that_was_ended_goes_no_step_further(
    client: Client, mailbox: Mailbox, known: str, sqlite_world: World, later: Callable[[int], None]
) -> None:
    key, _ = arrive(client, mailbox, known)
    later(STEP)
    get(client, "/log-in/again?back=/me")
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE session SET revoked_at = 1"))
    assert "longer than 10 minutes" in post(client, "/log-in/step", number=number(key)).text
    assert not logged_in(client)


ELSEWHERE = [
    "https://evil.example.org",
    "//evil.example.org",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "/\t/evil.example.org",
    "/%2f/evil.example.org",
    "/.evil.example.org",
    "javascript:alert(1)",
    "me",
    "/me?x=1",
    "/me#x",
    "/me\r\nSet-Cookie: a=b",
    "/me\n",
]


@pytest.mark.parametrize("back", ELSEWHERE)
def test_the_way_back_leads_to_a_page_of_ours_and_nowhere_else(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None], back: str
) -> None:
    assert local(back) == "/"
    key, _ = arrive(client, mailbox, known)
    later(STEP)
    client.get("/log-in/again", params={"back": back}, headers=HTML, follow_redirects=False)
    assert post(client, "/log-in/step", number=number(key)).headers["location"] == "/"


def test_a_page_of_ours_is_one() -> None:
    for path in ("/", "/me", "/desk/people/ab-12_x"):
        assert local(path) == path

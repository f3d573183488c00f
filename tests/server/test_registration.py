"""Making an account: who may, what is asked, and what nobody can find out about who has one."""

from collections.abc import Callable
from typing import Any

import pytest

from server import invitations
from server.invitations import LIFE
from tests.server.arriving import Client, add_app, code_for, get, logged_in, post, with_code
from tests.server.conftest import App, Mailbox
from tests.world import World

NEW = "new.nurse@example.nhs.uk"
MINUTES = 60_000


@pytest.fixture
def client(mailbox: Mailbox, app: App) -> Client:
    """The app of an organisation that says which addresses are its own."""
    mail = {"smtp_url": f"smtp://127.0.0.1:{mailbox.port}", "mail_domains": ("example.nhs.uk",)}
    return app(demo=False, public_url="https://app.example.org", **mail)


def invite(world: World, address: str, now: int | None = None) -> None:
    moment = world.now if now is None else now
    world.write(invitations.invite, world.config.secret_key, address, moment)


def people(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM person WHERE email IS NOT NULL")


def empty(client: Client, mailbox: Mailbox) -> bool:
    client.blocking_portal.call(client.app.state.site.post.empty)
    return not mailbox.letters


def test_an_address_of_the_organisation_can_make_an_account(
    client: Client, mailbox: Mailbox, sqlite_world: World
) -> None:
    assert with_code(client, mailbox, NEW) == "/log-in/account"
    page = get(client, "/log-in/account").text
    assert NEW in page and "Meadow community nursing" in page
    made = post(client, "/log-in/account", name="  Sam   Lee ", team="t1")
    assert (made.status_code, made.headers["location"]) == (303, "/log-in/set-up")
    (person,) = people(sqlite_world)
    assert (person["name"], person["team_id"], person["email"], person["role"]) == ("Sam Lee", "t1", NEW, "")
    assert not logged_in(client)
    add_app(client)
    post(client, "/log-in/codes")
    assert "Sam Lee" in get(client, "/me").text


def test_an_account_needs_no_team(client: Client, mailbox: Mailbox, sqlite_world: World) -> None:
    with_code(client, mailbox, NEW)
    assert post(client, "/log-in/account", name="Sam Lee", team="").status_code == 303
    assert people(sqlite_world)[0]["team_id"] is None


def test_an_account_is_asked_for_a_name_a_team_and_nothing_else(client: Client, mailbox: Mailbox) -> None:
    with_code(client, mailbox, NEW)
    form = get(client, "/log-in/account").text.partition('action="/log-in/account"')[2].partition("</form>")[0]
    assert [part.partition('"')[0] for part in form.split(' name="')[1:]] == ["name", "team"]
    assert "selected" not in form


@pytest.mark.parametrize(
    ("name", "team", "told"),
    [
        ("", "", "Write the name"),
        ("  \t ", "t1", "Write the name"),
        ("…", "", "Write the name"),
        ("Sam\u202eLee", "", "Write the name"),
        ("S" * 61, "", "Write a shorter name"),
        ("Sam", "t99", "Choose your team from the list"),
    ],
)
def test_what_cannot_be_an_account_is_told_and_nothing_typed_is_lost(
    client: Client, mailbox: Mailbox, sqlite_world: World, name: str, team: str, told: str
) -> None:
    with_code(client, mailbox, NEW)
    answer = post(client, "/log-in/account", name=name, team=team)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{name}"' in answer.text
    assert people(sqlite_world) == []
    assert post(client, "/log-in/account", name="Sam Lee").status_code == 303


def test_another_address_needs_an_invitation_and_then_can_always_log_in(
    client: Client, mailbox: Mailbox, sqlite_world: World, later: Callable[[int], None]
) -> None:
    guest = "guest@example.com"
    assert post(client, "/log-in", email=guest).status_code == 200
    assert empty(client, mailbox)
    invite(sqlite_world, guest)
    assert with_code(client, mailbox, guest) == "/log-in/account"
    post(client, "/log-in/account", name="Guest")
    add_app(client)
    post(client, "/log-in/codes")
    later(LIFE + 15 * MINUTES)
    assert with_code(client, mailbox, guest) == "/log-in/step"


def test_an_invitation_is_good_for_14_days(client: Client, mailbox: Mailbox, sqlite_world: World) -> None:
    invite(sqlite_world, "guest@example.com", now=sqlite_world.now - LIFE - 1)
    post(client, "/log-in", email="guest@example.com")
    assert empty(client, mailbox)


def test_where_no_addresses_are_named_only_who_is_invited_gets_mail(
    mailbox: Mailbox, app: App, sqlite_world: World
) -> None:
    client = app(demo=False, smtp_url=f"smtp://127.0.0.1:{mailbox.port}")
    post(client, "/log-in", email=NEW)
    assert empty(client, mailbox)
    invite(sqlite_world, NEW)
    assert with_code(client, mailbox, NEW) == "/log-in/account"


def test_the_database_holds_no_address_of_who_was_invited_or_is_on_the_way(
    client: Client, mailbox: Mailbox, sqlite_world: World
) -> None:
    invite(sqlite_world, "guest@example.com")
    with_code(client, mailbox, NEW)
    held = repr([sqlite_world.rows(f"SELECT * FROM {table}") for table in ("invitation", "pending_log_in")])
    assert "guest" not in held and "new.nurse" not in held


def test_an_account_made_in_two_browsers_is_one(client: Client, mailbox: Mailbox, sqlite_world: World) -> None:
    with_code(client, mailbox, NEW)
    first = client.cookies["__Host-log-in"]
    client.cookies.clear()
    with_code(client, mailbox, NEW)
    post(client, "/log-in/account", name="Sam Lee")
    client.cookies.clear()
    client.cookies.set("__Host-log-in", first, domain="app.example.org")
    again = post(client, "/log-in/account", name="Somebody Else")
    assert again.headers["location"] == "/log-in/set-up"
    assert [person["name"] for person in people(sqlite_world)] == ["Sam Lee"]


def test_an_account_has_10_minutes_to_be_made(
    client: Client, mailbox: Mailbox, sqlite_world: World, later: Callable[[int], None]
) -> None:
    with_code(client, mailbox, NEW)
    later(10 * MINUTES + 1)
    answer = post(client, "/log-in/account", name="Sam Lee")
    assert "longer than 10 minutes" in answer.text
    assert people(sqlite_world) == []


def test_no_code_no_account(client: Client, mailbox: Mailbox, sqlite_world: World, known: str) -> None:
    assert "Make your account" not in get(client, "/log-in/account").text
    post(client, "/log-in/account", name="Sam Lee")
    code_for(client, mailbox, NEW)
    post(client, "/log-in/account", name="Sam Lee")
    assert with_code(client, mailbox, known) == "/log-in/set-up"
    post(client, "/log-in/account", name="Sam Lee")
    assert [person["name"] for person in people(sqlite_world)] == ["A nurse"]

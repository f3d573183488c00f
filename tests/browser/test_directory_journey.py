"""Log in with the organisation's directory, in real Chromium: under the strict policy, and with the worker between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.engines import Browser, require, wait
from tests.browser.person import OnPhone
from tests.directories import CLIENT, SECRET, Foreign
from tests.live import LiveServer

LINK = 'a[href="/log-in/directory"]'
PEOPLE = {
    "jo": {"email": "jo@example.nhs.uk", "email_verified": True, "name": "Jo Bloggs", "amr": ["mfa"]},
    "sam": {"email": "sam@example.nhs.uk", "email_verified": True, "name": "Sam Smith", "amr": ["mfa"]},
    "stranger": {"email": "stranger@example.org", "email_verified": True, "name": "A stranger", "amr": ["mfa"]},
}


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Foreign]:
    with Foreign(tmp_path, PEOPLE) as running:
        yield running


@pytest.fixture
def phone(directory: Foreign, open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]) -> OnPhone:
    require("chromium")
    named = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_name": "Meadowbank account"}
    server = start_server(oidc_issuer=directory.issuer, mail_domains="example.nhs.uk", **named)
    return OnPhone(open_browser(), server)


def log_in(phone: OnPhone, sub: str) -> None:
    """The button, the directory's own page, and back."""
    phone.open("/log-in")
    phone.browser.click(LINK)
    wait(lambda: phone.browser.has(f'button[value="{sub}"]'))
    phone.browser.click(f'button[value="{sub}"]')


def test_a_button_leads_to_the_directory_and_back_to_a_phone_that_works(phone: OnPhone) -> None:
    log_in(phone, "jo")
    wait(lambda: phone.page == "home")
    assert phone.browser.url == f"{phone.server.url}/"
    phone.wait_until_ready()
    phone.open("/me")
    assert "Jo Bloggs" in phone.browser.text("#main")
    phone.take("p1")
    wait(lambda: phone.state("p1") == "sent")
    sql = "select email, pledge_id from pledging join person on person.id = person_id where email is not null"
    assert phone.rows(sql) == [("jo@example.nhs.uk", "p1")]


def test_the_next_person_on_the_phone_finds_nothing_of_the_first(phone: OnPhone) -> None:
    log_in(phone, "jo")
    wait(lambda: phone.page == "home")
    phone.wait_until_ready()
    phone.take("p1")
    wait(lambda: phone.state("p1") == "sent")
    log_in(phone, "sam")
    wait(lambda: phone.page == "home")
    phone.wait_until_ready()
    phone.open("/me")
    assert "Sam Smith" in phone.browser.text("#main")
    phone.open("/pledges/p1")
    assert phone.browser.has('form[action="/do/pledge.take"]')
    assert phone.outbox() == []


def test_whoever_may_not_come_in_is_told_on_the_log_in_page(phone: OnPhone) -> None:
    log_in(phone, "stranger")
    wait(lambda: phone.browser.has("#problems"))
    assert phone.page == "log-in"
    assert "no work email address" in phone.browser.text("#problems")
    assert phone.browser.has('input[name="email"]')
    assert phone.rows("select count(*) from session") == [(0,)]

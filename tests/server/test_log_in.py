"""Log in by a code from an email, against a mail server that takes real mail, and what an attacker gets."""

import re
from collections.abc import Callable

import httpx
import pytest

from server import codes
from server.browsers import device_label
from tests.server.arriving import HTML as HEADERS
from tests.server.arriving import Client, add_app, code_for, logged_in, other, post, wait_for
from tests.server.conftest import App, Mailbox
from tests.world import World

MINUTES = 60_000


def send(client: Client, **fields: str) -> httpx.Response:
    return post(client, "/log-in", **fields)


def test_a_code_from_the_email_logs_in_once(client: Client, mailbox: Mailbox, known: str) -> None:
    code = code_for(client, mailbox, known.upper())
    assert mailbox.letters[-1]["To"] == known
    answer = send(client, email=known, code=f" {code[:3]} {code[3:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in/set-up")
    assert not logged_in(client)
    add_app(client)
    assert post(client, "/log-in/codes").headers["location"] == "/"
    assert logged_in(client)
    client.cookies.clear()
    again = send(client, email=known, code=code)
    assert again.status_code == 422
    assert "has been used" in again.text
    assert not logged_in(client)


def test_a_wrong_code_can_be_tried_five_times(client: Client, mailbox: Mailbox, known: str) -> None:
    code = code_for(client, mailbox, known)
    answers = [send(client, email=known, code=other(code)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "does not match" in answers[0].text
    assert "5 tries" in answers[4].text
    assert "5 tries" in send(client, email=known, code=code).text
    assert not logged_in(client)


def test_a_code_is_good_for_ten_minutes(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    code = code_for(client, mailbox, known)
    later(10 * MINUTES + 1)
    answer = send(client, email=known, code=code)
    assert "too old" in answer.text
    assert not logged_in(client)


def test_only_the_newest_code_counts(client: Client, mailbox: Mailbox, known: str) -> None:
    first = code_for(client, mailbox, known)
    second = code_for(client, mailbox, known)
    if first != second:
        assert send(client, email=known, code=first).status_code == 422
    assert send(client, email=known, code=second).status_code == 303


def test_a_code_for_one_address_is_no_use_for_another(client: Client, mailbox: Mailbox, known: str) -> None:
    code = code_for(client, mailbox, known)
    send(client, email="somebody@example.org")
    assert send(client, email="somebody@example.org", code=code).status_code == 422


def test_an_address_that_nobody_has_gets_the_same_answers(client: Client, mailbox: Mailbox, known: str) -> None:
    stranger = "nobody@example.nhs.uk"  # as long as the known one would be

    def story(email: str) -> list[tuple[int, dict[str, str], str]]:
        steps = [send(client, email=email)]
        steps += [send(client, email=email, code="000000") for _ in range(6)]
        steps += [send(client, email=email) for _ in range(5)]
        return [(step.status_code, dict(step.headers), step.text.replace(email, "…")) for step in steps]

    ours, theirs = story(known), story(stranger)
    for ours_step, theirs_step in zip(ours, theirs, strict=True):
        assert ours_step[0] == theirs_step[0]
        assert ours_step[1].keys() == theirs_step[1].keys()
        assert ours_step[2] == theirs_step[2]
    wait_for(lambda: len(mailbox.letters) >= 5)
    assert {letter["To"] for letter in mailbox.letters} == {known}


def test_both_kinds_of_address_leave_the_same_rows(client: Client, sqlite_world: World, known: str) -> None:
    send(client, email=known)
    send(client, email="nobody@example.nhs.uk")
    rows = sqlite_world.rows("SELECT * FROM log_in_code")
    assert len(rows) == 2
    kept = repr(rows)
    assert known not in kept
    assert "nobody" not in kept


def test_an_address_gets_five_codes_in_fifteen_minutes(
    client: Client, known: str, later: Callable[[int], None]
) -> None:
    assert [send(client, email=known).status_code for _ in range(6)] == [200] * 5 + [429]
    assert send(client, email="somebody@example.org").status_code == 200
    later(15 * MINUTES + 1)
    assert send(client, email=known).status_code == 200


def test_one_part_of_the_network_cannot_ask_for_ever(sqlite_world: World) -> None:
    def ask(number: int, client: str) -> bool:
        return sqlite_world.write(codes.ask, "secret", f"{number}@example.org", client, "123456", 1_000_000 + number)

    assert all(ask(number, f"192.0.2.{number}") for number in range(codes.PER_NETWORK))
    assert not ask(900, "192.0.2.250")
    assert ask(901, "198.51.100.7")


@pytest.mark.parametrize(
    "text", ["", "nurse", "nurse@", "a b@example.org", "a@b", "x@example.org\r\nBcc: y@example.org"]
)
def test_what_cannot_be_an_address_is_said_at_once(client: Client, mailbox: Mailbox, text: str) -> None:
    answer = send(client, email=text)
    assert answer.status_code == 422
    assert "Write your work email address" in answer.text
    assert mailbox.letters == []


def test_addresses_outside_the_organisation_get_no_mail(mailbox: Mailbox, app: App, known: str) -> None:
    client = app(demo=False, smtp_url=f"smtp://127.0.0.1:{mailbox.port}", mail_domains=("example.com",))
    assert send(client, email=known).status_code == 200
    client.blocking_portal.call(client.app.state.site.post.empty)
    assert mailbox.letters == []


def test_a_mail_server_that_is_busy_is_asked_again(
    client: Client, mailbox: Mailbox, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.mail.PAUSES", (0.05, 0.05))
    mailbox.refuse = 2
    code = code_for(client, mailbox, known)
    assert send(client, email=known, code=code).status_code == 303


def test_the_demo_shows_the_code_and_its_people(app: App, known: str) -> None:
    client = app()
    page = client.get("/log-in", headers=HEADERS).text
    assert 'value="nurse"' in page
    shown = send(client, email=known).text
    code = re.search(r">(\d{6})<", shown)
    assert code
    assert send(client, email=known, code=code[1]).status_code == 303


def test_without_the_demo_nobody_is_shown_and_its_people_are_gone(app: App) -> None:
    demo = app()
    demo.post("/demo/log-in", data={"person": "nurse"}, headers=HEADERS)
    assert logged_in(demo)
    real = app(demo=False)
    assert real.post("/demo/log-in", data={"person": "nurse"}, headers=HEADERS).status_code == 404
    assert 'value="nurse"' not in real.get("/log-in", headers=HEADERS).text
    assert "Your code is" not in send(real, email="nurse@example.org").text
    real.cookies.update(demo.cookies)
    assert not logged_in(real)


def test_a_demo_person_that_is_not_there_cannot_log_in(app: App) -> None:
    answer = app().post("/demo/log-in", data={"person": "p-known"}, headers=HEADERS)
    assert answer.status_code == 422


AGENTS = {
    "Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147 Mobile Safari/537.36": "Chrome on Android",
    "iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18 Safari/604": "Safari on iPhone",
    "Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/147 Safari/537.36 Edg/147": "Edge on Windows",
    "X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    "": "A phone or computer",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str) -> None:
    assert device_label(f"Mozilla/5.0 ({agent}") == AGENTS[agent]

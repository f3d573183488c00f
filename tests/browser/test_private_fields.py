"""Every box whose words are to stay on the phone, filled with a word of its own in one run. None of them is in a
request, in the server's folder (the database and the log are in it) or in a letter; and the same scanner finds what is
sent, and finds a word that was let out in any shape at each of these places."""

from __future__ import annotations

import secrets
import smtplib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from tests.browser import scanner
from tests.browser.conftest import behind_a_line
from tests.browser.engines import Browser, wait
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.browser.test_guides_journey import BOXES
from tests.browser.test_learn_journey import CARD, Reading, kept
from tests.browser.test_passkey_journey import MAIL, SAM, add_authenticator, register
from tests.live import LiveServer
from tests.server.conftest import Mailbox, mailbox

__all__ = ["mailbox"]

WORDS = "return [...document.querySelectorAll(`${arguments[0]} textarea`)].map(({ dataset }) => dataset.words)"
PACKED = """
const [word, done] = arguments;
const packed = new Response(new Blob([word]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
packed.then((body) => fetch("/health", { method: "POST", body })).then(() => done());
"""


@dataclass
class Watched:
    line: Line
    phone: OnPhone
    mailbox: Mailbox

    def leaks(self, words: Mapping[str, str]) -> dict[str, set[str]]:
        places = {
            "requests": (request for _, request in self.line.heard),
            "server": scanner.in_files(self.phone.server.var_dir),
            "mail": scanner.in_letters(self.mailbox.letters),
        }
        return {place: scanner.found(words, told) for place, told in places.items()}


@pytest.fixture
def watched(
    engine: str,
    open_browser: Callable[..., Browser],
    start_server: Callable[..., LiveServer],
    mailbox: Mailbox,
) -> Iterator[Watched]:
    """The app as it is run for real, so that there are letters; Sam has just made an account."""
    smtp = f"smtp://127.0.0.1:{mailbox.port}"
    with behind_a_line(engine, open_browser, start_server, demo="0", smtp_url=smtp, **MAIL) as (line, phone):
        add_authenticator(phone)
        register(phone, mailbox)
        yield Watched(line, phone, mailbox)


def fresh() -> str:
    return f"zq{secrets.token_hex(6)}"


def fill_all(phone: OnPhone) -> dict[str, str]:
    """Each private box there is, and the word that was typed in it."""
    typed: dict[str, str] = {}

    def put(name: str, box: str) -> None:
        typed[name] = fresh()
        phone.browser.fill(box, typed[name])

    phone.open("/pledges/p1")
    wait(lambda: phone.browser.find("#plan").is_displayed())
    put("plan", "#plan")
    phone.browser.click("form[data-plan] button")
    fill_module(phone, put)
    phone.open("/ally#step-why")
    wait(lambda: phone.browser.find("#why").is_displayed())
    put("why", "#why")
    phone.browser.click('form[data-plan="why-s1"] button')
    wait(lambda: phone.browser.find('form[data-plan="why-s1"] [role="status"]').is_displayed())
    phone.open("/help")
    wait(lambda: phone.browser.find(BOXES[0]).is_displayed())
    for box in BOXES:
        put(box, box)
    return typed


def fill_module(phone: OnPhone, put: Callable[[str, str], None]) -> None:
    reading = Reading(phone, "m1")
    reading.answer("best")
    while True:
        for name in phone.browser.js(WORDS, CARD):
            put(name, f'[data-words="{name}"]')
        if phone.browser.js("return document.querySelector('.app-learn').dataset.cards.includes('last')"):
            break
        reading.go()
        reading.answer("best")
    reading.finish()
    put("learned", "#words-learned")
    wait(lambda: "learned" in kept(phone, "m1")["words"])


def test_what_is_typed_in_a_private_box_is_in_no_request_no_file_of_the_server_and_no_letter(watched: Watched) -> None:
    typed = fill_all(watched.phone)
    assert len(typed) >= 10 and {"plan", "why", "learned", *BOXES} < typed.keys()
    watched.phone.take("p2")
    wait(lambda: watched.phone.unsent == 0)
    assert watched.leaks(typed) == {place: set() for place in ("requests", "server", "mail")}
    assert all("address" in found for found in watched.leaks({"address": SAM}).values()), "what is sent is found"


def test_the_same_scanner_finds_a_word_that_was_let_out_in_any_shape(watched: Watched) -> None:
    words = {shape: fresh() for shape in ("raw", "address", "base64", "packed", "log", "letter")}
    browser = watched.phone.browser
    browser.fetch(f"/health?about={words['address']}")
    browser.js("fetch('/health', { method: 'POST', body: `said ${arguments[0]}` })", words["raw"])
    browser.js("fetch('/health', { method: 'POST', body: btoa(`said ${arguments[0]}, then`) })", words["base64"])
    browser.driver.execute_async_script(PACKED, words["packed"])
    with (watched.phone.server.var_dir / "server.log").open("a") as log:
        log.write(f"typed={words['log']}\n")
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "app@example.org", "nurse@example.nhs.uk", "Hello"
    letter.set_content(f"You typed {words['letter']}.", cte="base64")
    with smtplib.SMTP("127.0.0.1", watched.mailbox.port) as smtp:
        smtp.send_message(letter)
    wait(lambda: watched.leaks(words)["requests"] == {"raw", "address", "base64", "packed"})
    leaks = watched.leaks(words)
    assert (leaks["server"], leaks["mail"]) == ({"log"}, {"letter"})

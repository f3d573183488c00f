"""Passkeys in the wrong hands: signed before, for another, elsewhere, by a copy, or made of nonsense."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import passkeys
from server.passkeys import Passkey, Place
from tests.server.arriving import PENDING, Client, arrive, asked, bring, get, logged_in, post, with_code
from tests.server.conftest import Mailbox
from tests.server.soft_passkey import VERIFIED, SoftPasskey, flipped, options, with_passkey

NONSENSE = st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)


def test_what_a_passkey_signed_works_once(client: Client, mailbox: Mailbox, known: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    asked(client, mailbox, known)
    signed = passkey.use(options(get(client, "/log-in/step")))
    stage = client.cookies[PENDING]
    assert post(client, "/log-in/step", passkey=signed).status_code == 303
    client.cookies.clear()
    bring(client, PENDING, stage)
    assert "longer than 10 minutes" in post(client, "/log-in/step", passkey=signed).text
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", passkey=signed).status_code == 422
    assert not logged_in(client)


def test_a_challenge_is_good_for_one_try_right_or_wrong(client: Client, mailbox: Mailbox, known: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    asked(client, mailbox, known)
    challenge = options(get(client, "/log-in/step"))
    assert post(client, "/log-in/step", passkey=flipped(passkey.use(challenge), "signature")).status_code == 422
    assert post(client, "/log-in/step", passkey=passkey.use(challenge)).status_code == 422
    assert post(client, "/log-in/step", passkey=passkey.use(options(get(client, "/log-in/step")))).status_code == 303


BAD: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example.org"},
    "no TLS": {"origin": "http://app.example.org"},
    "another act": {"type": "webauthn.create"},
    "another challenge": {"challenge": "AAAA"},
    "nobody present": {"flags": VERIFIED},
    "nobody verified": {"flags": 0x01},
}


@pytest.mark.parametrize("bad", BAD)
def test_what_was_signed_for_something_else_is_refused(client: Client, mailbox: Mailbox, known: str, bad: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    asked(client, mailbox, known)
    answer = post(client, "/log-in/step", passkey=passkey.use(options(get(client, "/log-in/step")), **BAD[bad]))
    assert answer.status_code == 422
    assert not logged_in(client)


def test_a_passkey_for_another_site_is_refused(client: Client, mailbox: Mailbox, known: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    asked(client, mailbox, known)
    passkey.host = "evil.example.org"
    assert post(client, "/log-in/step", passkey=passkey.use(options(get(client, "/log-in/step")))).status_code == 422
    client.cookies.clear()


def test_a_passkey_of_another_person_is_refused(client: Client, mailbox: Mailbox, known: str, bob: str) -> None:
    with_passkey(client, mailbox, known)
    client.cookies.clear()
    arrive(client, mailbox, bob)
    post(client, "/log-in/factors", add="1")
    theirs = SoftPasskey(credential=b"credential-of-bob")
    post(client, "/log-in/set-up", passkey=theirs.make(options(get(client, "/log-in/set-up"))))
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", passkey=theirs.use(options(get(client, "/log-in/step")))).status_code == 422
    named_as_mine = SoftPasskey(key=theirs.key)
    answer = named_as_mine.use(options(get(client, "/log-in/step")))
    assert post(client, "/log-in/step", passkey=answer).status_code == 422


def test_a_passkey_that_somebody_has_cannot_be_added_again(
    client: Client, mailbox: Mailbox, known: str, bob: str
) -> None:
    with_passkey(client, mailbox, known)
    client.cookies.clear()
    with_code(client, mailbox, bob)
    copied = SoftPasskey().make(options(get(client, "/log-in/set-up")))
    refused = post(client, "/log-in/set-up", passkey=copied)
    assert refused.status_code == 422 and "in use already" in refused.text


def test_a_count_that_goes_back_is_a_copy(client: Client, mailbox: Mailbox, known: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    asked(client, mailbox, known)
    passkey.count = 7
    assert post(client, "/log-in/step", passkey=passkey.use(options(get(client, "/log-in/step")))).status_code == 303
    asked(client, mailbox, known)
    for count in (7, 3):
        passkey.count = count - 1
        copy = passkey.use(options(get(client, "/log-in/step")))
        assert post(client, "/log-in/step", passkey=copy).status_code == 422
    passkey.count = 8
    assert post(client, "/log-in/step", passkey=passkey.use(options(get(client, "/log-in/step")))).status_code == 303


@given(answer=NONSENSE)
@settings(max_examples=60)
def test_whatever_is_sent_as_a_passkey_gets_a_plain_no(answer: str) -> None:
    place, held = Place.of("https://app.example.org"), [Passkey(b"x", b"y", 0)]
    assert passkeys.used(place, b"c", answer, held) is None
    assert passkeys.made(place, b"c", answer) is None

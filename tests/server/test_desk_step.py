"""The desk wants a second step of today: whoever gave it yesterday gives it again, and loses nothing they typed."""

from collections.abc import Callable

import pytest

from server.access import DESK_LIFE, FORM_LIFE
from server.people import put_role
from tests.server.arriving import Client, arrive, get, number, post
from tests.server.conftest import Mailbox
from tests.world import World

PAGES = ("/desk", "/desk/networks/n2", "/desk/numbers", "/desk/numbers.csv")
PAGE = "/desk/networks/n2"
TOLD = {"network": "n2", "heard": "It is cold here", "owner": "trust", "did": "The heating works", "page": PAGE}


@pytest.fixture
def key(client: Client, mailbox: Mailbox, known: str, sqlite_world: World) -> str:
    """A coordinator, logged in for real; the key of their authenticator app."""
    sqlite_world.write(put_role, "p-known", "coordinator")
    key, _ = arrive(client, mailbox, known)
    return key


def said(world: World) -> list[dict[str, str]]:
    return world.rows("SELECT heard FROM network_said WHERE heard = :heard", heard=TOLD["heard"])


@pytest.mark.parametrize("path", PAGES)
def test_after_12_hours_the_second_step_is_asked_for_and_leads_back(
    client: Client, key: str, later: Callable[[int], None], path: str
) -> None:
    assert get(client, path).status_code == 200
    later(DESK_LIFE)
    away = get(client, path)
    assert away.status_code == 303 and away.headers["location"].startswith("/log-in/again?back=/")
    assert get(client, away.headers["location"]).headers["location"] == "/log-in/step"
    back = post(client, "/log-in/step", number=number(key)).headers["location"]
    assert get(client, back).status_code == 200 and get(client, path).status_code == 200


def test_a_form_that_was_open_may_be_sent_for_an_hour_more_and_later_its_words_come_back(
    client: Client, key: str, later: Callable[[int], None], sqlite_world: World
) -> None:
    later(DESK_LIFE + FORM_LIFE // 2)
    assert post(client, "/do/network.tell", **TOLD).status_code == 303
    assert len(said(sqlite_world)) == 1
    later(FORM_LIFE)
    late = post(client, "/do/network.tell", **TOLD)
    assert late.status_code == 422
    assert "It is a while since your second step" in late.text
    assert TOLD["heard"] in late.text and TOLD["did"] in late.text
    assert len(said(sqlite_world)) == 1


def test_whoever_has_no_desk_is_asked_for_nothing(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    arrive(client, mailbox, known)
    later(DESK_LIFE)
    assert [get(client, path).status_code for path in PAGES] == [404] * len(PAGES)

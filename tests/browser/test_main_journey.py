"""The main job, in three engines: a pledge taken with no signal reaches the server, once."""

import re

import pytest

from pwa.pages import PAGES
from tests.browser.engines import wait
from tests.browser.person import OnPhone

RECEIPT = re.compile(r"Sent \d\d:\d\d")
# A path for each row of the page table; a row without one here is a page that nobody opened offline.
PATHS = {
    "home": "/",
    "pledges": "/pledges",
    "pledge": "/pledges/p7",
    "learn": "/learn",
    "module": "/learn/m1",
    "networks": "/networks",
    "network": "/networks/n1",
    "ally": "/ally",
    "hand-over": "/hand-over/c1",
    "inbox": "/inbox",
    "outbox": "/outbox",
    "me": "/me",
    "data": "/me/data",
    "devices": "/me/devices",
    "phone": "/me/phone",
    "install": "/me/install",
    "help": "/help",
    "guide": "/guides/g1",
    "words": "/words",
    "policy": "/policy",
    "look": "/look",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "storage": "/storage",
}
AT_DESK = ("hand-over",)  # not the nurse's: test_stock_journey.py opens it as somebody whose it is


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_pledge_taken_with_no_signal_reaches_the_server_once(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "saved")
    assert nurse.state_words("p1") == "Saved on this phone"
    assert nurse.unsent == 1
    nurse.take("p2", "team")
    wait(lambda: nurse.state("p2") == "saved")
    nurse.take("p3", "nobody")
    wait(lambda: nurse.state("p3") == "saved")
    nurse.withdraw("p3")
    wait(lambda: not nurse.browser.has('form[action="/do/pledge.withdraw"]'))

    nurse.lose_power()
    assert nurse.outbox() == [
        "Take the pledge “Ask the name”",
        "Take the pledge “Leave room for every family”",
        "Take the pledge “One safe thing”",
        "Withdraw the pledge “One safe thing”",
    ]
    nurse.open("/pledges/p1")

    nurse.server.start()
    wait(lambda: nurse.state("p1") == "sent", seconds=45)  # nobody touches the phone: the timer sends
    assert RECEIPT.fullmatch(nurse.state_words("p1"))
    assert nurse.unsent == 0
    assert nurse.pledges_on_server() == [("p1", "name"), ("p2", "team")]
    taken = nurse.rows(
        "select count(*) from action where kind = 'pledge.take' and outcome = 'applied' and device != ''"
    )
    assert taken == [(3,)]


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_every_pocket_page_opens_from_a_cold_start_with_no_signal(nurse: OnPhone) -> None:
    assert set(PATHS) == {page.id for page in PAGES}
    nurse.server.stop()
    nurse.lose_power()
    for name, path in PATHS.items():
        nurse.open(path)
        assert nurse.page == (name if name not in AT_DESK else "not-found")
        assert nurse.rendered_by(path) == "worker"
        assert nurse.browser.text("h1")
    nurse.open("/desk/events")
    assert nurse.browser.text("h1") == "This page needs signal"


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_help_opens_with_no_signal_before_anybody_logged_in(phone: OnPhone) -> None:
    phone.open("/help")
    phone.browser.wait_for_worker()
    wait(lambda: phone.rendered_by("/help") == "worker", seconds=30)
    phone.server.stop()
    phone.lose_power()
    phone.open("/help")
    assert phone.page == "help"
    assert phone.browser.has('[data-record="help:speak-up"]')
    assert phone.rows("select count(*) from device") == [(0,)]


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_both_servers_write_the_same_bytes(nurse: OnPhone) -> None:
    for path in PATHS.values():
        ours, theirs = nurse.browser.fetch(path), nurse.from_server(path)
        assert (ours.headers["x-rendered-by"], theirs.headers["x-rendered-by"]) == ("worker", "server"), path
        assert ours.text == theirs.text, path

"""The first minute of a phone: a person in a hurry gets a worker too, whichever engine it is."""

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone

SLOW_PHONE = b"for (const until = Date.now() + 1500; Date.now() < until;);\n"


def open_while_the_worker_starts(line: Line, phone: OnPhone) -> None:
    line.planted["/sw.js"] = SLOW_PHONE
    phone.open("/log-in")
    wait(lambda: "/sw.js" in line.answered)


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_person_who_logs_in_while_the_worker_starts_gets_a_phone_that_works_offline(
    line_and_phone: tuple[Line, OnPhone],
) -> None:
    line, phone = line_and_phone
    open_while_the_worker_starts(line, phone)
    phone.browser.click('button[name="person"][value="nurse"]')
    wait(lambda: phone.page == "home")
    phone.wait_until_ready()
    phone.server.stop()
    phone.lose_power()
    phone.open("/pledges")
    assert phone.page == "pledges"


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_person_who_follows_a_link_while_the_worker_starts_gets_help_that_opens_offline(
    line_and_phone: tuple[Line, OnPhone],
) -> None:
    line, phone = line_and_phone
    open_while_the_worker_starts(line, phone)
    phone.browser.click('#main a[href="/help"]')
    wait(lambda: phone.page == "help")
    phone.browser.wait_for_worker()
    wait(lambda: phone.rendered_by("/help") == "worker", seconds=30)

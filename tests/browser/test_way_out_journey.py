"""The way out: a deploy takes the service worker off the phones, and nothing that was done on one is lost."""

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone

HELD = """
const [done] = arguments;
Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()])
  .then(([registrations, names]) => done([registrations.length, names.length]));
"""
TAKEN = "select count(*) from action where kind = 'pledge.take' and outcome = 'applied' and device != ''"


def held(phone: OnPhone) -> list[int]:
    """How many workers and caches this phone has."""
    answer: list[int] = phone.browser.driver.execute_async_script(HELD)
    return answer


def visit_until_served_by(phone: OnPhone, name: str) -> None:
    """The visit makes the browser look for another worker, when the old one rests: so it is not asked all the time."""
    phone.open("/pledges")
    wait(lambda: phone.rendered_by("/pledges") == name, seconds=60, every=3)


def back_in_signal(phone: OnPhone) -> None:
    """Else it is tried within the half minute."""
    phone.browser.js("dispatchEvent(new Event('online'))")


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_the_way_out_sends_what_waits_before_it_goes_and_the_worker_comes_back_after_it(
    line_and_nurse: tuple[Line, OnPhone],
) -> None:
    line, nurse = line_and_nurse
    line.refused.add("/sync")
    nurse.server.stop()
    nurse.take("p1", "team")
    wait(lambda: nurse.state("p1") == "saved")

    nurse.server.restart(way_out="1")
    visit_until_served_by(nurse, "server")
    before = line.refusals
    back_in_signal(nurse)
    wait(lambda: line.refusals > before, seconds=60)
    assert nurse.pledges_on_server() == []
    assert held(nurse)[0] == 1  # refused: it stays, and so does what it has to send

    line.refused.clear()
    back_in_signal(nurse)
    wait(lambda: nurse.pledges_on_server() == [("p1", "team")], seconds=60)
    wait(lambda: held(nurse) == [0, 0], seconds=60)  # a page that registers just then keeps it until the next tick
    assert nurse.rows(TAKEN) == [(1,)]
    nurse.open("/pledges/p1")
    assert nurse.browser.has('form[action="/do/pledge.withdraw"]')
    assert nurse.rendered_by("/pledges/p1") == "server"

    nurse.server.restart(way_out="0")
    visit_until_served_by(nurse, "worker")
    assert nurse.rows(TAKEN) == [(1,)]


def test_the_way_out_leaves_what_only_another_person_may_send_for_the_worker_that_comes_after(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.log_out("keep")
    wait(lambda: nurse.page == "help")
    nurse.server.start()
    nurse.log_in("ally")

    nurse.server.restart(way_out="1")
    visit_until_served_by(nurse, "server")
    wait(lambda: held(nurse) == [0, 0], seconds=60)  # a page that registers just then keeps it until the next tick
    assert nurse.pledges_on_server() == []

    nurse.server.restart(way_out="0")
    nurse.log_out()
    nurse.log_in("nurse")
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")], seconds=45)

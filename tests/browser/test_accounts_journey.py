"""Whose phone it is, in real Chromium: log out, a second person, an ended session, a phone signed out from afar."""

import sqlite3
from collections.abc import Callable

from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone
from tests.browser.storage import NURSE, held, names

STORES = """
const [done] = arguments;
indexedDB.databases().then((all) => done(all.map(({ name }) => name).sort()));
"""


def test_a_second_person_on_the_phone_finds_nothing_of_the_first(nurse: OnPhone) -> None:
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.log_out()
    wait(lambda: nurse.rendered_by("/pledges/p1") != "worker")
    nurse.log_in("newcomer")
    nurse.open("/pledges/p1")
    assert nurse.browser.has('form[action="/do/pledge.take"]')
    assert nurse.outbox() == []
    nurse.open("/me")
    assert "Newcomer" in nurse.browser.text("#main")
    assert "Community nurse" not in nurse.browser.text("#main")


def test_what_one_person_saved_is_never_sent_by_the_next(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.log_out("keep")
    wait(lambda: nurse.page == "help")
    nurse.server.start()
    nurse.log_in("ally")
    assert nurse.unsent == 0
    nurse.take("p2", "nobody")
    wait(lambda: nurse.state("p2") == "sent")
    assert nurse.pledges_on_server() == []
    nurse.log_out()
    nurse.log_in("nurse")
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")], seconds=45)


def test_log_out_with_no_signal_locks_at_once_and_ends_the_session_later(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.log_out()
    wait(lambda: nurse.page == "help")
    nurse.open("/pledges/p1")
    assert nurse.page != "pledge"
    nurse.server.start()
    nurse.open("/pledges")
    wait(lambda: "/log-in" in nurse.browser.url)
    assert nurse.rows("select count(*) from session where revoked_at is null") == [(0,)]


def test_delete_at_log_out_leaves_nothing_of_the_person(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "saved")
    before = nurse.browser.driver.execute_async_script(STORES)
    nurse.log_out("delete")
    wait(lambda: nurse.page == "wiped")
    after = nurse.browser.driver.execute_async_script(STORES)
    assert len(after) == len(before) - 1
    nurse.server.start()
    nurse.log_in("nurse")
    assert nurse.pledges_on_server() == []


def test_an_ended_session_keeps_everything_and_asks_to_log_in(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "saved")
    on_server(nurse, "delete from session")
    nurse.server.start()
    nurse.open("/pledges/p1")
    wait(lambda: nurse.status()["trouble"] or nurse.browser.has('a[href="/log-in"]'), seconds=45)
    assert nurse.unsent == 1
    nurse.log_in("nurse")
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")], seconds=45)


def test_a_phone_signed_out_from_another_one_wipes_itself_at_next_contact(
    nurse: OnPhone, open_browser: Callable[..., Browser]
) -> None:
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "sent")
    other = OnPhone(open_browser(profile="second"), nurse.server)
    other.log_in("nurse")
    other.open("/me/devices")
    wait(lambda: len(other.browser.texts('[data-record^="device:"]')) == 2)
    other.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
    assert "wiped" in other.browser.text("details")
    other.browser.click('form[action="/do/device.remove"] button')
    wait(lambda: len(other.browser.texts('[data-record^="device:"]')) == 1)
    wait(lambda: nurse.rows("select count(*) from session where revoked_at is not null") == [(1,)])
    assert names(nurse, NURSE) == {"Database cg-demo01", "Database cg-meta"}
    nurse.browser.js("dispatchEvent(new Event('online'))")  # back in signal
    wait(lambda: "Database cg-demo01" not in held(nurse), seconds=45)
    wait(lambda: names(nurse, NURSE) == set())
    nurse.server.stop()
    nurse.open("/pledges/p1")
    assert not nurse.browser.has('[data-record="pledge:p1"]')
    assert "Private information was removed from this phone." in nurse.browser.text("#main")


def on_server(phone: OnPhone, sql: str) -> None:
    connection = sqlite3.connect(phone.server.var_dir / "common-ground.db", timeout=10)
    with connection:
        connection.execute(sql)
    connection.close()

"""What goes wrong between phone and server, in real Chromium: lost replies, replays, restores, an emptied phone."""

from functools import partial
from pathlib import Path

from tests.browser.engines import wait
from tests.browser.inspector import in_worker
from tests.browser.line import Line
from tests.browser.person import OnPhone


def test_a_reply_lost_after_the_commit_and_ten_replays_give_one_row_and_the_right_receipt(
    line_and_nurse: tuple[Line, OnPhone],
) -> None:
    line, nurse = line_and_nurse
    line.lose_replies = 2
    nurse.take("p1", "team")
    wait(lambda: nurse.pledges_on_server() == [("p1", "team")])
    first = nurse.rows("select received_at from action where kind = 'pledge.take' and device != '' and seq > 0")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in nurse.browser.driver.get_cookies())
    headers = {"cookie": cookie, "content-type": "application/json", "sec-fetch-site": "same-origin"}
    answers = {line.ask("POST", "/sync", headers, line.requests[0])[0] for _ in range(10)}
    assert answers == {200}
    wait(lambda: nurse.state("p1") == "sent", seconds=90)
    assert nurse.rows("select received_at from action where kind = 'pledge.take' and device != '' and seq > 0") == first
    assert nurse.pledges_on_server() == [("p1", "team")]
    clock = nurse.browser.js(
        "return new Date(arguments[0]).toLocaleTimeString('en-GB',"
        " {hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London'})",
        first[0][0],
    )
    assert nurse.state_words("p1") == f"Sent {clock}"


def test_a_server_killed_with_work_in_flight_has_everything_once_afterwards(nurse: OnPhone) -> None:
    for number in range(1, 7):
        pledge = f"p{number}"
        nurse.take(pledge)
        wait(partial(is_kept, nurse, pledge))
        if number == 3:
            nurse.server.kill()
    nurse.server.start()
    wait(lambda: nurse.unsent == 0, seconds=60)
    assert [pledge for pledge, _ in nurse.pledges_on_server()] == [f"p{number}" for number in range(1, 7)]


def is_kept(phone: OnPhone, pledge: str) -> bool:
    return phone.state(pledge) in ("saved", "sent")


def test_restoring_an_older_copy_loses_nothing_that_the_phone_still_holds(nurse: OnPhone, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    nurse.server.command("backup", str(copy))
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.take("p2", "team")
    wait(lambda: nurse.state("p2") == "sent")
    nurse.server.stop()
    nurse.server.command("restore", str(copy))
    assert nurse.pledges_on_server() == []
    nurse.server.start()
    nurse.browser.js("dispatchEvent(new Event('online'))")  # else within the pace the server set
    wait(lambda: nurse.pledges_on_server() == [("p1", "name"), ("p2", "team")], seconds=60)


def test_an_emptied_phone_is_filled_again_and_the_person_is_not_stranded(nurse: OnPhone) -> None:
    """What a browser does that is short of space: every database and cache of the site is gone."""
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.browser.cdp("Storage.clearDataForOrigin", origin=nurse.server.url, storageTypes="indexeddb,cache_storage")
    nurse.open("/pledges/p1")
    assert nurse.browser.has('form[action="/do/pledge.withdraw"]')
    nurse.wait_until_ready()
    nurse.server.stop()
    nurse.open("/pledges")
    assert nurse.state("p1") == "sent"


def test_a_bug_in_the_worker_leaves_the_server_to_answer(nurse: OnPhone) -> None:
    in_worker(
        nurse.browser,
        "IDBObjectStore.prototype.getAll = IDBIndex.prototype.getAll = () => { throw new Error('bug') }; 0",
    )
    nurse.open("/pledges")
    assert nurse.page == "pledges"
    assert nurse.rendered_by("/pledges") == "server"
    nurse.server.stop()
    nurse.open("/pledges")
    assert nurse.browser.text("h1")
    assert nurse.browser.has("#main")


def test_a_stopped_worker_starts_cold_and_answers(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.browser.stop_workers()
    nurse.open("/pledges")
    assert nurse.page == "pledges"

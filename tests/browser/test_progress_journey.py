"""A first download and a large send on a slow line: the calm line says how far they are, in real counts."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone

MORE_RECORDS = 1200
LINE = "#sync-line"
TAKE_ON = """
const [count, done] = arguments;
const headers = { "content-type": "application/x-www-form-urlencoded" };
(async () => {
  for (let number = 0; number < count; number++) {
    const show = number % 2 ? "name" : "nobody";
    await fetch("/do/pledge.take", { method: "POST", headers, body: `pledge=p1&version=1&show=${show}&page=/outbox` });
  }
})().then(done);
"""
TELL = """
return arguments[0].map((data) => {
  navigator.serviceWorker.dispatchEvent(new MessageEvent("message", { data }));
  return document.getElementById("sync-line").innerText.trim();
});
"""


def fill(var_dir: Path) -> None:
    """As many records as a large trust has, in pages as the server would have written them."""
    connection = sqlite3.connect(var_dir / "common-ground.db", timeout=20)
    with connection:
        (version,) = connection.execute("select version from scope where id = 'public'").fetchone()
        rows = [(f"x{each}", version + 1 + each // 400) for each in range(MORE_RECORDS)]
        connection.executemany("insert into record values ('public', 'none', ?, ?, '{}', null)", rows)
        connection.execute("update scope set version = ? where id = 'public'", [rows[-1][1]])
    connection.close()


def says(person: OnPhone) -> str:
    return person.browser.text(LINE)


def progress(done: int) -> dict[str, Any]:
    return {"type": "progress", "progress": {"doing": "sending", "done": done, "of": 9}}


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_the_first_download_says_how_many_records_have_come(line_and_phone: tuple[Line, OnPhone]) -> None:
    line, phone = line_and_phone
    fill(phone.server.var_dir)
    phone.open("/log-in")
    phone.browser.wait_for_worker()
    wait(lambda: phone.status()["last_sync"])  # what anybody may hold is here
    line.slow = True
    phone.browser.click('button[name="person"][value="nurse"]')
    wait(lambda: phone.page == "home")
    assert says(phone) == "All sent"
    line.let_one_through()
    wait(lambda: says(phone).startswith("Getting your pages: "))
    done, of = (int(count.replace(",", "")) for count in says(phone).split(": ")[1].split(" of "))
    assert 400 <= done <= 500 and of > MORE_RECORDS
    phone.open("/pledges")
    wait(lambda: says(phone).startswith("Getting your pages: "))
    assert phone.rendered_by("/") == "server"
    line.let_all_through()
    phone.wait_until_ready()
    wait(lambda: says(phone) == "All sent")


def test_a_large_send_says_how_many_have_arrived(line_and_nurse: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_nurse
    line.cut = True
    nurse.open("/outbox")
    nurse.browser.driver.execute_async_script(TAKE_ON, 120)
    nurse.open("/outbox")
    assert says(nurse).startswith("120 saved on this phone")
    line.slow = True
    line.cut = False
    nurse.browser.click('form[action="/do/outbox.send"] button')
    wait(lambda: says(nurse) == "Sending: 0 of 120")
    line.let_one_through()
    wait(lambda: says(nurse) == "Sending: 100 of 120")
    line.let_all_through()
    wait(lambda: says(nurse) == "All sent")
    assert nurse.unsent == 0
    assert nurse.rows("select count(*) from action where kind = 'pledge.take' and seq > 0 and device != ''") == [(120,)]


def test_much_progress_at_once_is_read_out_once_and_stays_when_the_page_is_renewed(nurse: OnPhone) -> None:
    assert nurse.browser.js(TELL, [progress(done) for done in range(9)]) == ["All sent"] * 9
    wait(lambda: says(nurse) == "Sending: 8 of 9")
    nurse.browser.js("document.addEventListener('htmx:after:swap', () => { window.renewed = true; })")
    nurse.browser.js(TELL, [{"type": "changed"}])
    wait(lambda: nurse.browser.js("return window.renewed"))
    assert says(nurse) == "Sending: 8 of 9"
    nurse.browser.js(TELL, [{"type": "progress", "progress": None}])
    wait(lambda: says(nurse) == "All sent")

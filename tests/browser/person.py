"""A person with a phone: a real browser, the real app as a process, and what the person can see and do.

Knows the contract's mark-up and nothing of how pages are made. What the server holds is read from its database file.
"""

import sqlite3
from pathlib import Path
from typing import Any

import httpx

from tests.browser.engines import Browser, wait
from tests.live import LiveServer

ASK = """
const [question, done] = arguments;
const channel = new MessageChannel();
channel.port1.onmessage = ({ data }) => done(data);
navigator.serviceWorker.controller.postMessage(question, [channel.port2]);
"""


class OnPhone:
    """One browser profile and the server it talks to. `offline` is the server stopped."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser, self.server = browser, server

    # Going about

    def log_in(self, person: str) -> None:
        """In the demo a person chooses who to be; afterwards the phone holds everything they may see."""
        self.open("/log-in")
        self.browser.click(f'button[name="person"][value="{person}"]')
        wait(lambda: self.page == "home")
        self.wait_until_ready()

    def log_out(self, unsent: str | None = None) -> None:
        self.open("/me")
        if unsent:
            self.choose("unsent", unsent)
        self.browser.click('form[action="/log-out"] button')

    def wait_until_ready(self) -> None:
        """Until the worker answers for this person from its own replica."""
        self.browser.wait_for_worker()
        wait(lambda: self.rendered_by("/") == "worker", seconds=30)

    def open(self, path: str) -> None:
        self.browser.go(self.server.url + path)

    def choose(self, name: str, value: str) -> None:
        """A person taps the words of a choice, not its circle."""
        field = self.browser.attribute(f'input[name="{name}"][value="{value}"]', "id")
        self.browser.click(f'label[for="{field}"]')

    def take(self, pledge: str, show: str = "nobody") -> None:
        self.open(f"/pledges/{pledge}")
        self.choose("show", show)
        self.browser.click('form[action="/do/pledge.take"] button[type="submit"]')

    def take_one_with_signal_and_one_without(self) -> None:
        """p1 is sent, then the signal goes, and p2 is saved on the phone."""
        self.take("p1", "name")
        wait(lambda: self.state("p1") == "sent")
        self.server.stop()
        self.take("p2", "team")
        wait(lambda: self.state("p2") == "saved")

    def withdraw(self, pledge: str) -> None:
        self.open(f"/pledges/{pledge}")
        self.browser.js("for (const each of document.querySelectorAll('details')) each.open = true")
        self.browser.click('form[action="/do/pledge.withdraw"] button[type="submit"]')

    def new_tab(self, path: str) -> list[str]:
        """The tab before and the new one: `to_tab` takes either."""
        before = str(self.browser.driver.current_window_handle)
        self.browser.driver.switch_to.new_window("tab")
        self.open(path)
        return [before, str(self.browser.driver.current_window_handle)]

    def to_tab(self, tab: str) -> None:
        self.browser.driver.switch_to.window(tab)

    def put_away(self) -> None:
        """The browser is closed and opened again. Chromium writes a new cookie to its disk only then, or after 30 s."""
        self.browser.quit()
        self.browser.launch()

    def lose_power(self) -> None:
        """The browser is killed and started again on the same profile."""
        self.browser.relaunch()

    # Looking

    @property
    def page(self) -> str | None:
        return self.browser.attribute("#main", "data-page")

    def state(self, pledge: str) -> str | None:
        """Where the choice on this pledge has got to, as the page in front of the person says."""
        found = self.browser.js(
            "return document.querySelector(`[data-record='pledge:${arguments[0]}'] [data-state]`)?.dataset.state",
            pledge,
        )
        return None if found is None else str(found)

    def state_words(self, pledge: str) -> str:
        return self.browser.text(f'[data-record="pledge:{pledge}"] [data-state]')

    @property
    def unsent(self) -> int:
        return int(self.browser.attribute("#sync-line", "data-unsent") or 0)

    def outbox(self) -> list[str]:
        self.open("/outbox")
        return self.browser.texts("[data-action] p:first-child")

    def rendered_by(self, path: str) -> str:
        return self.browser.fetch(path).headers.get("x-rendered-by", "")

    def from_server(self, path: str) -> httpx.Response:
        """The server's own answer to this person, past the worker."""
        cookies = {cookie["name"]: cookie["value"] for cookie in self.browser.driver.get_cookies()}
        return httpx.get(self.server.url + path, cookies=cookies, headers={"accept": "text/html"}, trust_env=False)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """As the page asks the worker."""
        answer: dict[str, Any] = self.browser.driver.execute_async_script(ASK, question)
        return answer

    def status(self) -> dict[str, Any]:
        return self.ask({"ask": "status"})

    # What the server holds

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return rows(self.server.var_dir, sql)

    def pledges_on_server(self) -> list[tuple[str, str]]:
        """Which pledges the nurse holds, and who may see them."""
        return [
            (pledge, show)
            for pledge, show in self.rows(
                "select pledge_id, show from pledging join person on person.id = person_id"
                " where demo_key = 'nurse' order by pledge_id"
            )
        ]


def rows(var_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{var_dir / 'common-ground.db'}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()

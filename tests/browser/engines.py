"""One small browser over three engines, each with a profile that survives kill -9. Knows nothing of the app.

Chromium, Firefox ESR and WebKitGTK (the nearest to a phone's Safari here) are all driven through WebDriver.
`tests/browser/launch.py` knows how each one is started.
"""

import contextlib
import os
import signal
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser import installed
from tests.browser.launch import LAUNCH, PROFILE

Answer = TypeVar("Answer")

PHONE = (400, 800)
# What a killed browser leaves behind to say that its profile is in use.
LOCKS = ("SingletonLock", "SingletonCookie", "SingletonSocket", ".parentlock", "lock")

# The element was replaced, covered or not laid out yet when the tap came.
NOT_TAPPED = (StaleElementReferenceException, ElementClickInterceptedException, ElementNotInteractableException)

FETCH = """
const [path, options, done] = arguments
fetch(path, options).then(
  async (response) => done([response.status, Object.fromEntries(response.headers), await response.text()]),
  (reason) => done([0, {}, String(reason)]),
)
"""


def require(engine: str) -> None:
    """Chromium is needed; another engine may be missing, loudly, but never in CI."""
    if reason := installed.missing(engine):
        words = f"{engine}: {reason}. Install it with: apt-get install {' '.join(installed.ENGINES[engine])}"
        if engine == "chromium" or os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)


def wait(look: Callable[[], Answer], *, seconds: float = 20, every: float = 0.05) -> Answer:
    """The first true answer of `look`; an element gone or a page between two documents is "not yet"."""
    deadline, last = time.monotonic() + seconds, "no true answer"
    while time.monotonic() < deadline:
        try:
            if answer := look():
                return answer
        except WebDriverException as fault:
            last = repr(fault)
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s ({last})")


@dataclass(frozen=True)
class Fetched:
    """An answer to the page's own fetch; status 0 means that nobody answered."""

    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """A browser on a profile. `relaunch` after `kill` is the same phone after its battery died."""

    def __init__(self, engine: str, profile: Path, *, javascript: bool = True) -> None:
        require(engine)
        assert javascript or engine == "chromium", "only Chromium is run without JavaScript"
        self.engine = engine
        self.profile = profile
        self.javascript = javascript
        profile.mkdir(parents=True, exist_ok=True)
        self.launch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.quit()

    # Life

    def launch(self) -> None:
        try:
            self.driver = LAUNCH[self.engine](self.profile, self.javascript)
        except BaseException:
            self._end_processes()
            raise
        self.driver.set_script_timeout(30)
        self.driver.set_page_load_timeout(60)
        self.size(*PHONE)

    def quit(self) -> None:
        """Close in the ordinary way, and end whatever of it did not."""
        with contextlib.suppress(WebDriverException, OSError):
            self.driver.quit()
        self.kill()

    def kill(self) -> None:
        """kill -9 every process of this browser, as a battery that dies."""
        self._end_processes()
        self.driver.command_executor.close()
        try:
            self.driver.service.stop()
        except ConnectionResetError:  # the driver was still dying as it was asked to stop
            self.driver.service.stop()
        for name in LOCKS:
            (self.profile / name).unlink(missing_ok=True)

    def relaunch(self) -> None:
        self.kill()
        self.launch()

    def _end_processes(self) -> None:
        while pids := self._processes():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _processes(self) -> list[int]:
        mark = f"{PROFILE}={self.profile}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    # Going about

    def go(self, url: str) -> None:
        self.driver.get(url)

    def reload(self) -> None:
        """As a person does it. WebDriver's refresh is a hard reload in Firefox, which goes around the worker."""
        if not self.javascript:
            self.driver.refresh()
            return
        self.js("window.beforeReload = true; location.reload()")
        wait(lambda: self.js("return !window.beforeReload && document.readyState === 'complete'"))

    def click(self, selector: str) -> None:
        """As a thumb does: what is tapped is brought to the middle first, clear of the bar at the bottom."""

        def in_the_middle() -> WebElement:
            element: WebElement = self.driver.find_element(By.CSS_SELECTOR, selector)
            self.js("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", element)
            return element

        deadline = time.monotonic() + 10
        while True:
            try:
                return wait(in_the_middle, seconds=10).click()
            except NOT_TAPPED:  # and only then may it be tapped again
                if time.monotonic() > deadline:
                    raise

    def fill(self, selector: str, text: str) -> None:
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    # Looking

    @property
    def url(self) -> str:
        return str(self.driver.current_url)

    @property
    def title(self) -> str:
        return str(self.driver.title)

    def find(self, selector: str) -> WebElement:
        """The first element that matches, as soon as there is one."""
        found: WebElement = wait(lambda: self.driver.find_element(By.CSS_SELECTOR, selector), seconds=10)
        return found

    def _on(self, selector: str, act: Callable[[WebElement], Answer]) -> Answer:
        """Done to the element that is there now, and again when the page was replaced under it."""
        return wait(lambda: (act(self.driver.find_element(By.CSS_SELECTOR, selector)),), seconds=10)[0]

    def has(self, selector: str) -> bool:
        return bool(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        return self._on(selector, lambda element: element.text)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def attribute(self, selector: str, name: str) -> str | None:
        return self._on(selector, lambda element: element.get_attribute(name))

    def fetch(self, path: str, **options: Any) -> Fetched:
        """What the page itself gets for a path: through the worker where there is one."""
        return Fetched(*self.driver.execute_async_script(FETCH, path, options))

    def js(self, code: str, *values: Any) -> Any:
        return self.driver.execute_script(code, *values)

    def wait_for_worker(self) -> None:
        """Until a service worker controls the page."""
        wait(lambda: self.js("return Boolean(navigator.serviceWorker.controller)"))

    # Showing

    def size(self, width: int, height: int) -> None:
        """The size of the page in CSS pixels."""
        if self.engine == "chromium":  # its window is never narrower than 500
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            self.cdp("Emulation.setDeviceMetricsOverride", **metrics)
        else:
            self.driver.set_window_size(width, height)

    def screenshot(self, file: Path, *, width: int = PHONE[0], height: int = PHONE[1], whole: bool = False) -> None:
        """A picture at that size; `whole` goes down to the end of the page (Chromium)."""
        self.size(width, height)
        if self.engine == "chromium":
            picture = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
            file.write_bytes(b64decode(picture))
        else:
            self.driver.save_screenshot(str(file))

    # Chromium only

    def cdp(self, command: str, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.driver.execute_cdp_cmd(command, parameters)
        return answer

    def stop_workers(self) -> None:
        """As Chromium does by itself to a worker that nobody asked anything for half a minute."""
        self.cdp("ServiceWorker.enable")
        self.cdp("ServiceWorker.stopAllWorkers")

    def dark(self, on: bool = True) -> None:
        self.look(scheme="dark" if on else "light")

    def look(self, *, scheme: str = "light", colours: str = "none", paper: bool = False) -> None:
        """What a person has set: `scheme` light or dark, `colours` forced by the system ("active") or not. `paper`
        shows the page as it is printed."""
        wishes = {"prefers-color-scheme": scheme, "forced-colors": colours}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.cdp("Emulation.setEmulatedMedia", media="print" if paper else "", features=features)

    def complaints(self) -> list[str]:
        """What the console said of errors since it was last asked: refused by the policy, not found, not caught."""
        return [str(line["message"]) for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]

"""One Chromium with a profile of its own, driven by Selenium, with what DevTools can do to it."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from bench.postgres import Missing
from bench.processes import children
from tests.browser.installed import chromedriver, chromium, missing

T = TypeVar("T")

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    def __init__(self, *flags: str) -> None:
        if reason := missing("chromium"):
            raise Missing(reason)
        self.profile = Path(tempfile.mkdtemp(prefix="bench-chromium-"))
        options = ChromeOptions()
        options.binary_location = str(chromium())
        for flag in (*QUIET, *flags, f"--user-data-dir={self.profile}"):
            options.add_argument(flag)
        self.driver = Chrome(options, Service(str(chromedriver())))
        self.driver.set_script_timeout(60)

    @property
    def version(self) -> str:
        return f"Chromium {self.driver.capabilities['browserVersion']}"

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *values: object) -> Any:
        return self.driver.execute_script(script, *values)

    def ask(self, script: str, *values: object) -> Any:
        """Run a script that calls `done`, its last argument, with the answer."""
        return self.driver.execute_async_script(f"const done = arguments[arguments.length - 1]; {script}", *values)

    def devtools(self, command: str, **values: object) -> Any:
        return self.driver.execute_cdp_cmd(command, values)

    def slow_down(self, times: int) -> None:
        self.devtools("Emulation.setCPUThrottlingRate", rate=times)

    def past_the_worker(self, past: bool) -> None:
        """Whether pages come from the network although a worker would answer."""
        self.devtools("Network.enable")
        self.devtools("Network.setBypassServiceWorker", bypass=past)

    def link(self, *, delay_ms: int, down_bytes: int, up_bytes: int) -> None:
        """The network as a page sees it; zeros and -1 are no limit."""
        values = {"latency": delay_ms, "downloadThroughput": down_bytes, "uploadThroughput": up_bytes}
        self.devtools("Network.emulateNetworkConditions", offline=False, **values)

    def stop_workers(self) -> None:
        self.devtools("ServiceWorker.enable")
        self.devtools("ServiceWorker.stopAllWorkers")
        time.sleep(0.5)

    def processes(self) -> list[int]:
        """The browser's own processes, without chromedriver."""
        found: list[int] = []
        waiting = children(self.driver.service.process.pid)
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children(pid)
        return found

    def close(self) -> None:
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)


def until(seen: Callable[[], T], what: str, limit_seconds: float = 30) -> T:
    """What `seen` answers as soon as that is something."""
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        if answer := seen():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"not within {limit_seconds:.0f} s: {what}")

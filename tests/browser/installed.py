"""Which browsers this machine has, and the Debian packages that bring each one.

Standard library only: `./dev test` asks it before anything is installed.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ENGINES = {
    "chromium": ("chromium", "chromium-driver"),
    "firefox": ("firefox-esr",),
    "webkit": (
        "webkit2gtk-driver",
        "gir1.2-webkit2-4.1",
        "gir1.2-gtk-3.0",
        "python3-gi",
        "xvfb",
        "xauth",
        "dbus",
    ),
}

# WebKit's Python bindings come with Debian's own Python, never with a virtual environment.
SYSTEM_PYTHON = Path("/usr/bin/python3")


def chromium() -> str | None:
    return _first("CHROMIUM", "chromium", "chromium-browser", "google-chrome")


def chromedriver() -> str | None:
    return _first("CHROMEDRIVER", "chromedriver", "chromium.chromedriver")


def firefox() -> str | None:
    return _first("FIREFOX", "firefox-esr", "firefox")


def missing(engine: str) -> str | None:
    """Why the engine cannot be used here, in words; None when it can."""
    if engine == "chromium":
        return _absent(("Chromium", chromium()), ("chromedriver", chromedriver()))
    if engine == "firefox":
        return _absent(("Firefox", firefox()))
    programs = [(name, shutil.which(name)) for name in ("WebKitWebDriver", "Xvfb")]
    return _absent(*programs, ("WebKit's Python bindings", _webkit_bindings()))


def _first(variable: str, *names: str) -> str | None:
    if named := os.environ.get(variable):
        return named
    return next((found for name in names if (found := shutil.which(name))), None)


def _absent(*parts: tuple[str, str | None]) -> str | None:
    absent: Sequence[str] = [name for name, found in parts if not found]
    return f"{' and '.join(absent)} not found" if absent else None


def _webkit_bindings() -> str | None:
    needed = "import gi; gi.require_version('WebKit2', '4.1'); gi.require_version('Gtk', '3.0')"
    if not SYSTEM_PYTHON.exists():
        return None
    works = subprocess.run([SYSTEM_PYTHON, "-c", needed], capture_output=True).returncode == 0
    return str(SYSTEM_PYTHON) if works else None

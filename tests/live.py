"""The app as a real process: started, stopped, killed and started again on the same data.

"Offline" in the tests is this server stopped: the same for every browser, and the truest.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests.processes import dies_with_us, free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 20

# A proxy of the machine must never stand between a test and its own server.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class LiveServer:
    """`python -m server web`, on a free port unless told which. Settings are the contract's names in small letters."""

    def __init__(self, var_dir: Path, *, port: int | None = None, **settings: str) -> None:
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.var_dir = var_dir
        self._log = var_dir / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        named = {"demo": "1", "log_format": "text", "public_url": self.url} | settings
        self._settings = {name.upper(): value for name, value in named.items()}
        self._settings |= {"PORT": str(self.port), "HOST": "127.0.0.1", "VAR_DIR": str(var_dir)}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start (again, on the same data) and wait until it answers."""
        assert not self.running, "the server is running already"
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*dies_with_us(), sys.executable, "-m", "server", "web"],
                cwd=ROOT,
                env=_environment() | self._settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_until_healthy()
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """End it as a platform does: TERM, then patience, then kill."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end within {STOP_SECONDS} s of TERM:\n{self.log()}") from None
        self._process = None

    def restart(self, **settings: str) -> None:
        """Another release on the same data: these settings are changed, the others stay."""
        self.stop()
        self._settings |= {name.upper(): value for name, value in settings.items()}
        self.start()

    def kill(self) -> None:
        """kill -9, as a power cut: nothing is finished or written."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def command(self, *words: str) -> str:
        """What another command of the app says, with this server's settings: `command("backup", file)`."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *words],
            cwd=ROOT,
            env=_environment() | self._settings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"python -m server {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _wait_until_healthy(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended at once ({self._process.returncode}):\n{self.log()}")
            try:
                with DIRECT.open(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the server did not answer within {START_SECONDS} s:\n{self.log()}")


def _environment() -> dict[str, str]:
    """Of our environment only what a program needs, so that settings of the machine do not reach the app."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}

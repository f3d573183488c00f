"""The app as a real process: it comes back on the same data, and never outlives its test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.live import DIRECT, LiveServer
from tests.processes import dies_with_us


def health(server: LiveServer) -> bytes:
    with DIRECT.open(f"{server.url}/health", timeout=5) as answer:
        text: bytes = answer.read()
        return text


def test_the_app_runs_on_each_database_and_comes_back_after_kill_9(
    database_url: str, start_server: Callable[..., LiveServer]
) -> None:
    server = start_server(database_url=database_url)
    before = health(server)
    server.kill()
    assert not server.running
    server.start()
    assert health(server) == before


def test_a_child_ends_when_the_test_process_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    starts_a_child = f"""
import subprocess, time
child = subprocess.Popen({[*dies_with_us(), "sleep", "60"]!r})
open({str(note)!r}, "w").write(str(child.pid) + "\\n")
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starts_a_child]) as parent:
        deadline = time.monotonic() + 20
        while not (note.exists() and note.read_text().endswith("\n")) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)  # setpriv still has to become sleep
        parent.send_signal(signal.SIGKILL)
    child = int(note.read_text())
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False

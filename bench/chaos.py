"""The simulation of the sync engine's tests with many more histories than a test run has time for."""

import os
import subprocess
import sys
import time

from bench.folders import ROOT

SIMULATION = "tests/sync/test_simulation.py"


def measure(histories: int) -> dict[str, object]:
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", SIMULATION]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"HISTORIES": str(histories)}, capture_output=True, text=True
    )
    print(done.stdout[-3000:])
    return {
        "histories": histories,
        "seconds": round(time.monotonic() - started),
        "passed": done.returncode == 0,
    }


def table(result: dict[str, object]) -> list[list[str]]:
    rows = [["simulation", ""]]
    return rows + [[name, str(result[name])] for name in ("histories", "seconds", "passed")]

"""Thousands of generated histories of phones, a server and faults; see simulation.py for what must come true.

HISTORIES=20000 runs more, SEED=7 runs the same ones again, QUICK=1 does not look for the shortest one that breaks.
"""

import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.processes import dies_with_us

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = int(os.environ.get("HISTORIES", "2000"))
SEED = int(os.environ.get("SEED", secrets.randbelow(10**6)))
PROCESSES = 2
QUICK = ["--quick"] if os.environ.get("QUICK") else []


MET = {"applied", "later", "parked", "too_old", "no_post", "waitlist", "privacy.kept", "new device", "other epoch"}
MET |= {"left", "reset", "changes", "another page"}


def test_every_history_ends_with_all_that_was_promised() -> None:
    """Chunks run side by side, since a history keeps one core busy and nothing else."""
    chunks = []
    for number in range(PROCESSES):
        command = [
            *dies_with_us(),
            sys.executable,
            "-m",
            "tests.sync.simulation",
            str(HISTORIES // PROCESSES),
            str(SEED + number),
            *QUICK,
        ]
        chunk = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        chunks.append((command, chunk))
    seen: Counter[str] = Counter()
    for command, chunk in chunks:
        output = chunk.communicate()[0]
        assert chunk.returncode == 0, f"{' '.join(command[1:])}\n{output}"
        seen.update(json.loads(output))
    assert seen["history"] >= HISTORIES
    assert {what for what in MET if not seen[what]} == set(), "the histories meet everything there is to meet"

"""Child processes of the tests: none outlives the test run, whatever ends it."""

import contextlib
import random
import shutil
import socket

PORTS = range(20_000, 32_000)  # below those that Linux hands out by itself


def dies_with_us(signal_name: str = "KILL") -> list[str]:
    """What to put before a command, so that the kernel ends it when the test process is gone (even by kill -9)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, "--"] if setpriv else []


def free_port() -> int:
    """A port that stays free while its server is down: one that no outgoing connection is ever given."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port

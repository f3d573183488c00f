"""Hold processes to a third of one core, all of them together, by a cgroup of version 1 or 2.

DevTools cannot slow a service worker down; this slows the whole browser, and is harsher than its "6x".
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.postgres import Missing

CGROUPS = Path("/sys/fs/cgroup")
RUN_US = 2000
OF_US = 6000


@contextlib.contextmanager
def held(processes: Iterable[int]) -> Iterator[None]:
    parent, first_version = _place()
    group = parent / f"bench-{os.getpid()}"
    try:
        group.mkdir(exist_ok=True)
        _limit(group, first_version)
        moved = [pid for pid in processes if _move(pid, group)]
    except OSError as reason:
        raise Missing(f"no cgroup can be made here ({reason.strerror})") from reason
    try:
        yield
    finally:
        for pid in {*moved, *map(int, (group / "cgroup.procs").read_text().split())}:
            _move(pid, parent)
        with contextlib.suppress(OSError):
            group.rmdir()


def _place() -> tuple[Path, bool]:
    """Where this process is in the hierarchy that limits CPU, and whether that is version 1."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):
            return CGROUPS / "cpu" / path.lstrip("/"), True
    if (CGROUPS / "cgroup.subtree_control").exists():
        path = Path("/proc/self/cgroup").read_text().strip().rpartition(":")[2]
        return CGROUPS / path.lstrip("/"), False
    raise Missing("there are no cgroups for CPU here")


def _limit(group: Path, first_version: bool) -> None:
    if first_version:
        (group / "cpu.cfs_period_us").write_text(str(OF_US))
        (group / "cpu.cfs_quota_us").write_text(str(RUN_US))
    else:
        (group / "cpu.max").write_text(f"{RUN_US} {OF_US}")


def _move(pid: int, group: Path) -> bool:
    try:
        (group / "cgroup.procs").write_text(str(pid))
    except ProcessLookupError:
        return False
    return True

"""Log lines for the people who run the app. They never hold a person, a device, an address or anything somebody wrote.

A request is its method, the pattern of its route (not the path), the status and the time it took. Public pages and
requests without a log in leave no line at all.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

LEVELS = ("info", "warning", "error")
_format = "json"


def start(log_format: str) -> None:
    """Also brings in what libraries say from warnings up: who said it, and its words without the arguments."""
    global _format
    _format = log_format
    root = logging.getLogger()
    root.handlers[:] = [_Library()]
    root.setLevel(logging.WARNING)


def write(event: str, level: str = "info", **fields: Any) -> None:
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event, **fields}
    if _format == "json":
        text = msgspec.json.encode(line).decode()
    else:
        text = " ".join(f"{key}={value}" for key, value in line.items())
    sys.stderr.write(text + "\n")


def fault(event: str, error: BaseException, **fields: Any) -> None:
    """Where it happened, not what it held: the words of an exception can quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    write(event, level="error", error=type(error).__name__, where=where, **fields)


class _Library(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        if record.exc_info and record.exc_info[1]:
            fault("library", record.exc_info[1], by=record.name, words=str(record.msg))
        else:
            write("library", level=level, by=record.name, words=str(record.msg))

"""What was promised, beside what was measured. A line that could not be measured says so and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]  # by measurement: what each one wrote

OURS = "ours on SQLite"
OURS_PG = "ours on PostgreSQL"
POUCH = "express-pouchdb, leveldb"
KINTO = "Kinto, memory"
KINTO_PG = "Kinto, PostgreSQL"
EMPTY = "empty Litestar endpoint"


class Unmeasured(Exception):
    """Why there is no figure."""


@dataclass(frozen=True)
class Line:
    what: str
    must: float
    aim: float
    measured: Callable[[Results], float]
    unit: str = "x"
    at_least: bool = False

    def row(self, results: Results) -> list[str]:
        sign = ">=" if self.at_least else "<="
        must, aim = f"{sign} {self._said(self.must)}", f"{sign} {self._said(self.aim)}"
        try:
            value = self.measured(results)
        except Unmeasured as reason:
            return [self.what, must, aim, "not measured", str(reason)]
        return [self.what, must, aim, self._said(value), self._verdict(value)]

    def _verdict(self, value: float) -> str:
        if self._reaches(value, self.aim):
            return "kept" if self.aim == self.must else "aim"
        return "kept" if self._reaches(value, self.must) else "MISSED"

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound

    def _said(self, value: float) -> str:
        return f"{value:,.0f} {self.unit}" if self.unit != "x" else f"{value:.3g}x"


def _peer(results: Results, name: str, figure: str) -> float:
    if "sync" not in results:
        raise Unmeasured("./dev bench sync has not run")
    sync = results["sync"]
    if name not in sync["peers"]:
        raise Unmeasured(sync["absent"].get(name) or sync["absent"].get("PostgreSQL") or "left out of this run")
    return float(sync["peers"][name][figure])


def _ratio(ours: str, figure: str, theirs: str, their_figure: str = "") -> Callable[[Results], float]:
    return lambda results: _peer(results, ours, figure) / _peer(results, theirs, their_figure or figure)


def _figure(name: str, figure: str) -> Callable[[Results], float]:
    return lambda results: _peer(results, name, figure)


def _phone(name: str, figure: str) -> Callable[[Results], float]:
    def measured(results: Results) -> float:
        if "phone" not in results:
            raise Unmeasured("./dev bench phone has not run")
        phone = results["phone"]
        if name not in phone:
            raise Unmeasured(phone.get("absent") or phone.get("held") or "left out of this run")
        return float(phone[name][figure])

    return measured


def _beside(other: str) -> Callable[[Results], float]:
    return lambda results: _phone("page by the worker", "p50")(results) / _phone(other, "p50")(results)


def _kilobytes(measurement: str, name: str) -> Callable[[Results], float]:
    def measured(results: Results) -> float:
        if name not in results.get(measurement, {}):
            raise Unmeasured(results.get(measurement, {}).get("absent") or f"./dev bench {measurement} has not run")
        return float(results[measurement][name]) / 1000

    return measured


PROMISED = (
    Line("push, SQLite / express-pouchdb leveldb", 0.7, 1.2, _ratio(OURS, "push actions/s", POUCH), at_least=True),
    Line("push, SQLite / Kinto on PostgreSQL", 40, 75, _ratio(OURS, "push actions/s", KINTO_PG), at_least=True),
    Line("push, PostgreSQL / Kinto on PostgreSQL", 20, 40, _ratio(OURS_PG, "push actions/s", KINTO_PG), at_least=True),
    Line("no change, CPU / empty Litestar endpoint", 2.5, 1.6, _ratio(OURS, "same cpu us", EMPTY)),
    Line("no change, on the wire", 150, 100, _figure(OURS, "same bytes"), "bytes"),
    Line("offline tap to readable, p95", 120, 120, _phone("tap", "p95"), "ms"),
    Line("offline tap to readable, CPU 6x, p95", 300, 300, _phone("tap, slow", "p95"), "ms"),
    Line("act to answer, median", 50, 50, _phone("act", "p50"), "ms"),
    Line("act to answer, CPU 6x, median", 150, 150, _phone("act, slow", "p50"), "ms"),
    Line("cold worker to response, median", 40, 40, _phone("cold", "p50"), "ms"),
    Line("cold worker to response, browser in a cgroup, median", 250, 250, _phone("cold, held", "p50"), "ms"),
    Line("page by the worker / from the server on loopback", 1.3, 1.3, _beside("page from loopback")),
    Line("page by the worker / from the server over slow 4G", 0.25, 0.25, _beside("page over slow 4G")),
    Line("JavaScript, gzip", 45, 45, _kilobytes("size", "JavaScript gz"), "KB"),
    Line("first install, on the wire", 300, 300, _kilobytes("phone", "first install bytes"), "KB"),
    Line("a quiet week, on the wire", 50, 50, _kilobytes("week", "quiet week bytes"), "KB"),
)

ALSO_WANTED = (
    Line("push, SQLite / raw SQLite", 0.15, 0.30, _ratio(OURS, "push actions/s", "floor", "sqlite"), at_least=True),
    Line(
        "push, PostgreSQL / raw asyncpg",
        0.10,
        0.20,
        _ratio(OURS_PG, "push actions/s", "floor", "postgres"),
        at_least=True,
    ),
    Line("push, SQLite / Kinto in memory", 15, 30, _ratio(OURS, "push actions/s", KINTO), at_least=True),
    Line("server CPU an action, SQLite", 150, 80, _figure(OURS, "push cpu us"), "us"),
    Line("server CPU an action, PostgreSQL", 400, 200, _figure(OURS_PG, "push cpu us"), "us"),
    Line("push p99 / p50, SQLite", 4, 2, _ratio(OURS, "push p99 ms", OURS, "push p50 ms")),
    Line("push again / push, SQLite", 1, 2, _ratio(OURS, "again actions/s", OURS, "push actions/s"), at_least=True),
    Line(
        "no change requests, SQLite / Kinto on PostgreSQL", 10, 20, _ratio(OURS, "same req/s", KINTO_PG), at_least=True
    ),
    Line("no change requests, SQLite / express-pouchdb", 2.5, 4, _ratio(OURS, "same req/s", POUCH), at_least=True),
    Line("first pull of 300, time / Kinto in memory", 1, 0.5, _ratio(OURS, "first ms", KINTO)),
    Line("first pull of 300, gzip bytes / express-pouchdb", 0.8, 0.7, _ratio(OURS, "first gzip bytes", POUCH)),
    Line(
        "one hot team / 20 teams, PostgreSQL",
        0.35,
        0.6,
        _ratio(f"{OURS_PG}, one team", "push actions/s", OURS_PG),
        at_least=True,
    ),
)

HEADINGS = ["", "must", "aim", "measured", "verdict"]


def table(lines: tuple[Line, ...], results: Results) -> list[list[str]]:
    return [HEADINGS, *(line.row(results) for line in lines)]

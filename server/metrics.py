"""What is counted for the people who run the app. No person, scope, kind or address is in it, nor any time.

Each web process counts for itself, from its own start. With several of them an answer is that of whichever was asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, generate_latest

from sync.wire import Outcome

PUSHES = ("accepted", "gone", "throttled", "later", "refused")
OUTCOMES = ("applied", "merged", "rejected", "later", "parked")

disable_created_metrics()  # type: ignore[no-untyped-call]  # else each number comes with the moment it was first counted


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.sync_requests = self._counter("sync_requests", "Requests of /sync, by their status.", "status")
        self.actions = self._counter("actions", "Actions settled, or told to come back later.", "outcome")
        self.scopes_mended = self._counter("scopes_mended", "Scopes sent anew because a daily check did not agree.")
        self.new_devices = self._counter("new_devices", "Phones told to take a new device id: restored, or copied.")
        self.letters_sent = self._counter("letters_sent", "Letters that the mail server took.")
        self.pushes = self._counter("pushes", "Push messages, by what push services made of them.", "outcome")
        for outcome in OUTCOMES:
            self.actions.labels(outcome)
        for outcome in PUSHES:
            self.pushes.labels(outcome)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"common_ground_{name}", words, labels, registry=self._registry)

    def settled(self, outcomes: Iterable[Outcome], moment: int) -> None:
        """Counts what happened at this moment. A stored outcome that is told again has an earlier one."""
        for _, outcome, code, detail in outcomes:
            if outcome == "later" or detail["at"] == moment:
                self.actions.labels("parked" if code == "parked" else outcome).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)

"""The work that every peer is given: deterministic, the same bytes each time.

A device's queue is a person's real morning with the 12 pledges: all taken, four reported on, four withdrawn.
A peer that knows no actions stores each one as a document.
"""

import json
import random
from dataclasses import dataclass
from typing import Any

PLEDGES = [f"p{n}" for n in range(1, 13)]
SHOWN = ("name", "team", "nobody")
HOW = ("did", "not_yet", "changed")
NOON = 1_760_000_000_000
TEXT = "carry lanyard quiet signal module pledge network visit stone river market ready early listen garden letter"

Document = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    devices: int = 200  # each sends its whole queue in one request
    teams: int = 20  # scopes that the devices are spread over; 1 is one hot scope
    documents: int = 300  # what a new device pulls
    pulls: int = 2000  # requests that find nothing new
    first_pulls: int = 20
    concurrency: int = 32

    @property
    def actions(self) -> int:
        return self.devices * len(_acts())

    def team(self, device: int) -> str:
        return f"bench{device % self.teams:02d}"

    def scopes(self) -> list[str]:
        return sorted({self.team(device) for device in range(self.devices)})

    def queue(self, device: int) -> list[Document]:
        """Ids in the shape of UUIDv7, `seq` in order; about 150 bytes of JSON each."""
        draw = random.Random(device)
        return [
            {"id": _id(draw, NOON + device * 1000 + n), "seq": n + 1, "kind": kind, "v": 1, "at": NOON + n}
            | ({} if kind == "pledge.report" else {"seen": 0})
            | {"data": data | ({"show": SHOWN[device % 3]} if kind == "pledge.take" else {})}
            for n, (kind, data) in enumerate(_acts())
        ]

    def library(self) -> list[Document]:
        """The documents of a first pull: about 300 bytes, wordy, so that gzip is honest."""
        draw = random.Random(7)
        return [
            _padded({"id": _id(draw, NOON + n), "title": f"Document {n}", "note": ""}, draw, 300)
            for n in range(self.documents)
        ]


def _acts() -> list[tuple[str, Document]]:
    taken = [("pledge.take", {"pledge": pledge, "version": 1}) for pledge in PLEDGES]
    reported = [("pledge.report", {"pledge": pledge, "how": HOW[n % 3]}) for n, pledge in enumerate(PLEDGES[:4])]
    withdrawn = [("pledge.withdraw", {"pledge": pledge}) for pledge in PLEDGES[-4:]]
    return [*taken, *reported, *withdrawn]


def _padded(document: Document, draw: random.Random, size: int) -> Document:
    while len(json.dumps(document)) < size:
        document["note"] += draw.choice(TEXT.split()) + " "
    return document


def _id(draw: random.Random, milliseconds: int) -> str:
    text = f"{milliseconds:012x}7{draw.getrandbits(12):03x}{8 + draw.getrandbits(2):x}{draw.getrandbits(60):015x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

"""Where the content's own links lead: guide:name, help:name and module:name, `name` being the name of the file.

Reads only what a link needs. What is wrong with the files themselves is told by the features they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server.features.content import ContentProblems, document

Named = Mapping[str, tuple[str, str]]  # where it leads, and what it is called

ADDRESS: Mapping[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "guide": ("guides", lambda front: f"/guides/{front.get('id')}"),
    "help": ("help", lambda front: "/help"),
    "module": ("modules", lambda front: f"/learn/m{front.get('number')}"),
}


def named_pages(folder: Path) -> Named:
    found: dict[str, tuple[str, str]] = {}
    for kind, (name, address) in ADDRESS.items():
        for path in sorted((folder / name).glob("*.md")):
            if front := _front(path):
                found[f"{kind}:{front.get('name', path.stem)}"] = address(front), str(front.get("title"))
    return found


def _front(path: Path) -> dict[str, Any]:
    try:
        return document(path).front
    except ContentProblems:
        return {}

"""Rules for every file: names that say something, nothing of one machine, vendored code as its authors left it."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.architecture.files import VENDOR, files, lines, written

EMPTY_NAMES = {"base", "common", "handler", "handlers", "helper", "helpers", "manager", "managers", "misc"}
EMPTY_NAMES |= {"service", "services", "util", "utils"}
# The one parent of all templates is called what every Jinja project calls it.
NAMED_ANYWAY = {PurePosixPath("pwa/layout/base.html")}

# Spelt so that this file does not find itself.
NOT_WANTED = {
    "the host of a package registry": r"py[p]i\.org|python[h]osted\.|np[m]js\.|yarn[p]kg\.|js[d]elivr\.|un[p]kg\.",
    "an option that names a package registry": r"--(?:extra-)?index[-]url|--find[-]links",
    "a path of one machine": r"(?<![\w.:/<-])/(?:tmp|root|work|home)(?=/|\b(?![\w-]))",
    "work left over": r"\b(?:TO[D]O|FIX[M]E)\b",
}
ADDRESS = "://"
README_LINES = 150
ROW = re.compile(r"^\|\s*`([^`]+)`.*`([0-9a-f]{64})`", re.MULTILINE)


def names_say_something(root: Path) -> Iterator[str]:
    for path in written(root):
        if path not in NAMED_ANYWAY and any(_is_empty(part) for part in path.parts):
            yield f"{path}: the name says nothing about what is in it"


def files_hold_nothing_of_a_machine(root: Path) -> Iterator[str]:
    for path in written(root):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for what, pattern in NOT_WANTED.items():
            for found in re.finditer(pattern, text):
                yield f"{path}, line {text.count(chr(10), 0, found.start()) + 1}: {found[0]} is {what}"
        if path.parts[0] == "requirements" and ADDRESS in text:
            yield f"{path} holds an address: a lock file names packages and hashes only"


def vendored_files_are_unchanged(root: Path) -> Iterator[str]:
    table = root / VENDOR / "README.md"
    wanted = dict(ROW.findall(table.read_text(encoding="utf-8"))) if table.exists() else {}
    held = {path.name: path for path in files(root) if path.is_relative_to(VENDOR) and not _is_about(path)}
    for name in sorted(wanted.keys() - held.keys()):
        yield f"{VENDOR / name} is in the table of {VENDOR}/README.md, but not there"
    for name, path in held.items():
        digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
        if wanted.get(name) != digest:
            yield f"{path} has sha256 {digest}, which {VENDOR}/README.md does not say of it"


def the_readme_stays_short(root: Path) -> Iterator[str]:
    for path in written(root, ".md"):
        if path == PurePosixPath("README.md") and (length := lines(root, path)) >= README_LINES:
            yield f"{path} has {length} lines: it must stay under {README_LINES}"


def _is_empty(part: str) -> bool:
    return bool(EMPTY_NAMES & set(re.split(r"[._-]", part.lower())))


def _is_about(path: PurePosixPath) -> bool:
    return path.name == "README.md" or "LICENSE" in path.name.upper()

"""Breaks the engine or the app on purpose in a copy of it, and runs its own tests there. Knows no fault by name."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240
SOURCES = ("sync", "server", "pwa", "migrations", "content", "tests")


@dataclass(frozen=True)
class Patch:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """Patches that together make one fault, and the tests that must notice it, each of them."""

    name: str
    patches: tuple[Patch, ...]
    noticed_by: tuple[str, ...]


def broken_copy(folder: Path, mutation: Mutation) -> Path:
    """A copy of its own with the fault patched in."""
    whole_copy(folder)
    for patch in mutation.patches:
        apply(folder, mutation, patch)
    return folder


def whole_copy(folder: Path) -> Path:
    """The app and its tests, but for those that need a browser."""
    leave = shutil.ignore_patterns("__pycache__", "browser", "gallery", "mutations", "vendor.zip")
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=leave)
    for file in [*ROOT.glob("*.toml"), *ROOT.glob("*.md"), *ROOT.glob("*.ini")]:
        shutil.copy(file, folder / file.name)
    return folder


@contextmanager
def planted(folder: Path, mutation: Mutation) -> Iterator[Path]:
    """The fault is in the copy meanwhile, so that one copy serves for many."""
    before = {patch.file: (folder / patch.file).read_text() for patch in mutation.patches}
    try:
        for patch in mutation.patches:
            apply(folder, mutation, patch)
        yield folder
    finally:
        for file, text in before.items():
            (folder / file).write_text(text)


def apply(folder: Path, mutation: Mutation, patch: Patch) -> None:
    source_file = folder / patch.file
    text = source_file.read_text()
    if text.count(patch.old) != 1:
        raise LookupError(f"{mutation.name}: {patch.file} does not hold this once:\n{patch.old}")
    source_file.write_text(text.replace(patch.old, patch.new))


def unnoticed(folder: Path, mutation: Mutation, settings: dict[str, str]) -> tuple[set[str], str]:
    """The tests that passed although they should not have, and what pytest said."""
    how = [
        "-rfE",
        "--tb=line",
        "-o",
        "addopts=",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
    ]
    command = [sys.executable, "-B", "-m", "pytest", *how, *mutation.noticed_by]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | settings, capture_output=True, text=True, timeout=SECONDS
    )
    failed = set(re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE))
    return {test for test in mutation.noticed_by if test not in failed}, done.stdout + done.stderr

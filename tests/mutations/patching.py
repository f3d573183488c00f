"""Breaks the project on purpose in a copy of it, and runs its own tests there. Knows no fault by name."""

import os
import re
import shutil
import subprocess
import sys
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
    """The project with the fault patched in."""
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "js"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for patch in mutation.patches:
        source_file = folder / patch.file
        text = source_file.read_text()
        if text.count(patch.old) != 1:
            raise LookupError(f"{mutation.name}: {patch.file} does not hold this once:\n{patch.old}")
        source_file.write_text(text.replace(patch.old, patch.new))
    return folder


def unnoticed(folder: Path, mutation: Mutation, settings: dict[str, str]) -> tuple[set[str], str]:
    """The tests that passed although they should not have, and what pytest said."""
    files = sorted({test.partition("::")[0] for test in mutation.noticed_by})
    names = sorted({test.partition("::")[2].partition("[")[0] for test in mutation.noticed_by})
    tests = [f"{file}::{name}" for file in files for name in names if f"def {name}(" in (folder / file).read_text()]
    command = [sys.executable, "-m", "pytest", "-rfE", "--tb=line", "-o", "addopts=", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | settings, capture_output=True, text=True, timeout=SECONDS
    )
    failed = set(re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE))
    return {test for test in mutation.noticed_by if test not in failed}, done.stdout + done.stderr

"""The files of the project, as paths from its root. Leaves out what is made or downloaded."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

Rule = Callable[[Path], Iterator[str]]

NOT_OURS = {"var", "node_modules", "__pycache__"}
OUR_DOT_FOLDERS = {".ci"}
VENDOR = PurePosixPath("pwa/vendor")


def files(root: Path, *suffixes: str) -> Iterator[PurePosixPath]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_ours(name))
        for name in sorted(names):
            path = PurePosixPath(Path(folder, name).relative_to(root).as_posix())
            if not suffixes or path.suffix in suffixes:
                yield path


def written(root: Path, *suffixes: str) -> Iterator[PurePosixPath]:
    """The same without the vendored ones."""
    return (path for path in files(root, *suffixes) if not path.is_relative_to(VENDOR))


def lines(root: Path, path: PurePosixPath) -> int:
    return len((root / path).read_text(encoding="utf-8").splitlines())


def _is_ours(folder: str) -> bool:
    return folder in OUR_DOT_FOLDERS or not (folder.startswith(".") or folder in NOT_OURS)

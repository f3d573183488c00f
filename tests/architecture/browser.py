"""Rules for what a browser gets: scripts that stay pure and apart, and nothing that grows without end."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.architecture.files import lines, written

PWA = PurePosixPath("pwa")
FEATURES, WORKER, PAGE = PWA / "features", PWA / "worker", PWA / "page"
PURE_WORKER_FILES = {WORKER / name for name in ("view.js", "render.js", "values.js", "forms.js", "dates.js")}
# The outside world, as a script can reach it: storage, network, clock, chance.
IMPURE = re.compile(r"\b(indexedDB|fetch|Date\.now|Math\.random|crypto|performance|new Date\(\s*\))(?!\w)")

IMPORT = re.compile(
    r"""^\s*(?:import\s*|(?:import|export)\b[^"';=]*?\bfrom\s*)["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']""",
    re.MULTILINE,
)
COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))//[^\n]*", re.DOTALL | re.MULTILINE)
PLAIN_STRING = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")
FUNCTION = re.compile(r"\bfunction\b\s*\*?\s*(\w*)\s*(?=\()|(?:(\w+)\s*=\s*)?[^\n]*?=>\s*(?=\{)")

SCRIPT_LINES, MAIN_LINES, FUNCTION_LINES = 200, 80, 40
OTHER_LINES = {".html": 120, ".css": 250}


def scripts_stay_pure(root: Path) -> Iterator[str]:
    for path in _scripts(root):
        if _is_pure(path):
            for found in sorted(set(IMPURE.findall(_code(root, path)))):
                yield f"{path} mentions {found}: it must work from its arguments alone"


def scripts_import_one_way(root: Path) -> Iterator[str]:
    for path in _scripts(root):
        for target in _imports(root, path):
            if _is_pure(path) and not _is_pure(target):
                yield f"{path} imports {target}: it must stay pure"
            if path.is_relative_to(FEATURES) and not target.is_relative_to(FEATURES):
                yield f"{path} imports {target}: features import nothing but each other"
            if path.is_relative_to(PAGE) and target.is_relative_to(WORKER):
                yield f"{path} imports {target}: pages speak to the worker by fetch and messages"


def browser_files_stay_short(root: Path) -> Iterator[str]:
    for path in _scripts(root):
        limit = MAIN_LINES if path == WORKER / "main.js" else SCRIPT_LINES
        if (length := lines(root, path)) > limit:
            yield f"{path} has {length} lines: {limit} is the limit"
        for name, length in _functions(_code(root, path)):
            if length > FUNCTION_LINES:
                yield f"{path}: {name or 'a function'} has {length} lines: {FUNCTION_LINES} is the limit"
    for path in written(root / PWA, *OTHER_LINES):
        if (length := lines(root / PWA, path)) > (limit := OTHER_LINES[path.suffix]):
            yield f"{PWA / path} has {length} lines: {limit} is the limit"


def _scripts(root: Path) -> Iterator[PurePosixPath]:
    return (path for path in written(root, ".js") if path.is_relative_to(PWA))


def _is_pure(path: PurePosixPath) -> bool:
    return path in PURE_WORKER_FILES or path.is_relative_to(FEATURES)


def _imports(root: Path, path: PurePosixPath) -> Iterator[PurePosixPath]:
    for static, dynamic in IMPORT.findall(_code(root, path)):
        whole = (root / path.parent / (static or dynamic)).resolve()
        yield PurePosixPath(whole.relative_to(root.resolve()).as_posix())


def _code(root: Path, path: PurePosixPath) -> str:
    """The text without comments; what a comment says is not done."""
    return COMMENT.sub(_same_lines, (root / path).read_text(encoding="utf-8"))


def _functions(code: str) -> Iterator[tuple[str, int]]:
    """Each function with a body, and how many lines it has."""
    code = PLAIN_STRING.sub("''", code)
    for found in FUNCTION.finditer(code):
        start = found.end()
        if code[start] == "(":
            start = code.find("{", _close(code, start))
        end = _close(code, start)
        yield found[1] or found[2] or "", code.count("\n", found.start(), end) + 1


def _close(code: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for place in range(start, len(code)):
        depth += (code[place] in "({[") - (code[place] in ")}]")
        if depth == 0:
            return place
    return len(code)


def _same_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")

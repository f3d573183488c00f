"""Rules for Python: which way imports point, and how long things get."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from tests.architecture.files import lines, written

# What of ours each top folder may import. Tests and measurements may import everything.
OURS = {
    "sync": ("sync",),
    "pwa": ("pwa",),
    "server": ("server", "sync", "pwa"),
    "migrations": ("migrations", "server", "sync"),
}
FOLDERS = (*OURS, "tests", "bench")
# The parts that lean on nothing else name every package they may use.
PACKAGES = {"sync": {"sqlalchemy", "msgspec"}, "pwa": {"babel", "jinja2", "markupsafe", "brotli", "minify"}}

FEATURES = PurePosixPath("server/features")
FEATURE_MAY_USE = (
    "sync",
    "pwa.dates",
    "pwa.pages",
    "server.db",
    "server.people",
    "server.places",
    "server.access",
    "server.members",
    "server.reports.published",
    "server.words",
    "server.push.notices",
    "server.push.preferences",
)
WEB_FRAMEWORK = "litestar"
PUSH_PACKAGE = "pywebpush"
PUSH_FILE = PurePosixPath("server/push/webpush.py")

FILE_LINES, FEATURE_LINES, TEST_LINES, FUNCTION_LINES = 350, 300, 400, 50
GENERATED = PurePosixPath("migrations/versions")


def imports_point_one_way(root: Path) -> Iterator[str]:
    for path in written(root, ".py"):
        for module in sorted(_imports(root, path)):
            if reason := _refused(root, path, module):
                yield f"{path} imports {module}: {reason}"


def python_stays_short(root: Path) -> Iterator[str]:
    for path in written(root, ".py"):
        if (length := lines(root, path)) > (limit := _limit(path)):
            yield f"{path} has {length} lines: {limit} is the limit"
        if path.is_relative_to(GENERATED):
            continue
        for node in ast.walk(_tree(root / path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield f"{path}: {node.name} has {length} lines: {FUNCTION_LINES} is the limit"


def _limit(path: PurePosixPath) -> int:
    if path.name.startswith("test_"):
        return TEST_LINES
    return FEATURE_LINES if path.is_relative_to(FEATURES) else FILE_LINES


def _refused(root: Path, path: PurePosixPath, module: str) -> str | None:
    """Why this file may not import this module; None when it may."""
    top, package = path.parts[0], module.partition(".")[0]
    if top not in OURS:
        return None
    if package == PUSH_PACKAGE and path != PUSH_FILE:
        return f"only {PUSH_FILE} sends"
    if package in FOLDERS:
        if package not in OURS[top]:
            return f"{top} may use {' and '.join(OURS[top])} only"
        return _refused_to_feature(root, path, module)
    if top in PACKAGES and package not in PACKAGES[top] and package not in sys.stdlib_module_names:
        return f"{top} may use {' and '.join(sorted(PACKAGES[top]))} only"
    if package == WEB_FRAMEWORK and path.is_relative_to(FEATURES):
        return "features know nothing of HTTP"
    return None


def _refused_to_feature(root: Path, path: PurePosixPath, module: str) -> str | None:
    """A feature sees the ground it stands on and the features to its left; their list itself sees everything."""
    if not path.is_relative_to(FEATURES) or path == FEATURES / "__init__.py":
        return None
    inside = ".".join(FEATURES.parts)
    if module.startswith(f"{inside}."):
        order, feature, used = _order(root), _feature(path.relative_to(FEATURES).parts[0]), module.split(".")[2]
        # What is not in the list (shared shapes, readers of files) stands to the left of everything that is.
        if used in order and used != feature and (feature not in order or order.index(used) > order.index(feature)):
            return f"{used} is not to the left of {feature}"
        return None
    if any(module == each or module.startswith(f"{each}.") for each in FEATURE_MAY_USE):
        return None
    return f"features may use {', '.join(FEATURE_MAY_USE)} and features to their left"


def _order(root: Path) -> list[str]:
    """The names in FEATURES, left to right: `(help.FEATURE, pledges.FEATURE)`."""
    for node in _tree(root / FEATURES / "__init__.py").body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == "FEATURES" for target in targets):
            names = [each for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr == "FEATURE"]
            return [each.value.id for each in names if isinstance(each.value, ast.Name)]
    raise AssertionError(f"{FEATURES}/__init__.py has no list FEATURES")


def _feature(name: str) -> str:
    return name.removesuffix(".py")


def _imports(root: Path, path: PurePosixPath) -> set[str]:
    """Every module that a file imports anywhere, by its full name."""
    found: set[str] = set()
    for node in ast.walk(_tree(root / path)):
        if isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(path.parent.parts[: len(path.parent.parts) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            found.update(_module(root, module, each.name) for each in node.names)
    return found


def _module(root: Path, module: str, name: str) -> str:
    """`from a import b` names the module a.b when there is one, else something inside a."""
    place = root.joinpath(*module.split("."), name)
    return f"{module}.{name}" if place.is_dir() or place.with_suffix(".py").is_file() else module


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))

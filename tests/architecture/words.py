"""Rules for what people read: templates, content, and the sentences the server says. Knows no page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.architecture.files import written

# What is not said to people, and what is said instead.
NOT_SAID = {
    r"(?i)\bsign(?:ed|ing|s)?[ -](?:in|out|on)\b": "say log in or log out",
    r"(?i)\bclick": "say choose, open or press: not everybody has a mouse",
    r"(?i)\b(?:failed|failure|invalid|conflict|sync error)": "say what happened to what they did, and what to do",
    r"(?i)(?<![-/\w])(?:errors?|sync(?:s|ed|ing|hroni[sz]\w+)?)\b": "say what happened, and what to do",
    r"\b(?:BAME|BME)\b": "say ethnic minorities",
    r"\b[Rr]ac(?:e|ial)\b": "say ethnicity",
    r"(?i)\b(?:transgendered|transsexual|sex change|opposite sex|biological sex)\b": "say trans; say what is relevant",
    r"\b(?:Mr|Mrs|Miss|Ms)\b": "titles are not asked for, nor used",
    r"[\U0001f300-\U0001faff\u2600-\u27bf]": "say it in words: not everybody sees or hears an emoji",
    r"(?i)\b(?:suffers?|suffering) from\b|\bafflicted\b|\bhandicapped\b|\bwheelchair[ -]bound\b": "name the condition",
    r"(?i)\bthe disabled\b|\bable[ -]bodied\b": "say disabled people, or people who are not disabled",
    r"\b(?:e\.g\.|i\.e\.|etc\b)": "say for example, that is, or name them all",
    r"\w!": "an exclamation mark shouts",
    r"\b[A-Z]{6,}\b": "capitals shout and are hard to read",
    r"\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}\b": "say Wednesday 6 August 2026",
}
SENTENCE = re.compile(r"[A-Z“][^\n]* [^\n]*[.?!]")
QUOTED = re.compile(r'"([^"\n]* [^"\n]*)"')


def people_read_plain_words(root: Path) -> Iterator[str]:
    for path, line, text in told(root):
        for pattern, instead in NOT_SAID.items():
            if found := re.search(pattern, text):
                yield f"{path}, line {line}: “{found[0]}”: {instead}"


def told(root: Path) -> Iterator[tuple[PurePosixPath, int, str]]:
    """Path, line and text of all that people read."""
    for path in written(root, ".html", ".md", ".toml", ".py"):
        text = (root / path).read_text(encoding="utf-8")
        if path.parts[0] == "pwa" and path.suffix == ".html":
            yield from ((path, line, part) for line, part in of_template(text))
        elif path.parts[0] == "content":
            yield from ((path, line, part) for line, part in of_content(text))
        elif path.parts[0] == "server" and path.suffix == ".py":
            yield from ((path, line, part) for line, part in of_python(text))


def of_template(text: str) -> Iterator[tuple[int, str]]:
    """Text between the tags, and what is handed to macros in quotes."""
    blank = re.sub(r"\{#.*?#\}|<svg.*?</svg>", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(blank.splitlines(), 1):
        code = re.findall(r"\{[{%].*?[%}]\}", line)
        yield number, re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", " ", line).strip()
        yield from ((number, said) for part in code for said in QUOTED.findall(part))


def of_content(text: str) -> Iterator[tuple[int, str]]:
    """Values without their keys; comments are for those who write."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            yield number, re.sub(r'^"?[\w.]+"? = ', "", line)


def of_python(text: str) -> Iterator[tuple[int, str]]:
    """Whole sentences in quotes that are no docstring."""
    tree = ast.parse(text)
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in docstrings:
            continue
        if isinstance(node.value, str) and SENTENCE.fullmatch(node.value):
            yield node.lineno, node.value

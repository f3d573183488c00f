"""Markdown as plain blocks of text, for records and templates: no HTML is ever made of it, and none is let in.

markdown-it-py reads it; what is here only turns its tree into blocks and says what is not used. Knows no file and no
kind of content. A block is {"kind": p, ul, ol or h3, "items": [[inline, …], …]}, an inline {"text", "strong", "href"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

# Sites that a link may go to, with all that is under them.
HOSTS = (
    *("nhs.uk", "nhs.net", "gov.uk", "parliament.uk", "acas.org.uk", "cqc.org.uk", "equalityhumanrights.com"),
    *("hse.gov.uk", "nmc.org.uk", "hcpc-uk.org", "gmc-uk.org", "protect-advice.org.uk", "samaritans.org"),
    *("switchboard.lgbt", "mind.org.uk", "rnid.org.uk", "bda.org.uk", "victimsupport.org.uk"),
)
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
NAMED = re.compile(r"(?:guide|help|module):[a-z0-9-]+")  # a page of our own, by the name of its file
LISTS = {"bullet_list": "ul", "ordered_list": "ol"}

# What Markdown has and we do not use, and what to do instead.
NOT_USED = {
    "html_block": "HTML is not used here. Write it in plain words.",
    "html_inline": "HTML is not used here. Write it in plain words.",
    "em": "words that lean are hard to read. Take the * or _ around them away.",
    "image": "pictures are not used here. Say it in words.",
    "hr": "a line across the page is not used here. Take it away.",
    "blockquote": "a line that starts with > has no place here. Take the > away.",
    "code_block": "this line starts with four spaces or more. Take them away.",
    "code_inline": "words between ` and ` are not used here. Take the ` away.",
    "fence": "blocks between ``` and ``` are not used here. Take them away.",
}

Block = dict[str, Any]
Inline = dict[str, Any]
Links = Mapping[str, str]  # where "guide:record-details" and the like lead to


class Fault(NamedTuple):
    """`line` counts from 1, in the text that was given."""

    line: int
    told: str


def blocks(text: str, links: Links) -> tuple[list[Block], list[Fault]]:
    reading = _Reading(links)
    return [*reading.blocks(_tree(text))], reading.faults


def words(text: str) -> tuple[str, list[Fault]]:
    """One paragraph of nothing but words."""
    found, faults = blocks(text, {})
    if not faults and ([each["kind"] for each in found] != ["p"] or any(map(_marked, found[0]["items"][0]))):
        faults = [Fault(1, "here only words can stand, with no list, heading, link or bold type. Write them plainly.")]
    return ("" if faults else plain(found)), faults


def plain(found: list[Block]) -> str:
    """All the words of some blocks, a line for each item."""
    return "\n".join("".join(each["text"] for each in item) for block in found for item in block["items"])


def _marked(inline: Inline) -> bool:
    return bool(inline["strong"] or inline["href"])


def _tree(text: str) -> SyntaxTreeNode:
    reader = MarkdownIt("commonmark")
    reader.validateLink = lambda url: True  # type: ignore[method-assign] # every link is judged below, and told of
    return SyntaxTreeNode(reader.parse(text))


class _Reading:
    """One text, and what was wrong in it so far."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._line = 1
        self.faults: list[Fault] = []

    def blocks(self, tree: SyntaxTreeNode) -> Iterator[Block]:
        for node in tree.children:
            self._at(node)
            if node.type == "paragraph":
                yield {"kind": "p", "items": [self._inlines(node)]}
            elif node.type == "heading" and node.tag == "h3":
                yield {"kind": "h3", "items": [self._inlines(node)]}
            elif node.type in LISTS:
                yield {"kind": LISTS[node.type], "items": [self._item(each) for each in node.children]}
            elif node.type == "heading":
                self._say("headings inside a part have three marks: ###. Write it so, or take it away.")
            else:
                self._refuse(node)

    def _at(self, node: SyntaxTreeNode) -> None:
        self._line = node.map[0] + 1 if node.map else self._line

    def _say(self, told: str) -> None:
        self.faults.append(Fault(self._line, told))

    def _refuse(self, node: SyntaxTreeNode) -> None:
        self._say(NOT_USED.get(node.type, "this has no place here. Write plain words."))

    def _item(self, node: SyntaxTreeNode) -> list[Inline]:
        self._at(node)
        if [each.type for each in node.children] == ["paragraph"]:
            return self._inlines(node.children[0])
        self._say("each point of a list is one paragraph, and not empty. Put other things before or after the list.")
        return []

    def _inlines(self, block: SyntaxTreeNode) -> list[Inline]:
        found: list[Inline] = []
        for each in block.children:
            for made in self._walk(each, strong=False, href=""):
                if found and _same_look(found[-1], made):
                    made = made | {"text": found.pop()["text"] + made["text"]}
                found.append(made)
        return found

    def _walk(self, node: SyntaxTreeNode, *, strong: bool, href: str) -> Iterator[Inline]:
        if node.type == "text":
            yield from [{"text": node.content, "strong": strong, "href": href}] if node.content else []
        elif node.type in ("softbreak", "hardbreak"):
            yield {"text": " ", "strong": strong, "href": href}
        elif node.type in ("inline", "strong", "link"):
            href = self._href(str(node.attrs["href"])) if node.type == "link" else href
            for each in node.children:
                yield from self._walk(each, strong=strong or node.type == "strong", href=href)
        else:
            self._refuse(node)

    def _href(self, given: str) -> str:
        """Where a link goes; one that may not be there is told of and goes nowhere."""
        if NAMED.fullmatch(given):
            if given not in self._links:
                self._say(f"there is no page called {given}. Check the name of its file.")
            return self._links.get(given, "")
        if _allowed(given):
            return given
        self._say(
            f"a link to {given[:80] or 'nowhere'} is not allowed. Link to guide:name, help:name or module:name, "
            "or to an https address on the list in server/features/markdown.py."
        )
        return ""


def _same_look(one: Inline, two: Inline) -> bool:
    return (one["strong"], one["href"]) == (two["strong"], two["href"])


def _allowed(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    host = parts.netloc
    listed = any(host == each or host.endswith(f".{each}") for each in HOSTS)
    return parts.scheme == "https" and listed and HOST.fullmatch(host) is not None

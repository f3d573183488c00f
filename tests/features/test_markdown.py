"""Markdown becomes plain blocks. What is not used is named with its line; HTML and strange links never get through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.features.markdown import blocks, words

LINKS = {"guide:record-details": "/guides/g1"}
KEYS = {"text", "strong", "href"}


def inline(text: str, strong: bool = False, href: str = "") -> dict[str, Any]:
    return {"text": text, "strong": strong, "href": href}


def told(text: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.told) for fault in blocks(text, LINKS)[1]]


def test_paragraphs_lists_and_headings_become_blocks() -> None:
    found, faults = blocks("One line\nand more.\n\n### Do\n- first\n- **second** one\n\n1. ask\n2. use it\n", LINKS)
    assert faults == []
    assert found == [
        {"kind": "p", "items": [[inline("One line and more.")]]},
        {"kind": "h3", "items": [[inline("Do")]]},
        {"kind": "ul", "items": [[inline("first")], [inline("second", strong=True), inline(" one")]]},
        {"kind": "ol", "items": [[inline("ask")], [inline("use it")]]},
    ]


def test_a_link_by_name_and_one_to_a_listed_site_are_kept() -> None:
    found, faults = blocks("[a guide](guide:record-details) and [Acas](https://www.acas.org.uk/advice)", LINKS)
    assert faults == []
    assert [each["href"] for each in found[0]["items"][0]] == ["/guides/g1", "", "https://www.acas.org.uk/advice"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://www.nhs.uk/",
        "https://example.org/",
        "https://nhs.uk.example.org/",
        "https://nhs.uk@example.org/",
        "https://example.org@nhs.uk/",
        "https://evilnhs.uk/",
        "https://nhs.uk:8443/",
        "https://example.org%5C.nhs.uk/",
        "https://[nhs.uk/",
        "//nhs.uk/",
        "data:text/html,x",
        "/me",
        "guide:no-such-guide",
        "",
    ],
)
def test_any_other_link_is_told_of_and_goes_nowhere(address: str) -> None:
    found, faults = blocks(f"Hello.\n\n[here]({address})", LINKS)
    assert [fault.line for fault in faults] == [3]
    assert {each["href"] for block in found for each in block["items"][0]} == {""}


@pytest.mark.parametrize(
    "text, line",
    [
        ("Hello.\n\n<script>alert(1)</script>", 3),
        ("A <b>word</b>", 1),
        ("An <!-- aside -->", 1),
        ("a *word*", 1),
        ("![a picture](https://www.nhs.uk/a.png)", 1),
        ("one\n\n---\n\ntwo", 3),
        ("> said", 1),
        ("one\n\n    code", 3),
        ("`code`", 1),
        ("```\ncode\n```", 1),
        ("# Title", 1),
        ("one\n\n## Part", 3),
        ("- one\n  - inside", 1),
        ("- one\n\n  two", 1),
        ("one\n\n- ", 3),
    ],
)
def test_what_is_not_used_is_named_with_its_line(text: str, line: int) -> None:
    assert line in [at for at, _ in told(text)]
    assert all(said.rstrip().endswith(".") for _, said in told(text))


def test_where_only_words_can_stand_nothing_else_can() -> None:
    assert words("“Hello,” she said.\nAnd went.") == ("“Hello,” she said. And went.", [])
    for text in ("**Hello**", "[Acas](https://www.acas.org.uk/)", "- one", "### one", "", "one\n\ntwo"):
        assert words(text)[0] == "" and words(text)[1]


@given(st.text(alphabet="ab \n\t#>-*_[]()<>`!&;:/.1\\\x00\u2028é", max_size=200))
def test_whatever_is_written_there_is_never_a_fault_of_ours_nor_anything_but_text(text: str) -> None:
    found, faults = blocks(text, LINKS)
    for block in found:
        assert block["kind"] in ("p", "ul", "ol", "h3")
        for each in (inline for item in block["items"] for inline in item):
            assert each.keys() == KEYS and isinstance(each["text"], str)
            assert each["href"] == "" or each["href"].startswith(("/guides/", "https://"))
    assert all(1 <= fault.line <= text.count("\n") + 2 for fault in faults)


def test_a_gap_to_fill_in_stays_as_it_is_written() -> None:
    assert words("If I hear ___, then I will ______.") == ("If I hear ___, then I will ______.", [])

"""What is hard to read is named, with its place, so that it can be put in plainer words; nothing fails for it."""

from pathlib import Path

from tests.architecture.reading import texts, warnings

PLAIN = "We will send it when you next have signal. You do not need to do anything."
HARD = "The organisation facilitates multidisciplinary collaboration regarding accessibility considerations generally."
ENDLESS = "I will go " + "and go " * 12 + "home."


def test_a_hard_text_is_named_with_its_place_and_age() -> None:
    (said,) = warnings(iter([("x.md", f"{HARD} {HARD}"), ("y.md", PLAIN)]))
    assert said.startswith("x.md: “The organisation facilitates") and int(said.split()[-1]) > 20


def test_a_sentence_of_more_than_25_words_is_named_however_easy_they_are() -> None:
    assert f"x.md: “{ENDLESS[:80]}”: 28 words in one sentence" in [*warnings(iter([("x.md", ENDLESS)]))]


def test_a_few_words_are_not_judged() -> None:
    assert [*warnings(iter([("x.md", HARD)]))] == []


def test_lines_of_a_list_are_not_one_long_sentence() -> None:
    assert [*warnings(iter([("x.md", "- one of these\n" * 20)]))] == []


def test_content_and_messages_are_all_looked_at() -> None:
    found = {place.split("/")[0] + Path(place).suffix for place, _ in texts()}
    assert found >= {"content.md", "content.toml", "pwa.html", "server.py"}
    assert len([*texts()]) > 300

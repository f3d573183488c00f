"""Will this phone keep your work: what is said for what the browser and the worker know, and nothing by guessing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.quick import call, quick

MB = 1024 * 1024
FEATURES = Path(__file__).resolve().parents[2] / "pwa/features"
TEMPLATE = FEATURES / "phone/index.html"
INSTALL = FEATURES / "install/index.html"

# A phone on which all is well.
WELL: dict[str, Any] = {
    "controlled": True,
    "heard": 1763906520000,
    "unsent": 0,
    "clock": 1200,
    "persisted": True,
    "asked": False,
    "quota": 10_000 * MB,
    "usage": 1 * MB,
    "installed": True,
    "added": False,
    "offered": False,
    "agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "touch": True,
}
ALL_YES = dict.fromkeys(("worker", "promise", "home", "window", "space", "clock", "sent", "all"), "yes")
TAB = {"installed": False}
IN_A_TAB = {"all": "unsure", "window": "unsure"}
SILENT = dict.fromkeys(("heard", "unsent", "clock", "persisted", "quota"))
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Edg/142.0.0.0"

# What is otherwise than on that phone, and what is then said otherwise.
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "all is well": ({}, {}),
    "no worker": (
        {"controlled": False, "heard": None, "unsent": None, "clock": None},
        {"worker": "no", "clock": "unsure", "sent": "unsure", "all": "unsure"},
    ),
    "a worker that was never answered": ({"heard": None}, {"worker": "unsure", "sent": "unsure", "all": "unsure"}),
    "nothing is told": (
        SILENT,
        dict.fromkeys(("worker", "promise", "space", "clock", "sent", "all"), "unsure"),
    ),
    "no promise yet": ({"persisted": False}, {"promise": "no", "all": "unsure"}),
    "no promise when asked": ({"persisted": False, "asked": True}, {"promise": "refused", "all": "unsure"}),
    "a promise when asked": ({"asked": True}, {}),
    "Chrome on Android": (TAB, IN_A_TAB | {"home": "android"}),
    "Chrome offers to add": (TAB | {"offered": True}, IN_A_TAB | {"home": "offer"}),
    "just added": (TAB | {"added": True}, IN_A_TAB | {"home": "added"}),
    "Safari on an iPhone": (TAB | {"agent": IPHONE}, IN_A_TAB | {"home": "iphone"}),
    "Safari on an iPad": (TAB | {"agent": MAC}, IN_A_TAB | {"home": "iphone"}),
    "Safari on a Mac": (TAB | {"agent": MAC, "touch": False}, IN_A_TAB | {"home": "other"}),
    "Firefox": (TAB | {"agent": FIREFOX}, IN_A_TAB | {"home": "firefox"}),
    "Edge on Windows": (TAB | {"agent": WINDOWS}, IN_A_TAB | {"home": "other"}),
    "little space and no promise": (
        TAB | {"quota": 900 * MB, "persisted": False},
        {"promise": "no", "home": "android", "window": "maybe", "all": "unsure"},
    ),
    "little space and a promise": (TAB | {"quota": 900 * MB}, IN_A_TAB | {"home": "android"}),
    "just enough space": ({"usage": 9950 * MB}, {}),
    "not enough space": ({"usage": 9951 * MB}, {"space": "no", "all": "unsure"}),
    "no space at all": ({"usage": 10_000 * MB}, {"space": "no", "all": "unsure"}),
    "the round number that Chromium tells": ({"quota": 10_240 * MB + 7, "usage": 7}, {"space": "unsure"}),
    "a clock 5 minutes slow": ({"clock": -300_000}, {}),
    "a clock that is slower": ({"clock": -300_001}, {"clock": "no"}),
    "a clock that is fast": ({"clock": 300_001}, {"clock": "no"}),
    "one thing unsent": ({"unsent": 1}, {"sent": "one"}),
    "two things unsent, and never an answer": (
        {"unsent": 2, "heard": None},
        {"sent": "many", "worker": "unsure", "all": "unsure"},
    ),
}


SAMSUNG = "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-A546B) AppleWebKit/537.36 SamsungBrowser/29.0 Chrome/136.0.0.0"
EDGE = "Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0"
CHROME_ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Safari/604.1"
)
FIREFOX_ON_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

# Whose steps come first, by what the browser calls itself and whether it has a touch screen.
STEPS = [
    (IPHONE, True, "iphone"),
    (CHROME_ON_IPHONE, True, "iphone"),
    (MAC, True, "iphone"),
    (MAC, False, "other"),
    (WELL["agent"], True, "android"),
    (EDGE, True, "android"),
    (SAMSUNG, True, "samsung"),
    (FIREFOX, True, "firefox"),
    (FIREFOX_ON_LINUX, False, "other"),
    (WINDOWS, True, "other"),
    ("", False, "other"),
]


@pytest.mark.parametrize(("agent", "touch", "first"), STEPS)
def test_the_steps_of_this_browser_come_first(agent: str, touch: bool, first: str) -> None:
    assert call(quick("pwa/page/keeps.js"), "steps", WELL | {"agent": agent, "touch": touch}) == first


def test_every_browser_has_its_steps_and_a_managed_phone_too() -> None:
    listed = re.findall(r'data-steps="(\w+)"', INSTALL.read_text("utf-8"))
    assert set(listed) == {first for _, _, first in STEPS} | {"managed"}
    assert len(listed) == len(set(listed))


def test_the_install_page_has_words_for_every_way_the_app_was_opened() -> None:
    said = (ALL_YES | otherwise for _, otherwise in CASES.values())
    answers = {each["home"] for each in said}
    text = INSTALL.read_text("utf-8")
    assert [each for each in answers if f'"{each}"' not in text] == []


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_follows_from_what_is_known(name: str) -> None:
    facts, said = CASES[name]
    assert call(quick("pwa/page/keeps.js"), "answers", WELL | facts) == ALL_YES | said


def test_every_answer_has_its_words_and_all_words_are_an_answer() -> None:
    said = {pair for _, otherwise in CASES.values() for pair in (ALL_YES | otherwise).items()}
    worded, check = set(), ""
    for opened, answer in re.findall(
        r'(?:call check\(|data-check=)"(\w+)"|(?:call answer\(|data-answer=)"(\w+)"', TEMPLATE.read_text("utf-8")
    ):
        check = opened or check
        if answer:
            worded.add((check, answer))
    assert worded == said


def test_yes_and_no_are_words_and_not_only_a_colour() -> None:
    for answer, word in re.findall(r'call answer\("(\w+)", "([\w ]+)"\)', TEMPLATE.read_text("utf-8")):
        expected = {"yes": "yes", "unsure": "unsure", "maybe": "unsure"}.get(answer, "no")
        assert word == expected, answer

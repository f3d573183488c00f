"""What somebody answers and writes in a module is on their phone alone, and goes from it as their plans do."""

import json

from tests.browser import scanner
from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.browser.storage import HELD
from tests.browser.test_learn_journey import CARD, Reading, kept
from tests.browser.test_shared_phone_journey import say

WORDS = "Zq7 Quillfeather & co"
PROMPTED = ("pause", "action")
PLANTED = "fetch('/health', { method: 'POST', body: arguments[0] })"


def read_through(nurse: OnPhone) -> None:
    """All of m1, with own words wherever they are asked for, finished; and then the note."""
    reading = Reading(nurse, "m1")
    reading.answer("could")
    while True:
        for box in nurse.browser.driver.find_elements("css selector", f"{CARD} textarea"):
            box.send_keys(WORDS)
        if nurse.browser.js("return document.querySelector('.app-learn').dataset.cards.includes('last')"):
            break
        reading.go()
        reading.answer("could")
    reading.finish()
    nurse.browser.fill("#words-learned", WORDS)
    wait(lambda: kept(nurse, "m1")["words"].get("learned") == WORDS)
    assert all(WORDS in kept(nurse, "m1")["words"][name] for name in PROMPTED)
    wait(lambda: nurse.unsent == 0)


def leaks(line: Line, nurse: OnPhone) -> bool:
    told = [*(request for _, request in line.heard), *scanner.in_files(nurse.server.var_dir)]
    return bool(scanner.found({"words": WORDS}, iter(told)))


def test_own_words_and_answers_are_in_no_request_no_database_and_no_log(line_and_nurse: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_nurse
    read_through(nurse)
    assert not leaks(line, nurse)
    sent = line.sent()
    assert b"module.finish" in sent and b"gate_met" in sent, "the scan sees what is sent"
    for name in (b"chosen", b"answers", b"learn:"):
        assert name not in sent, name
    nurse.browser.js(PLANTED, WORDS)
    wait(lambda: leaks(line, nurse))


def test_of_a_module_nothing_is_left_on_a_shared_phone_after_log_out(nurse: OnPhone) -> None:
    read_through(nurse)
    say(nurse, "yes")
    assert WORDS in json.dumps(nurse.browser.driver.execute_async_script(HELD))
    nurse.log_out()
    wait(lambda: nurse.page == "wiped")
    wait(lambda: WORDS not in json.dumps(nurse.browser.driver.execute_async_script(HELD)))


def test_somebody_else_on_this_phone_meets_a_module_that_was_never_opened(nurse: OnPhone) -> None:
    read_through(nurse)
    nurse.log_out()
    wait(lambda: nurse.page == "log-in")
    nurse.log_in("newcomer")
    reading = Reading(nurse, "m1")
    assert nurse.browser.attribute("article", "data-way") == "new"
    assert reading.card == "scene" and kept(nurse, "m1") == {}
    nurse.open("/learn")
    assert "Finished" not in nurse.browser.text("main") and "You are at card" not in nurse.browser.text("main")

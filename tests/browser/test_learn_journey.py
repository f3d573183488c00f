"""Learning on a phone: card by card, with no signal, through a dead battery; and what of it the server is told."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql

from server.demo import person_id
from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone
from tests.databases import sqlite_url
from tests.world import open_world

MODULES = ("m1", "m2", "m3", "m4", "m5", "m6")
CARD = ".app-learn > [data-card]:not([hidden])"
WORDS = "My words, in the lay-by"
TICK = """
for (const asked of document.querySelectorAll(`${arguments[0]} [data-ask]`)) {
  for (const option of asked.querySelectorAll(`[data-grade="${arguments[1]}"] input:not(:checked)`)) option.click();
  asked.querySelector("[data-see]")?.click();
  const box = asked.querySelector("textarea");
  if (box && !box.value) {
    box.value = "As I would say it";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
"""
NURSE = person_id("nurse")
FINISHED = (
    f"select module_id, gate_met, done_on, received_at from finished where person_id = '{NURSE}' order by module_id"
)
JOURNAL = f"select count(*) from action where kind = 'module.finish' and person = '{NURSE}'"


class Reading:
    """Somebody in the middle of a module."""

    def __init__(self, phone: OnPhone, module: str) -> None:
        self.phone, self.browser = phone, phone.browser
        phone.open(f"/learn/{module}")
        wait(lambda: self.browser.has(CARD))

    @property
    def card(self) -> str:
        return str(self.browser.attribute(CARD, "data-card"))

    @property
    def count(self) -> str:
        return self.browser.text(f"{CARD} .app-learn__count")

    def go(self, to: str = "+") -> None:
        before = self.card
        self.browser.click(f'.app-learn__go [data-go="{to}"]')
        wait(lambda: self.card != before)

    def answer(self, grade: str = "best") -> None:
        """Every question of this card; tapped and looked at."""
        self.browser.js(TICK, CARD, grade)

    def write(self, words: str) -> None:
        self.browser.fill(f"{CARD} textarea", words)

    def to_the_end(self, grade: str = "best") -> None:
        self.answer(grade)
        while self.browser.js("return !document.querySelector('.app-learn').dataset.cards.includes('last')"):
            self.go()
            self.answer(grade)

    def finish_for_now(self) -> None:
        self.browser.click('form[action="/do/module.finish"] button[type="submit"]')

    def finish(self) -> None:
        self.finish_for_now()
        wait(lambda: self.browser.has('[data-way="done"][data-cards]'))

    @property
    def chosen(self) -> list[str]:
        found: list[str] = self.browser.js(
            "return [...document.querySelectorAll(`${arguments[0]} input:checked`)].map(({ value }) => value)", CARD
        )
        return found

    @property
    def said(self) -> list[str]:
        """The feedback that is to be read on this card."""
        found: list[str] = self.browser.js(
            "return [...document.querySelectorAll(`${arguments[0]} .app-said`)]"
            ".filter((each) => each.checkVisibility()).map(({ innerText }) => innerText)",
            CARD,
        )
        return found


def kept(phone: OnPhone, module: str) -> Any:
    """What the phone itself remembers of a module."""
    return json.loads(phone.ask({"ask": "plan", "id": f"learn:{module}"})["text"] or "{}")


def test_six_modules_with_no_signal_through_a_dead_battery_reach_the_server_once_each(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    for module in MODULES:
        through_a_dead_battery(nurse, module)
    assert nurse.unsent == len(MODULES)
    nurse.server.start()
    wait(lambda: nurse.unsent == 0, seconds=60)
    found = nurse.rows(FINISHED)
    assert [(module, met) for module, met, *_ in found] == [(module, 1) for module in MODULES]
    assert all(day and at for _, _, day, at in found), "the day it was done, and when it came"
    assert nurse.rows(JOURNAL) == [(len(MODULES),)]


def through_a_dead_battery(nurse: OnPhone, module: str) -> None:
    """Twice: after an answer, and in the middle of a sentence."""
    reading = Reading(nurse, module)
    reading.go()
    reading.answer("could")
    wait(lambda: kept(nurse, module)["answers"])
    before = reading.card, reading.count, reading.chosen, reading.said
    nurse.lose_power()
    reading = Reading(nurse, module)
    assert (reading.card, reading.count, reading.chosen, reading.said) == before, module
    reading.to_the_end()
    reading.write(WORDS)
    wait(lambda: WORDS in kept(nurse, module)["words"].values())
    nurse.lose_power()
    reading = Reading(nurse, module)
    assert reading.browser.js("return document.querySelector(`${arguments[0]} textarea`).value", CARD) == WORDS
    reading.finish()
    assert nurse.browser.text('[data-card="done"] [data-state]') == "Saved on this phone"


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_module_keeps_its_card_and_answers_and_is_finished_with_no_signal(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    reading = Reading(nurse, "m2")
    reading.go()
    reading.answer()
    wait(lambda: kept(nurse, "m2")["answers"])
    before = reading.card, reading.chosen, reading.said
    assert reading.said
    nurse.lose_power()
    nurse.open("/learn")
    wait(lambda: "You are at card 2 of" in nurse.browser.text('[data-record="module:m2"]'))
    reading = Reading(nurse, "m2")
    assert (reading.card, reading.chosen, reading.said) == before
    reading.to_the_end()
    reading.finish()
    nurse.server.start()
    wait(lambda: nurse.unsent == 0, seconds=60)
    assert [module for module, *_ in nurse.rows(FINISHED)] == ["m2"]


def test_feedback_says_why_at_once_and_any_number_of_tries_is_fine(nurse: OnPhone) -> None:
    nurse.server.stop()
    reading = Reading(nurse, "m1")
    reading.go()
    assert reading.said == []
    for grade, word in {"avoid": "Try another way", "could": "Could work", "best": "Best"}.items():
        reading.answer(grade)
        wait(lambda: [said.split("\n")[0] for said in reading.said] == [word])  # noqa: B023
        assert len(reading.said[0].split("\n")[-1].split()) >= 8, "a reason"
    reading.browser.js(f"document.querySelector('{CARD} [data-grade=avoid] input').click()")
    assert reading.said == [], "nothing is said of a new choice until it is asked for"


def test_a_gate_is_met_by_answers_that_would_work_and_only_a_yes_or_no_is_sent(nurse: OnPhone) -> None:
    reading = Reading(nurse, "m1")
    reading.to_the_end("avoid")
    assert "You are nearly there." in nurse.browser.text(".app-learn__finish")
    reading.finish_for_now()
    wait(lambda: [met for _, met, *_ in nurse.rows(FINISHED)] == [0])
    assert "Finished on" in nurse.browser.text(".app-learn__finish")
    nurse.browser.click('[data-open="choose"]:not([hidden]) button')
    wait(lambda: reading.card == "choose")
    reading.to_the_end("could")
    assert "You are nearly there." not in nurse.browser.text(".app-learn__finish")
    reading.finish()
    wait(lambda: [met for _, met, *_ in nurse.rows(FINISHED)] == [1])


def test_what_is_still_open_is_named_before_the_end(nurse: OnPhone) -> None:
    reading = Reading(nurse, "m2")
    while reading.browser.js("return !document.querySelector('.app-learn').dataset.cards.includes('last')"):
        reading.go()
    assert not nurse.browser.find('form[action="/do/module.finish"] button').is_displayed()
    nurse.browser.click('[data-open="choose"]:not([hidden]) button')
    wait(lambda: reading.card == "choose")
    reading.to_the_end()
    assert nurse.browser.find('form[action="/do/module.finish"] button').is_displayed()


def test_a_module_with_a_content_note_may_be_skipped_through(nurse: OnPhone) -> None:
    reading = Reading(nurse, "m3")
    assert "You can skip any part of it" in nurse.browser.text("article")
    while reading.browser.js("return !document.querySelector('.app-learn').dataset.cards.includes('last')"):
        reading.go()
    reading.finish()
    wait(lambda: nurse.rows(FINISHED))


def test_a_small_edit_changes_nothing_and_a_material_one_offers_only_what_is_new(nurse: OnPhone) -> None:
    Reading(nurse, "m2").to_the_end()
    Reading(nurse, "m2").finish()
    wait(lambda: nurse.unsent == 0)
    publish(nurse, version=2, material_version=1, changed=[])
    nurse.open("/learn/m2")
    wait(lambda: nurse.browser.attribute("article", "data-version") == "2")
    assert nurse.browser.attribute("article", "data-way") == "done"
    publish(nurse, version=3, material_version=3, changed=["again"])
    nurse.open("/learn")
    wait(lambda: "Update: 1 minute" in nurse.browser.text('[data-record="module:m2"]'))
    reading = Reading(nurse, "m2")
    assert nurse.browser.attribute("article", "data-way") == "update"
    assert (reading.card, reading.count) == ("again", "Card 1 of 1")
    assert reading.chosen and reading.said, "the same question keeps its answer"
    reading.finish()
    wait(lambda: nurse.rows(f"select version from finished where person_id = '{NURSE}'") == [(3,)])


def test_a_module_that_changed_in_the_middle_keeps_the_answers_of_what_is_the_same_and_says_so(nurse: OnPhone) -> None:
    reading = Reading(nurse, "m2")
    reading.go()
    reading.answer()
    wait(lambda: "choose-" in str(kept(nurse, "m2")["answers"]))
    chosen = reading.chosen
    publish(nurse, version=2, material_version=2, changed=["again"])
    reading = Reading(nurse, "m2")
    wait(lambda: "This module has changed since you began." in nurse.browser.text("article"))
    assert (reading.card, reading.chosen) == ("choose", chosen)
    publish(nurse, version=3, material_version=3, changed=["choose"], text="What would you say?")
    reading = Reading(nurse, "m2")
    wait(lambda: "What would you say?" in nurse.browser.text(CARD))
    assert reading.chosen == [] and reading.card == "choose"


def publish(phone: OnPhone, text: str = "", **changes: Any) -> None:
    """m2 as its authors have changed it since."""

    def change(connection: Connection) -> None:
        body = json.loads(connection.execute(sql("SELECT body FROM module WHERE id = 'm2'")).scalar_one())
        if text:
            next(step for step in body["steps"] if step["id"] == "choose")["questions"][0]["text"] = text
        values = {**changes, "changed": json.dumps(changes["changed"]), "body": json.dumps(body)}
        fields = ", ".join(f"{name} = :{name}" for name in values)
        connection.execute(sql(f"UPDATE module SET {fields} WHERE id = 'm2'"), values)

    with open_world(sqlite_url(phone.server.var_dir / "common-ground.db")) as world:
        world.write(change)
        world.republish("module")
    phone.browser.js("navigator.serviceWorker.controller.postMessage({ ask: 'sync', force: true })")


def print_of(browser: Browser) -> str:
    browser.look(paper=True)
    return str(browser.js("return document.body.innerText"))


def test_the_note_and_the_certificate_are_made_on_the_phone_from_own_words(nurse: OnPhone) -> None:
    nurse.server.stop()
    reading = Reading(nurse, "m2")
    reading.to_the_end()
    reading.write("I will ask everyone")
    reading.finish()
    nurse.browser.fill("#words-learned", "That asking is kind")
    nurse.browser.js("window.print = () => { window.printed = true; }")
    nurse.browser.click('[data-print="note"]')
    assert nurse.browser.js("return window.printed")
    paper = print_of(nurse.browser)
    assert "I read “Ask, do not assume”" in paper and "It takes 4 minutes." in paper
    assert "That asking is kind" in paper and "I will ask everyone" in paper
    nurse.browser.look()
    nurse.browser.click('[data-print="certificate"]')
    paper = print_of(nurse.browser)
    assert "Ask, do not assume" in paper and "Community nurse" in paper and "Version 1" in paper
    assert "kind" not in paper.replace("Common Ground", "")

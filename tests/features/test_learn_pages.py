"""The pages of learning as the server draws them: three ways to read a module, and boxes that no form holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import text

from tests.world import World

MODULES = [f"m{number}" for number in range(1, 7)]
BOXES = {"textarea", "select"}


class Boxes(HTMLParser):
    """Each place to type or to choose, with whether a form holds it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth, self.found = 0, list[tuple[bool, dict[str, str | None]]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        self.depth += tag == "form"
        if tag in BOXES or (tag == "input" and fields.get("type") != "hidden"):
            self.found.append((self.depth > 0 or "form" in fields, fields))

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "form"


def cards(html: str) -> list[str]:
    return re.findall(r'data-card="(\w+)"', html.partition("<details")[0] if 'data-way="update"' in html else html)


def change(world: World, **fields: Any) -> None:
    """m1 as it is after its authors have worked on it."""
    names = ", ".join(f"{name} = :{name}" for name in fields)
    world.write(lambda connection: connection.execute(text(f"UPDATE module SET {names} WHERE id = 'm1'"), fields))
    world.republish("module")


def finish(world: World, key: str = "nurse", gate_met: str = "yes") -> str:
    """What the nurse has in front of her once she pressed the button."""
    nurse = world.log_in(key)
    done = nurse.do("module.finish", "/learn/m1", module="m1", version="1", gate_met=gate_met)
    assert done.status_code == 303
    return nurse.get("/learn/m1").text


@pytest.mark.parametrize("module", MODULES)
def test_no_form_holds_an_answer_or_words_of_ones_own(sqlite_world: World, module: str) -> None:
    nurse = sqlite_world.log_in("nurse")
    for page in (nurse.get(f"/learn/{module}").text, finish(sqlite_world), nurse.get("/learn").text):
        boxes = Boxes(page).found
        assert [fields for held, fields in boxes if held] == []
        assert [fields for _, fields in boxes if "data-words" in fields and "name" in fields] == []
    assert any("data-words" in fields for _, fields in Boxes(nurse.get(f"/learn/{module}").text).found)


def test_a_module_is_read_whole_first_and_finished_it_can_be_read_again(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    before = nurse.get("/learn/m1").text
    assert 'data-way="new"' in before and cards(before) == ["scene", "choose", "idea", "again", "pause", "action"]
    after = finish(sqlite_world)
    assert 'data-way="done"' in after and cards(after) == ["done", *cards(before)]
    assert "You have finished" in after and "app-certificate" in after and "module.finish" not in after
    assert "app-certificate" not in before


def test_short_of_its_gate_a_module_is_still_to_be_read(sqlite_world: World) -> None:
    page = finish(sqlite_world, gate_met="no")
    assert 'data-way="new"' in page and "Finished on" in page and "module.finish" in page
    assert "Try some questions again" in sqlite_world.log_in("nurse").get("/learn").text


def test_after_a_small_edit_a_finished_module_is_finished_and_after_a_material_one_only_what_is_new_is_offered(
    sqlite_world: World,
) -> None:
    finish(sqlite_world)
    nurse = sqlite_world.log_in("nurse")
    change(sqlite_world, version=2)
    assert 'data-way="done"' in nurse.get("/learn/m1").text and "Update: 1 minute" not in nurse.get("/learn").text
    change(sqlite_world, version=3, material_version=3, changed=json.dumps(["again"]))
    page = nurse.get("/learn/m1").text
    assert 'data-way="update"' in page and cards(page) == ["again"]
    assert "We improved this module. Yours still counts." in page and "Update: 1 minute" in nurse.get("/learn").text
    assert 'data-way="new"' in sqlite_world.log_in("member").get("/learn/m1").text, "to others it is whole"


def test_past_its_review_a_module_says_that_it_is_being_checked(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    assert "This is being checked." not in nurse.get("/learn/m1").text
    body = json.loads(sqlite_world.rows("SELECT body FROM module WHERE id = 'm1'")[0]["body"])
    change(sqlite_world, body=json.dumps({**body, "review_by": "2026-01-01"}))
    assert "This is being checked." in nurse.get("/learn/m1").text


def test_a_retired_module_is_offered_to_nobody_new_and_counts_for_whoever_finished_it(
    sqlite_world: World,
) -> None:
    finish(sqlite_world)
    body = json.loads(sqlite_world.rows("SELECT body FROM module WHERE id = 'm1'")[0]["body"])
    change(sqlite_world, body=json.dumps({**body, "retired": True}))
    nurse, other = sqlite_world.log_in("nurse"), sqlite_world.log_in("member")
    assert 'data-record="module:m1"' not in other.get("/learn").text
    listed = nurse.get("/learn").text
    assert "Retired" in listed and "Yours still counts" in listed and 'data-record="module:m1"' in listed
    assert 'data-way="done"' in nurse.get("/learn/m1").text, "and can be read again"
    late = other.do("module.finish", "/learn/m1", module="m1", version="1", gate_met="yes")
    assert late.status_code == 303, "who began it with no signal is not turned away"
    assert "Finished on" in other.get("/learn").text


def test_a_content_note_is_read_before_anything_else_and_lets_people_skip(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    noted, plain = (nurse.get(f"/learn/{module}").text for module in ("m3", "m2"))
    assert 0 < noted.index("Before you start:") < noted.index('data-card="scene"')
    assert "You can skip any part of it" in noted and "Before you start:" not in plain
    assert "Before you start:" in nurse.get("/learn").text


def test_what_one_person_finished_nobody_else_sees(sqlite_world: World) -> None:
    finish(sqlite_world)
    for key in ("newcomer", "manager", "private", "admin"):
        other = sqlite_world.log_in(key)
        assert 'data-way="new"' in other.get("/learn/m1").text, key
        assert "Finished" not in other.get("/learn").text, key


@pytest.mark.parametrize("path", ["/learn", "/learn/m1", "/learn/m99"])
def test_who_is_not_logged_in_reads_no_module(sqlite_world: World, path: str) -> None:
    answer = sqlite_world.nobody().get(path)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/log-in")


def test_a_module_that_is_not_there_says_so(sqlite_world: World) -> None:
    assert sqlite_world.log_in("nurse").get("/learn/m99").status_code == 404


def test_no_page_of_a_module_tells_which_it_is_in_its_address_or_title(sqlite_world: World) -> None:
    html = sqlite_world.log_in("nurse").get("/learn/m2").text
    title = re.search(r"<title>(.*)</title>", html)
    assert title and title[1].startswith("A module")

"""The whole feature as a browser without JavaScript has it: only links, and the forms that are on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.demo import person_id
from tests.features.test_pledge_content import folder, retire, reword
from tests.world import Person, World

__all__ = ["folder"]

PAGE = "/pledges/p2"


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, as a browser would send them: hidden fields filled in, nothing chosen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and "data-plan" not in given:
            self.found.append(Form(given["action"]))
        elif given.get("type") == "hidden":
            self.found[-1].fields[given["name"]] = given["value"]
        elif "name" in given and tag in ("input", "button"):
            assert "checked" not in given, "nothing is chosen beforehand"
            self.found[-1].choices.setdefault(given["name"], []).append(given["value"])


def forms(person: Person, page: str, kind: str) -> list[Form]:
    answer = person.get(page)
    assert answer.status_code == 200
    return [form for form in Forms(answer.text).found if form.action == f"/do/{kind}"]


def submit(person: Person, page: str, kind: str, number: int = 0, **chosen: str) -> str:
    """Sends the form that is on the page and opens where it leads: the HTML of that page."""
    form = forms(person, page, kind)[number]
    for name, value in chosen.items():
        assert value in form.choices[name]
    answer = person.post(form.action, **form.fields, **chosen)
    assert answer.status_code == 303, answer.text
    return person.get(answer.headers["location"]).text


def held(world: World) -> list[dict[str, object]]:
    sql = "SELECT pledge_id, version, show, how FROM pledging WHERE person_id = :me"
    return world.rows(sql, me=person_id("nurse"))


@pytest.mark.parametrize("show", ["name", "team", "nobody"])
def test_a_pledge_is_taken_from_its_page(sqlite_world: World, show: str) -> None:
    page = submit(sqlite_world.log_in("nurse"), PAGE, "pledge.take", show=show)
    assert "You took this pledge." in page
    assert 'data-state="sent"' in page
    assert held(sqlite_world) == [{"pledge_id": "p2", "version": 1, "show": show, "how": ""}]


def test_each_choice_says_who_sees_what(sqlite_world: World) -> None:
    [form] = forms(sqlite_world.log_in("nurse"), PAGE, "pledge.take")
    assert form.choices == {"show": ["name", "team", "nobody"]}
    page = sqlite_world.log_in("nurse").get(PAGE).text
    for words in ("People in your team see your name", "Your name is never shown.", "no manager can see it"):
        assert words in page


def test_who_can_see_it_is_changed_and_the_pledge_withdrawn(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    submit(nurse, PAGE, "pledge.take", show="name")
    assert "Community nurse" in sqlite_world.log_in("ally").get(PAGE).text
    assert "Nobody can see it but you" in submit(nurse, PAGE, "pledge.take", show="nobody")
    assert "Community nurse" not in sqlite_world.log_in("ally").get(PAGE).text
    assert "Take this pledge" in submit(nurse, PAGE, "pledge.withdraw")
    assert held(sqlite_world) == []


def test_it_is_said_how_it_went(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    submit(nurse, PAGE, "pledge.take", show="nobody")
    assert "Not yet, and that is fine" in submit(nurse, PAGE, "pledge.report", how="not_yet")


def test_home_asks_after_a_month_and_only_then(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    assert "Start with one." in nurse.get("/").text
    submit(nurse, PAGE, "pledge.take", show="nobody")
    assert "Have you done it?" not in nurse.get("/").text
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE pledging SET taken_on = '2026-01-01'"))
    sqlite_world.republish("pledging")
    assert "Have you done it?" in nurse.get("/").text
    assert "Have you done it?" not in submit(nurse, "/", "pledge.report", how="did")


def test_new_words_are_read_beside_the_old_and_can_be_taken(sqlite_world: World, folder: Path) -> None:
    nurse = sqlite_world.log_in("nurse")
    submit(nurse, "/pledges/p1", "pledge.take", show="team")
    reword(folder)
    sqlite_world.load_content(folder)
    page = nurse.get("/pledges/p1").text
    for words in ("Yours still counts.", "name they like to be called", "use it every time"):
        assert words in page
    submit(nurse, "/pledges/p1", "pledge.take", number=1, show="nobody")
    assert held(sqlite_world) == [{"pledge_id": "p1", "version": 1, "show": "nobody", "how": ""}]
    assert "See what changed" not in submit(nurse, "/pledges/p1", "pledge.take")
    assert held(sqlite_world) == [{"pledge_id": "p1", "version": 2, "show": "nobody", "how": ""}]


def test_a_retired_pledge_is_kept_and_cannot_be_taken_anew(sqlite_world: World, folder: Path) -> None:
    nurse, ally = sqlite_world.log_in("nurse"), sqlite_world.log_in("member")
    submit(nurse, PAGE, "pledge.take", show="team")
    retire(folder, "p2")
    sqlite_world.load_content(folder)
    assert "This pledge has been retired. Yours still counts." in nurse.get(PAGE).text
    assert 'data-record="pledge:p2"' in nurse.get("/pledges").text
    assert forms(ally, PAGE, "pledge.take") == []
    assert 'data-record="pledge:p2"' not in ally.get("/pledges").text


def test_a_lost_phone_is_logged_out_after_a_warning(sqlite_world: World) -> None:
    lost, nurse = sqlite_world.log_in("nurse"), sqlite_world.log_in("nurse")
    lost.sync(device="lost-phone")
    nurse.sync(device="my-phone")
    page = nurse.get("/me/devices").text
    assert "everything of yours on it is wiped" in page
    assert [form.fields["device"] for form in forms(nurse, "/me/devices", "device.remove")] == ["lost-phone"]
    assert 'data-record="device:lost-phone"' not in submit(nurse, "/me/devices", "device.remove")
    assert lost.sync(device="lost-phone", person=person_id("nurse")).status_code == 401


def test_the_plan_cannot_be_sent_by_any_browser(sqlite_world: World) -> None:
    page = sqlite_world.log_in("nurse").get(PAGE).text
    plan = page[page.index('<form class="app-form app-plan"') : page.index("</form>", page.index("app-plan"))]
    assert "<textarea" in plan and " hidden>" in plan
    assert " name=" not in plan and " action=" not in plan


def test_a_newcomer_sees_nobody_on_any_page(sqlite_world: World) -> None:
    for key in ("nurse", "ally", "member"):
        submit(sqlite_world.log_in(key), PAGE, "pledge.take", show="name")
    newcomer = sqlite_world.log_in("newcomer")
    for path in ("/", "/pledges", PAGE, "/outbox", "/me", "/me/devices", "/help"):
        page = newcomer.get(path).text
        assert "pledge_shown" not in page and "Community nurse" not in page, path


def test_help_needs_no_log_in_and_rings_every_number(sqlite_world: World) -> None:
    page = sqlite_world.nobody().get("/help").text
    assert "If it just happened" in page and 'href="tel:116123"' in page and "data-quiet" in page
    assert "This app does not send or keep what you say." in page
    assert "Numbers checked on Monday 2 November 2026" in page

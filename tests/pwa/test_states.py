"""The table of states leaves nothing out, and both servers draw every state in the same bytes."""

import json
from dataclasses import replace

import pytest

from pwa.assets import WORKER_TEMPLATES
from pwa.pages import PAGES
from pwa.states import STATES, gaps
from tests.gallery.drawn import Drawn, drawn, site
from tests.parity.twin import differences, worker
from tests.quick import call

DRAW = "globalThis.$draw = async (template, context) => (await speaking('en')).draw(template, context);"
ON_PHONES = {page.template for page in PAGES} | {*WORKER_TEMPLATES}


def by_path(path: str) -> Drawn:
    return next(each for each in drawn() if each.path == path)


def test_every_page_shows_every_kind_of_state_or_says_why_not() -> None:
    assert gaps() == []


def test_what_the_table_leaves_out_is_named() -> None:
    less = {kind: state for kind, state in STATES["home"].items() if kind != "empty"}
    assert gaps(table={**STATES, "home": less}) == ["home: no state “empty”, and no reason"]
    assert gaps(table={**STATES, "home": {**STATES["home"], "stale": ""}}) == ["home: no state “stale”, and no reason"]
    assert gaps(table={**STATES, "home": {**less, "emtpy": "…"}})[-1] == "home: there is no kind “emtpy”"
    assert len(gaps(pages=[*PAGES, replace(PAGES[0], id="events")])) == 6


def test_both_servers_draw_every_state_in_the_same_bytes() -> None:
    context = worker(site())
    context.eval(DRAW)
    for each in drawn():
        if each.page.template in ON_PHONES:
            given = json.loads(json.dumps(each.context))
            phone: str = call(context, "$draw", each.page.template, given)
            assert not differences((200, each.html), (200, phone)), each.path


def test_no_two_states_of_a_page_look_the_same() -> None:
    for page in {each.page for each in drawn()}:
        shown = [(each.html, each.offline) for each in drawn() if each.page == page]
        assert len({*shown}) == len(shown), page.id


@pytest.mark.parametrize("page", STATES)
def test_an_old_copy_says_how_old_it_is_and_a_new_one_does_not(page: str) -> None:
    said = "You are looking at a copy saved Monday 9 November 2026 at 09:05."
    assert said in by_path(f"/{page}/stale").html
    assert "app-stale" not in by_path(f"/{page}/offline").html


@pytest.mark.parametrize("page", ["pledges", "outbox", "devices", "help", "privacy", "accessibility", "storage"])
def test_an_empty_page_says_so_and_what_comes_next(page: str) -> None:
    assert 'class="app-empty"' in by_path(f"/{page}/empty").html
    assert 'class="app-empty"' not in by_path(f"/{page}/usual").html


def test_what_is_to_be_put_right_is_said_on_its_page() -> None:
    for each in drawn():
        assert ('id="problems"' in each.html) == (each.kind == "error"), each.path


def test_no_page_says_that_all_is_sent_while_something_needs_the_person() -> None:
    needing = [each for each in drawn() if each.context["needs_you"]]
    assert {each.page.id for each in needing} >= {"home", "pledges", "pledge", "outbox"}
    for each in needing:
        assert "All sent" not in each.html and "1 thing needs you" in each.html, each.path


def test_what_needs_the_person_leads_to_the_outbox_also_when_the_log_in_has_ended() -> None:
    held = by_path("/outbox/needs-you")
    ended = {**held.context, "app": {**held.context["app"], "logged_in": 0}}
    html = site().environments["en"].get_template(held.page.template).render(ended)
    line = html.split('id="sync-line"')[1].split("</p>")[0]
    assert 'href="/outbox"' in line and "1 thing needs you" in line

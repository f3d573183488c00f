"""Parity, the invariant of the project, for every pocket page, every member of the cast and every state of a pledge.

1. With nothing waiting, the worker's page is the server's page, byte for byte.
2. With one thing waiting, the worker's page without its pending marks is the server's page after it was sent.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pwa.dates import clock, london_date, long_date
from pwa.pages import PAGES
from server.demo import CAST, person_id
from server.features.content import FOLDER
from server.people import Person as PersonRow
from server.people import put_person
from sync import publish
from tests.features.at_collection import NOT_KNOWN, asked
from tests.features.test_pledge_content import edit, retire, reword
from tests.parity.twin import Twin, bare, differences, worker
from tests.world import DAY, World, path_of

HOSTILE = '<b>O\'Neil</b> & "Son" {{ 7 }} \u2028 \u00a0 ]]> </script> 🫶 \\u0041 `${x}`'
SHOWS = ("name", "team", "nobody")

# Every page, with the paths that each state is looked at on. test_agreement.py misses a page that is not here.
PATHS: dict[str, tuple[str, ...]] = {
    "home": ("/",),
    "pledges": ("/pledges",),
    "pledge": ("/pledges/p1", "/pledges/p3", "/pledges/p9", "/pledges/p99"),
    "learn": ("/learn",),
    "module": ("/learn/m1", "/learn/m3", "/learn/m99"),
    "networks": ("/networks",),
    "network": ("/networks/n1", "/networks/n2", "/networks/n99"),
    "ally": ("/ally",),
    "hand-over": ("/hand-over/c1", "/hand-over/c2", "/hand-over/c99"),
    "inbox": ("/inbox",),
    "outbox": ("/outbox",),
    "me": ("/me",),
    "data": ("/me/data",),
    "devices": ("/me/devices",),
    "phone": ("/me/phone",),
    "install": ("/me/install",),
    "help": ("/help",),
    "guide": ("/guides/g1", "/guides/g99"),
    "words": ("/words",),
    "policy": ("/policy",),
    "look": ("/look",),
    "privacy": ("/privacy",),
    "accessibility": ("/accessibility",),
    "storage": ("/storage",),
}
PUBLIC = [path_of(page) for page in PAGES if page.public]
ALL = [path for page in PAGES for path in PATHS.get(page.id, ())]
EARLIER = '\n[[earlier]]\nversion = 1\ntitle = "</title>"\ntext = "<i>\'&amp;"\n'

TwinOf = Callable[[str | None], Twin]


@pytest.fixture
def twin_of(sqlite_world: World) -> TwinOf:
    context = worker(sqlite_world.client.app.state.site)
    return lambda key: Twin(sqlite_world, context, key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to change."""
    return Path(shutil.copytree(FOLDER, tmp_path / "en"))


def everyone(twin_of: TwinOf) -> Iterator[Twin]:
    return (twin_of(key) for key in CAST)


def same(twin: Twin) -> None:
    """Rule 1, as on a phone that has just been filled; and with its receipts the page is the same underneath."""
    assert twin.waiting == []
    for path in ALL:
        server = twin.on_server(path)
        assert not differences(bare(server), bare(twin.on_phone(path))), f"{path} as {twin.key}"
        assert not differences(server, twin.on_phone(path, receipts=False)), f"{path} as {twin.key}"


def predicted(twin: Twin) -> None:
    """Rule 2, and then rule 1 again."""
    waiting = {path: twin.on_phone(path) for path in ALL}
    assert twin.send() == [("applied", None)]
    for path, phone in waiting.items():
        assert not differences(bare(twin.on_server(path)), bare(phone)), f"{path} as {twin.key}"
    same(twin)


def test_nothing_done(twin_of: TwinOf) -> None:
    for twin in everyone(twin_of):
        same(twin)


STEPS = [("name", "team", "did"), ("team", "nobody", "not_yet"), ("nobody", "name", "changed")]


@pytest.mark.parametrize("show, other, how", STEPS)
def test_taken_shown_otherwise_reported_and_withdrawn(twin_of: TwinOf, show: str, other: str, how: str) -> None:
    for twin in everyone(twin_of):
        twin.act("pledge.take", pledge="p1", version=1, show=show)
        predicted(twin)
        twin.act("pledge.take", pledge="p1", version=1, show=other)
        predicted(twin)
        twin.act("pledge.report", pledge="p1", how=how)
        predicted(twin)
        twin.act("pledge.withdraw", pledge="p1")
        predicted(twin)


@pytest.mark.parametrize("show", SHOWS)
def test_withdrawn_while_shown(twin_of: TwinOf, show: str) -> None:
    for twin in everyone(twin_of):
        twin.act("pledge.take", pledge="p9", version=1, show=show)
        twin.send()
        twin.act("pledge.withdraw", pledge="p9")
        predicted(twin)


def test_wording_changed_and_retired(sqlite_world: World, twin_of: TwinOf, folder: Path) -> None:
    twins = list(everyone(twin_of))
    for twin in twins:
        twin.act("pledge.take", pledge="p1", version=1, show="team")
        twin.act("pledge.take", pledge="p3", version=1, show="team")
        twin.send()
    reword(folder)
    retire(folder, "p3")
    retire(folder, "p9")
    sqlite_world.load_content(folder)
    for twin in twins:
        twin.receive()
        same(twin)
        assert "See what changed" in twin.on_phone("/pledges/p1")[1]
        assert "Retired" in twin.on_phone("/pledges/p3")[1]
        twin.act("pledge.take", pledge="p1", version=2, show="team")
        predicted(twin)
        twin.act("pledge.report", pledge="p3", how="did")
        predicted(twin)
        twin.act("pledge.withdraw", pledge="p3")
        predicted(twin)


def test_the_outbox_does_not_say_which_module_it_was(twin_of: TwinOf) -> None:
    twin = twin_of("nurse")
    twin.act("module.finish", module="m2", version=1, gate_met="yes")
    assert "Finish a module" in twin.on_phone("/outbox")[1]
    twin.send()
    assert "Ask, do not assume" not in twin.on_phone("/outbox")[1] and "m2" not in twin.on_phone("/outbox")[1]


def test_a_module_finished_short_of_its_gate_and_again(twin_of: TwinOf) -> None:
    for twin in everyone(twin_of):
        for met in ("no", "yes", "no"):
            twin.act("module.finish", module="m1", version=1, gate_met=met)
            predicted(twin)
        twin.act("module.finish", module="m3", version=1, gate_met="no")
        predicted(twin)
        assert "You have finished" in twin.on_phone("/learn/m1")[1] + twin.on_phone("/learn/m3")[1]
        assert "You are nearly there" not in twin.on_phone("/learn/m1")[1]
        assert 'data-record="progress:m1"' in twin.on_phone("/me/data")[1]


def test_joined_changed_and_left(twin_of: TwinOf) -> None:
    for twin in everyone(twin_of):
        twin.act("network.join", network="n1", **{"as": "member"}, seen_by="nobody", consent=1)
        predicted(twin)
        twin.act("network.seen_by", network="n1", seen_by="committee")
        predicted(twin)
        twin.act("network.join", network="n1", **{"as": "ally"}, seen_by="nobody", consent=1)
        predicted(twin)
        twin.act("network.leave", network="n1")
        predicted(twin)
        twin.act("network.ask", topic="a3")
        predicted(twin)


def test_a_network_whose_leads_looked_at_names_and_wrote(sqlite_world: World, twin_of: TwinOf) -> None:
    chair = sqlite_world.log_in("chair")
    assert chair.get("/desk/networks/n2").status_code == 200
    told = {"heard": "Rotas come late", "owner": "union", "did": "They come earlier"}
    chair.do("network.tell", "/desk/networks/n2", network="n2", **told)
    chair.do("network.post", "/desk/networks/n2", network="n2", title="Next time", text="Here.\nAt noon.")
    for twin in everyone(twin_of):
        same(twin)
    member, private = (twin_of(key).on_phone("/networks/n2")[1] for key in ("member", "private"))
    assert "They come earlier" in member and "At noon." in member and "At noon." in private
    assert "The committee looked at" in member and "The committee looked at" not in private


def test_a_network_that_takes_nobody_new(sqlite_world: World, twin_of: TwinOf) -> None:
    shut = text("UPDATE network SET state = CASE id WHEN 'n1' THEN 'paused' ELSE 'closed' END")
    sqlite_world.write(lambda connection: connection.execute(shut))
    sqlite_world.republish("network")
    for twin in everyone(twin_of):
        same(twin)
        assert "takes nobody new" in twin.on_phone("/networks/n1")[1]
        twin.act("network.join", network="n1", **{"as": "member"}, seen_by="nobody", consent=1)
        assert twin.send() == [("rejected", "join.closed")]
        assert "We did not add you." in twin.on_phone("/outbox")[1]
        assert "Agree and join" not in twin.on_phone("/networks/n1")[1]


def test_all_that_happens_at_a_collection_desk(sqlite_world: World, twin_of: TwinOf) -> None:
    codes = {"helper": asked(sqlite_world, "nurse", "K7M"), "coordinator": asked(sqlite_world, "ally", "2XT")}
    for key, code in codes.items():
        twin = twin_of(key)
        twin.act("stock.move", place="c1", item="i4", what="count", number=0)
        predicted(twin)
        twin.act("stock.collect", place="c1", code=f" {code.lower()}")
        predicted(twin)
        assert "Count again" in twin.on_phone("/hand-over/c1")[1] and code in twin.on_phone("/hand-over/c1")[1]
        twin.act("stock.put_back", place="c1", code=code)
        predicted(twin)
        twin.act("stock.collect", place="c1", code=NOT_KNOWN)
        waiting = bare(twin.on_phone("/hand-over/c1"))
        assert twin.send() == [("merged", "check.code")]
        assert not differences(bare(twin.on_server("/hand-over/c1")), waiting)
        same(twin)
        twin.act("stock.checked", place="c1", code=NOT_KNOWN)
        predicted(twin)
    for twin in everyone(twin_of):
        same(twin)
        assert (twin.on_phone("/hand-over/c1")[0] == 200) == (twin.key in codes)


def test_a_form_at_a_desk_to_put_right(twin_of: TwinOf) -> None:
    twin, page = twin_of("helper"), "/hand-over/c1"
    for form in ({"number": "-3"}, {"number": "many", "what": "theft"}, {"item": "i4", "what": "count"}):
        server, phone = twin.submit(page, "stock.move", place="c1", **form)
        assert server[0] == 422 and phone == server
        assert "as a number from 0" in phone[1]
    for code in ("", "x" * 17):
        server, phone = twin.submit(page, "stock.collect", place="c1", code=code)
        assert server[0] == 422 and phone == server


def test_a_refused_action_and_a_waiting_list_change_nothing_but_marks(twin_of: TwinOf) -> None:
    for twin in everyone(twin_of):
        twin.act("pledge.take", pledge="p99", version=1, show="nobody")
        assert twin.send() == [("rejected", "unknown.pledge")]
        assert 'data-state="needs-you"' in twin.on_phone("/outbox")[1]
        assert "We do not have this pledge any more" in twin.on_phone("/")[1]
        twin.act("pledge.take", pledge="p1", version=1, show="nobody")
        twin.send()
        twin.settled[-1] |= {"outcome": "merged", "code": "waitlist.stock"}
        assert 'data-state="waiting"' in twin.on_phone("/pledges/p1")[1]
        same(twin)


def test_the_question_after_a_month(sqlite_world: World, twin_of: TwinOf) -> None:
    twins = list(everyone(twin_of))
    for twin in twins:
        twin.act("pledge.take", pledge="p1", version=1, show="name")
        twin.send()
    old = text("UPDATE pledging SET taken_on = '2026-01-31', how = '', how_on = ''")
    sqlite_world.write(lambda connection: connection.execute(old))
    sqlite_world.republish("pledging")
    for twin in twins:
        twin.receive()
        same(twin)
        assert "Have you done it?" in twin.on_phone("/")[1]
        twin.act("pledge.report", pledge="p1", how="not_yet")
        predicted(twin)


def test_hostile_text(sqlite_world: World, twin_of: TwinOf, folder: Path) -> None:
    for key, (_, _, team) in CAST.items():
        rude = PersonRow(id=person_id(key), name=HOSTILE, role=HOSTILE, team_id=team, email=None, demo_key=key)
        sqlite_world.write(
            lambda connection, rude: publish(sqlite_world.engine, connection, put_person(connection, rude)), rude
        )
    words = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    edit(folder, "pledges/p1.md", lambda it: it.replace('title = "Ask the name"', f'title = "{words}"'))
    edit(folder, "pledges/p1.md", lambda it: it.replace("version = 1", "version = 2"))
    edit(folder, "pledges/p1.md", lambda it: it.replace("+++\nI will ask", f"{EARLIER}+++\n{HOSTILE} I will ask"))
    sqlite_world.load_content(folder)
    for twin in everyone(twin_of):
        same(twin)
        assert "<b>O'Neil" not in twin.on_phone("/pledges/p1")[1] + twin.on_phone("/me")[1]
        twin.act("pledge.take", pledge="p1", version=1, show="name")
        assert twin.send() == [("merged", "text.changed")]
        same(twin)


def test_an_empty_replica(sqlite_world: World, twin_of: TwinOf) -> None:
    """The phone has its person and nothing else yet; so does a server whose content is not in yet."""
    twins = list(everyone(twin_of))
    gone = text("DELETE FROM record WHERE kind NOT IN ('person', 'device')")
    sqlite_world.write(lambda connection: connection.execute(gone))
    for twin in twins:
        twin.replica = [row for row in twin.replica if row["kind"] in ("person", "device")]
        same(twin)


def test_logged_out(twin_of: TwinOf) -> None:
    nobody = twin_of(None)
    public = {"help", "organisation", "statement", "consent", "topic", "guide", "policy", "situation"}
    assert {row["kind"] for row in nobody.replica} == public
    for path in PUBLIC:
        assert not differences(nobody.on_server(path), nobody.on_phone(path)), path
    nobody.replica = []
    of_nothing = {
        path_of(page) for page in PAGES if page.public and page.of
    }  # without its record there is no such page
    assert {nobody.on_phone(path)[0] for path in PUBLIC if path not in of_nothing} == {200}
    assert {nobody.on_phone(path)[0] for path in of_nothing} == {404}
    assert "999" in nobody.on_phone("/help")[1]


def test_a_form_to_put_right(twin_of: TwinOf) -> None:
    for twin in everyone(twin_of):
        for held in (False, True):
            if held:
                twin.act("pledge.take", pledge="p1", version=1, show="team")
                twin.send()
                twin.settled = []
            for show in ("", "everybody", HOSTILE):
                server, phone = twin.submit("/pledges/p1", "pledge.take", pledge="p1", version="1", show=show)
                assert server[0] == 422
                assert phone == server
                assert "Choose who may see it." in phone[1]


def test_a_device_is_logged_out(twin_of: TwinOf, sqlite_world: World) -> None:
    sqlite_world.log_in("nurse").sync(device="device-lost")
    twin = twin_of("nurse")
    twin.act("device.remove", device="device-lost")
    predicted(twin)


def test_the_look_of_an_organisation(sqlite_world: World, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    look: dict[str, Any] = {"brand": "nhs-organisation", "brand_logo_file": str(logo), "brand_colour": "#003087"}
    sqlite_world.config = replace(sqlite_world.config, **look)
    twin = Twin(sqlite_world, worker(sqlite_world.client.app.state.site), "nurse")
    same(twin)
    assert 'class="app-header__logo"' in twin.on_phone("/")[1] and "#003087" in twin.on_phone("/")[1]


def test_what_is_stripped_is_only_what_is_not_settled(twin_of: TwinOf) -> None:
    twin = twin_of("nurse")
    twin.act("pledge.take", pledge="p1", version=1, show="name")
    page, left = (each[1] for each in (twin.on_phone("/pledges/p1"), bare(twin.on_phone("/pledges/p1"))))
    assert 'data-state="saved"' in page and 'data-unsent="1"' in page
    assert 'data-state="saved"' not in left and "data-unsent" not in left
    assert len(page) - len(left) < 700


def test_a_phone_without_signal_for_more_than_a_day_says_how_old_its_pages_are(twin_of: TwinOf) -> None:
    twin = twin_of("nurse")
    for path in ("/", "/pledges/p1", "/help"):
        assert "You are looking at a copy saved" not in twin.on_phone(path, since=DAY - 60_000)[1], path
        when = DAY + 60_000
        at = time.time_ns() // 1_000_000 - when
        said = re.search(r"You are looking at a copy saved ([^<]*)\.", twin.on_phone(path, since=when)[1])
        assert said and said[1] in {_moment(at), _moment(at + 60_000)}, path


def _moment(at: int) -> str:
    return f"{long_date(london_date(at))} at {clock(at)}"

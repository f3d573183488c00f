"""Pledges through the real engine, with two phones: each row of the conflict table, and what others may see."""

import pytest

from pwa.dates import london_date, long_date
from server.demo import CAST, person_id
from tests.world import DAY, World

SHOWS = ("nobody", "team", "name")


def today(world: World, days: int = 0) -> str:
    return london_date(world.now + days * DAY)


# Taking


@pytest.mark.parametrize("show", SHOWS)
def test_a_pledge_is_taken_as_asked(world: World, show: str) -> None:
    nurse = world.phone("nurse")
    assert nurse.do("pledge.take", pledge="p2", version=1, show=show).send() == [("applied", None)]
    held = nurse.get("pledging", "p2")
    assert held is not None
    assert (held["pledge"], held["version"], held["show"]) == ("p2", 1, show)
    assert (held["on"], held["on_text"]) == (today(world), long_date(today(world)))


def test_a_pledge_taken_on_two_phones_is_held_once(world: World) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", pledge="p1", version=1, show="team")
    two.do("pledge.take", pledge="p1", version=1, show="team")
    assert one.send() + two.send() == [("applied", None), ("applied", None)]
    assert len(world.rows("SELECT * FROM pledging WHERE person_id = :me", me=person_id("nurse"))) == 1


@pytest.mark.parametrize("first, second", [(2, 9), (9, 2)])
def test_of_two_takings_the_earliest_date_is_kept(world: World, first: int, second: int) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", at=world.now - first * DAY, pledge="p1", version=1, show="team").send()
    two.do("pledge.take", at=world.now - second * DAY, pledge="p1", version=1, show="team").send()
    two.receive()
    assert (two.get("pledging", "p1") or {})["on"] == today(world, -9)


def test_an_unknown_pledge_is_rejected_with_words(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p99", version=1, show="nobody")
    [(_, outcome, code, detail)] = nurse.push()
    assert (outcome, code) == ("rejected", "unknown.pledge")
    assert "choose another" in str(detail["words"])


def test_a_fault_in_one_action_leaves_the_others_alone(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p99", version=1, show="nobody")
    nurse.do("pledge.take", pledge="p1", version=1, show="everybody")
    nurse.do("pledge.take", pledge="p2", version=1, show="nobody")
    assert nurse.send() == [("rejected", "unknown.pledge"), ("rejected", "bad_arguments"), ("applied", None)]
    assert set(nurse.all("pledging")) == {"p2"}


# Two phones disagree about who may see it


@pytest.mark.parametrize("first", SHOWS)
@pytest.mark.parametrize("second", SHOWS)
def test_out_of_sight_the_less_visible_choice_is_kept(world: World, first: str, second: str) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", pledge="p1", version=1, show=first)
    two.do("pledge.take", pledge="p1", version=1, show=second)
    one.send()
    kept = min(first, second, key=SHOWS.index)
    assert two.send() == [("applied", None) if kept == second else ("merged", "privacy.kept")]
    assert (two.get("pledging", "p1") or {})["show"] == kept


@pytest.mark.parametrize("first", SHOWS)
@pytest.mark.parametrize("second", SHOWS)
def test_in_sight_the_later_choice_is_kept(world: World, first: str, second: str) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", pledge="p1", version=1, show=first).send()
    two.receive()
    assert two.do("pledge.take", pledge="p1", version=1, show=second).send() == [("applied", None)]
    assert (two.get("pledging", "p1") or {})["show"] == second


def test_one_phone_that_changes_its_mind_with_no_signal_gets_its_last_choice(world: World) -> None:
    nurse = world.phone("nurse")
    for show in ("nobody", "team", "name"):
        nurse.do("pledge.take", pledge="p1", version=1, show=show)
    assert nurse.send() == [("applied", None)] * 3
    assert (nurse.get("pledging", "p1") or {})["show"] == "name"


# Withdrawing


def test_a_pledge_is_withdrawn(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=1, show="name")
    nurse.send()
    assert nurse.do("pledge.withdraw", pledge="p1").send() == [("applied", None)]
    assert nurse.all("pledging") == {}
    assert world.rows("SELECT * FROM pledging WHERE person_id = :me", me=person_id("nurse")) == []


def test_withdrawing_what_is_not_held_is_done_in_silence(world: World) -> None:
    assert world.phone("nurse").do("pledge.withdraw", pledge="p1").send() == [("applied", None)]
    assert world.phone("nurse", "two").do("pledge.withdraw", pledge="p99").send() == [("applied", None)]


def test_a_taking_that_did_not_see_the_withdrawal_does_not_revive_the_pledge(world: World) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", pledge="p1", version=1, show="nobody").send()
    one.do("pledge.withdraw", pledge="p1").send()
    assert two.do("pledge.take", pledge="p1", version=1, show="nobody").send() == [("merged", "privacy.kept")]
    assert two.all("pledging") == {}


def test_a_withdrawal_that_did_not_see_the_last_choice_still_withdraws(world: World) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("pledge.take", pledge="p1", version=1, show="nobody").send()
    two.receive()
    one.do("pledge.take", pledge="p1", version=1, show="name").send()
    assert two.do("pledge.withdraw", pledge="p1").send() == [("applied", None)]
    assert two.all("pledging") == {}


def test_a_withdrawn_pledge_can_be_taken_again(world: World) -> None:
    nurse = world.phone("nurse")
    nurse.do("pledge.take", pledge="p1", version=1, show="nobody").send()
    nurse.do("pledge.withdraw", pledge="p1").send()
    assert nurse.do("pledge.take", pledge="p1", version=1, show="team").send() == [("applied", None)]
    other = world.phone("nurse", "two")
    other.do("pledge.withdraw", pledge="p1").send()
    nurse.receive()
    assert nurse.do("pledge.take", pledge="p1", version=1, show="team").send() == [("applied", None)]


def test_take_withdraw_and_take_again_with_no_signal_ends_with_the_pledge(world: World) -> None:
    nurse = world.phone("nurse")
    nurse.do("pledge.take", pledge="p1", version=1, show="name").do("pledge.withdraw", pledge="p1")
    nurse.do("pledge.take", pledge="p1", version=1, show="team")
    assert nurse.send() == [("applied", None)] * 3
    assert (nurse.get("pledging", "p1") or {})["show"] == "team"
    assert len(nurse.all("pledge_shown")) == len(world.phone("ally").all("pledge_shown"))


# Have you done it?


@pytest.mark.parametrize("how", ["did", "not_yet", "changed"])
def test_a_report_is_kept_for_the_person_alone(world: World, how: str) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=1, show="name")
    nurse.send()
    before = world.phone("ally").records
    assert nurse.do("pledge.report", pledge="p1", how=how).send() == [("applied", None)]
    held = nurse.get("pledging", "p1") or {}
    assert (held["how"], held["how_on"], held["how_on_text"]) == (how, today(world), long_date(today(world)))
    assert world.phone("ally").records == before


def test_a_report_about_a_pledge_that_is_not_held_keeps_nothing(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.report", pledge="p1", how="did")
    assert nurse.send() == [("applied", None)]
    assert nurse.all("pledging") == {}


def test_the_question_is_asked_once_after_30_days(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p1", version=1, show="nobody")
    nurse.send()
    assert (nurse.get("pledging", "p1") or {})["ask_from"] == today(world, 30)
    nurse.do("pledge.report", pledge="p1", how="not_yet").send()
    assert (nurse.get("pledging", "p1") or {})["ask_from"] == ""


# The day that is shown (OFF-7)


@pytest.mark.parametrize("ahead, shown", [(0, 0), (-3, -3), (-29, -29), (-31, 0), (-400, 0), (1, 0), (5 * 365, 0)])
def test_the_phones_day_is_shown_while_it_can_be_right(world: World, ahead: int, shown: int) -> None:
    nurse = world.phone("nurse").do("pledge.take", at=world.now + ahead * DAY, pledge="p1", version=1, show="nobody")
    outcomes = nurse.send()
    if outcomes == [("applied", None)]:
        assert (nurse.get("pledging", "p1") or {})["on"] == today(world, shown)
    else:
        assert ahead == -400 and outcomes == [("rejected", "too_old")]


def test_a_clock_set_to_2031_shows_the_day_it_was_taken(world: World) -> None:
    wrong = world.now + 5 * 365 * DAY
    nurse = world.phone("nurse").do("pledge.take", at=wrong - 2 * DAY, pledge="p1", version=1, show="nobody")
    nurse.send(sent_at=wrong)
    assert (nurse.get("pledging", "p1") or {})["on"] == today(world, -2)


# What others may see


def test_a_name_is_shown_to_the_own_team_only(world: World) -> None:
    world.phone("nurse").do("pledge.take", pledge="p2", version=1, show="name").send()
    for key, (_, _, team) in CAST.items():
        labels = [each["label"] for each in world.phone(key).all("pledge_shown").values() if each["pledge"] == "p2"]
        assert (CAST["nurse"][0] in labels) == (team == CAST["nurse"][2]), key


@pytest.mark.parametrize("show", ["team", "nobody"])
def test_without_a_name_nothing_is_sent_to_anyone(world: World, show: str) -> None:
    before = {key: world.phone(key).records for key in CAST if key != "nurse"}
    world.phone("nurse").do("pledge.take", pledge="p2", version=1, show=show).send()
    assert {key: world.phone(key).records for key in CAST if key != "nurse"} == before


def test_a_withdrawn_or_hidden_name_leaves_the_teams_phones(world: World) -> None:
    nurse, ally = world.phone("nurse"), world.phone("ally")
    for leave in ("hide", "withdraw"):
        nurse.do("pledge.take", pledge="p2", version=1, show="name").send()
        ally.receive()
        assert "p2" in [each["pledge"] for each in ally.all("pledge_shown").values()]
        if leave == "hide":
            nurse.do("pledge.take", pledge="p2", version=1, show="team").send()
        else:
            nurse.do("pledge.withdraw", pledge="p2").send()
        ally.receive()
        assert "p2" not in [each["pledge"] for each in ally.all("pledge_shown").values()]


def test_the_shown_record_says_nothing_but_the_name_and_tells_nobody_whose_it_is(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p2", version=1, show="name")
    nurse.send()
    shown = (nurse.get("pledging", "p2") or {})["shown"]
    assert nurse.all("pledge_shown")[shown] == {"pledge": "p2", "label": CAST["nurse"][0]}
    assert person_id("nurse") not in shown


def test_the_newcomer_gets_nothing_of_anyone(world: World) -> None:
    for key in ("nurse", "ally", "member"):
        world.phone(key).do("pledge.take", pledge="p2", version=1, show="name").send()
    newcomer = world.phone("newcomer")
    learning = {"module", "guide", "policy", "situation", "place", "scheme"}
    everybodys = {"help", "organisation", "statement", "consent", "topic", "pledge", "team", "network", *learning}
    assert {kind for _, kind, _ in newcomer.records} <= {*everybodys, "person", "device"}
    assert newcomer.all("pledge_shown") == newcomer.all("pledging") == {}


def test_an_action_id_of_somebody_else_tells_nothing_and_does_nothing(world: World) -> None:
    nurse = world.phone("nurse").do("pledge.take", pledge="p2", version=1, show="nobody")
    action = dict(nurse.outbox[0])
    nurse.send()
    newcomer = world.phone("newcomer")
    newcomer.outbox = [action | {"data": {"pledge": "p3", "version": 1, "show": "name"}}]
    assert newcomer.send() == [("rejected", "not_yours")]
    assert newcomer.all("pledging") == {}

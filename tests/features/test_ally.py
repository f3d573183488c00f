"""The ally scheme through the real engine, with two phones: each row of the conflict table, and who is served when."""

from collections.abc import Callable
from typing import Any

import pytest

from pwa.dates import london_date, long_date
from server.demo import person_id
from server.features import schemes
from server.features.ally_code import is_code
from tests.world import DAY, Phone, World

Put = Callable[[str, str, int], None]
STICKER: dict[str, Any] = {"scheme": "s1", "item": "i1", "collect_at": "c1"}
PIN = STICKER | {"item": "i2"}
LANYARD = STICKER | {"item": "i4"}
MODULE: dict[str, Any] = {"module": "m1", "version": 1, "gate_met": "yes"}
APPLIED = ("applied", None)


@pytest.fixture
def put(world: World) -> Put:
    """Somebody counts what lies at a place; at first there are 5 of everything that these tests ask for."""

    def count(place: str, item: str, number: int) -> None:
        coordinator = world.phone("coordinator", world.new_id())
        coordinator.do("stock.move", place=place, item=item, what="count", number=number)
        assert coordinator.send() == [APPLIED]

    for place, item in (("c1", "i1"), ("c1", "i2"), ("c1", "i3"), ("c1", "i4"), ("c2", "i1")):
        count(place, item, 5)
    return count


def learned(world: World, key: str, device: str = "phone-1") -> Phone:
    phone = world.phone(key, device).do("module.finish", **MODULE)
    phone.send()
    return phone


def state(phone: Phone) -> str:
    phone.receive()
    return str((phone.get("ally", "s1") or {"state": ""})["state"])


def held_by(world: World, key: str) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM allying WHERE person_id = :me AND state <> 'cancelled'", me=person_id(key))


def set_state(world: World, to: str) -> None:
    answer = world.log_in("coordinator").do("scheme.set_state", "/desk/ally", scheme="s1", state=to)
    assert answer.status_code == 303, answer.text


# Asking


def test_a_request_is_ready_where_there_is_one_and_has_a_code(world: World, put: Put) -> None:
    nurse = learned(world, "nurse")
    assert nurse.do("ally.request", **STICKER).send() == [APPLIED]
    held = nurse.get("ally", "s1") or {}
    assert (held["scheme"], held["item"], held["collect_at"], held["state"]) == ("s1", "i1", "c1", "ready")
    assert is_code(held["code"])
    assert (held["on"], held["on_text"]) == (london_date(world.now), long_date(london_date(world.now)))


@pytest.mark.parametrize("first", ["module", "request"])
def test_a_request_and_its_module_made_offline_arrive_in_either_order_and_end_in_one_request(
    world: World, put: Put, first: str
) -> None:
    one, two = world.phone("nurse", "one"), world.phone("nurse", "two")
    one.do("module.finish", **MODULE)
    two.do("ally.request", **STICKER)
    if first == "module":
        assert one.send() + two.send() == [APPLIED, APPLIED]
    else:
        assert two.send() == [("merged", "ally.learn")]
        assert (state(two), (two.get("ally", "s1") or {})["code"]) == ("learn", "")
        assert one.send() == [APPLIED]
    assert state(one) == state(two) == "ready"
    assert len(held_by(world, "nurse")) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_both_in_one_queue_end_in_one_request_whichever_is_sent_first(world: World, put: Put, turned: bool) -> None:
    nurse = world.phone("nurse").do("module.finish", **MODULE).do("ally.request", **STICKER)
    if turned:
        nurse.outbox.reverse()
        for seq, each in enumerate(nurse.outbox, 1):
            each["seq"] = seq
    told = nurse.send()
    assert told == ([("merged", "ally.learn"), APPLIED] if turned else [APPLIED, APPLIED])
    assert state(nurse) == "ready"


def test_a_module_whose_questions_are_not_answered_opens_nothing(world: World, put: Put) -> None:
    nurse = world.phone("nurse").do("module.finish", **MODULE | {"gate_met": "no"}).do("ally.request", **STICKER)
    assert nurse.send() == [APPLIED, ("merged", "ally.learn")]
    assert nurse.do("module.finish", **MODULE).send() == [APPLIED]
    assert state(nurse) == "ready"


def test_another_module_opens_nothing(world: World, put: Put) -> None:
    nurse = world.phone("nurse").do("ally.request", **STICKER).do("module.finish", **MODULE | {"module": "m2"})
    nurse.send()
    assert state(nurse) == "learn"


def test_nobody_is_held_up_by_a_module_whose_review_is_late(world: World, put: Put) -> None:
    world.write(lambda connection: connection.exec_driver_sql("UPDATE module SET review_by = '2020-01-01'"))
    assert world.phone("nurse").do("ally.request", **STICKER).send() == [APPLIED]


@pytest.mark.parametrize("wrong", [{"scheme": "s9"}, {"item": "i9"}, {"collect_at": "c9"}])
def test_what_is_not_there_is_refused_with_words(world: World, put: Put, wrong: dict[str, str]) -> None:
    nurse = learned(world, "nurse").do("ally.request", **STICKER | wrong)
    [(_, outcome, code, detail)] = nurse.push()
    assert (outcome, code) == ("rejected", "unknown.item")
    assert "choose something else" in str(detail["words"])


def test_an_item_that_a_place_does_not_give_is_refused_and_others_are_offered(world: World, put: Put) -> None:
    nurse = learned(world, "nurse").do("ally.request", **LANYARD | {"collect_at": "c2"})
    [(_, outcome, code, detail)] = nurse.push()
    assert (outcome, code) == ("rejected", "item.elsewhere")
    assert "You can choose: Sticker, Pin badge, Pledge card." in str(detail["words"])
    assert held_by(world, "nurse") == []


def test_who_works_on_a_ward_gets_nothing_around_the_neck_wherever_they_collect(world: World, put: Put) -> None:
    private = learned(world, "private")
    assert private.do("ally.request", **LANYARD).send() == [("rejected", "item.elsewhere")]
    assert private.do("ally.request", **STICKER | {"item": "i3"}).send() == [APPLIED]
    assert learned(world, "nurse").do("ally.request", **LANYARD).send() == [APPLIED]


# Two phones, and a change of mind


@pytest.mark.parametrize("second", [STICKER, PIN], ids=["the same", "another"])
def test_of_requests_on_two_phones_the_first_is_kept(world: World, put: Put, second: dict[str, Any]) -> None:
    one, two = learned(world, "nurse", "one"), world.phone("nurse", "two")
    two.do("ally.request", **second)
    one.do("ally.request", **STICKER)
    assert one.send() == [APPLIED]
    assert two.send() == [("merged", "dup.request")]
    [held] = held_by(world, "nurse")
    assert (held["item"], (two.get("ally", "s1") or {})["item"]) == ("i1", "i1")


def test_a_change_of_mind_in_sight_is_done(world: World, put: Put) -> None:
    nurse = learned(world, "nurse").do("ally.request", **STICKER)
    nurse.send()
    assert nurse.do("ally.request", **PIN).send() == [APPLIED]
    assert [each["item"] for each in held_by(world, "nurse")] == ["i2"]


def test_a_request_that_did_not_see_the_step_back_brings_nothing_back(world: World, put: Put) -> None:
    one, two = learned(world, "nurse", "one"), world.phone("nurse", "two")
    one.do("ally.request", **STICKER).send()
    one.do("ally.step_back", scheme="s1").send()
    assert two.do("ally.request", **STICKER).send() == [("merged", "privacy.kept")]
    assert held_by(world, "nurse") == []
    two.receive()
    assert two.do("ally.request", **STICKER).send() == [APPLIED]


def test_a_cancelled_request_can_be_made_again(world: World, put: Put) -> None:
    nurse = learned(world, "nurse").do("ally.request", **STICKER)
    nurse.send()
    assert nurse.do("ally.cancel", scheme="s1").send() == [APPLIED]
    assert (nurse.all("ally"), held_by(world, "nurse")) == ({}, [])
    assert nurse.do("ally.request", **PIN).send() == [APPLIED]
    assert state(nurse) == "ready"


# The waiting list


def test_without_stock_it_waits_and_the_first_accepted_is_served_first(world: World, put: Put) -> None:
    put("c1", "i1", 0)
    phones = [learned(world, key) for key in ("nurse", "ally", "member")]
    for phone in phones:
        world.now += 1
        assert phone.do("ally.request", **STICKER).send() == [("merged", "waitlist.stock")]
    expected = (phones[0].get("ally", "s1") or {})["expected"]
    assert expected == london_date(world.now + 3 * DAY)
    put("c1", "i1", 2)
    assert [state(phone) for phone in phones] == ["ready", "ready", "waiting"]
    assert phones[0].do("ally.cancel", scheme="s1").send() == [APPLIED]
    assert [state(phone) for phone in phones] == ["", "ready", "ready"]


def test_each_place_has_a_waiting_list_of_its_own(world: World, put: Put) -> None:
    put("c1", "i1", 0)
    learned(world, "nurse").do("ally.request", **STICKER).send()
    assert learned(world, "ally").do("ally.request", **STICKER | {"collect_at": "c2"}).send() == [APPLIED]


def test_what_was_promised_to_one_is_not_promised_to_another(world: World, put: Put) -> None:
    put("c1", "i1", 1)
    assert learned(world, "nurse").do("ally.request", **STICKER).send() == [APPLIED]
    assert learned(world, "ally").do("ally.request", **STICKER).send() == [("merged", "waitlist.stock")]


@pytest.mark.parametrize("how", ["ally.cancel", "ally.step_back"])
def test_who_gives_theirs_up_makes_room_for_who_waits(world: World, put: Put, how: str) -> None:
    put("c1", "i1", 1)
    first, second = learned(world, "nurse"), learned(world, "ally")
    first.do("ally.request", **STICKER).send()
    second.do("ally.request", **STICKER).send()
    first.do(how, scheme="s1").send()
    assert state(second) == "ready"


def test_who_changes_their_mind_makes_room_for_who_waits(world: World, put: Put) -> None:
    put("c1", "i1", 1)
    first, second = learned(world, "nurse"), learned(world, "ally")
    first.do("ally.request", **STICKER).send()
    second.do("ally.request", **STICKER).send()
    first.do("ally.request", **PIN).send()
    assert (state(first), state(second)) == ("ready", "ready")


# Collected, replaced, stepped back


def collect(world: World, code: str) -> None:
    assert world.phone("helper", world.new_id()).do("stock.collect", place="c1", code=code).send() == [APPLIED]


def with_one(world: World, key: str = "nurse") -> Phone:
    phone = learned(world, key).do("ally.request", **STICKER)
    phone.send()
    collect(world, str((phone.get("ally", "s1") or {})["code"]))
    phone.receive()
    return phone


def test_what_is_collected_has_its_day_and_no_code(world: World, put: Put) -> None:
    held = with_one(world).get("ally", "s1") or {}
    assert (held["state"], held["code"], held["collected_on"]) == ("collected", "", london_date(world.now))


def test_a_hand_over_counts_although_the_request_was_cancelled_meanwhile(world: World, put: Put) -> None:
    nurse = learned(world, "nurse").do("ally.request", **STICKER)
    nurse.send()
    code = str((nurse.get("ally", "s1") or {})["code"])
    nurse.do("ally.cancel", scheme="s1").send()
    collect(world, code)
    assert state(nurse) == "collected"


def test_who_has_theirs_cannot_cancel_and_is_told_how_to_stop(world: World, put: Put) -> None:
    nurse = with_one(world)
    assert nurse.do("ally.cancel", scheme="s1").send() == [("merged", "ally.collected")]
    assert state(nurse) == "collected"


def test_another_one_is_asked_for_without_a_reason_and_has_a_new_code(world: World, put: Put) -> None:
    nurse = with_one(world)
    [before] = held_by(world, "nurse")
    assert nurse.do("ally.replace", scheme="s1").send() == [APPLIED]
    held = nurse.get("ally", "s1") or {}
    assert (held["state"], held["item"], held["collected_on"]) == ("ready", "i1", "")
    assert is_code(held["code"]) and held["code"] != before["code"]


@pytest.mark.parametrize("days, outcome", [(10, ("merged", "ally.person")), (91, APPLIED)])
def test_a_second_one_within_90_days_goes_to_a_person_and_is_not_refused(
    world: World, put: Put, days: int, outcome: tuple[str, str | None]
) -> None:
    nurse = with_one(world)
    nurse.do("ally.replace", scheme="s1").send()
    collect(world, str((nurse.get("ally", "s1") or {})["code"]))
    nurse.receive()
    world.now += days * DAY
    assert nurse.do("ally.replace", scheme="s1").send() == [outcome]
    held = nurse.get("ally", "s1") or {}
    assert (held["state"], held["with_person"]) == (("asked", 1) if days == 10 else ("ready", 0))
    assert is_code(held["code"])


def test_replacing_on_two_phones_asks_for_one(world: World, put: Put) -> None:
    one, two = with_one(world), world.phone("nurse", "two")
    one.do("ally.replace", scheme="s1")
    two.do("ally.replace", scheme="s1")
    assert one.send() + two.send() == [APPLIED, ("merged", "dup.request")]


def test_who_has_nothing_cannot_replace_it_and_is_told_what_to_do(world: World, put: Put) -> None:
    [(_, outcome, code, detail)] = world.phone("nurse").do("ally.replace", scheme="s1").push()
    assert (outcome, code) == ("rejected", "not.ally") and "Ask for one first" in str(detail["words"])


def test_who_steps_back_leaves_no_row(world: World, put: Put) -> None:
    nurse = with_one(world)
    assert nurse.do("ally.step_back", scheme="s1").send() == [APPLIED]
    assert nurse.all("ally") == {}
    assert world.rows("SELECT * FROM allying WHERE person_id = :me", me=person_id("nurse")) == []


def test_stepping_back_or_cancelling_without_a_request_is_done_in_silence(world: World) -> None:
    nurse = world.phone("nurse").do("ally.step_back", scheme="s1").do("ally.cancel", scheme="s9")
    assert nurse.send() == [APPLIED, APPLIED]


def test_after_a_while_what_was_cancelled_is_forgotten_and_old_codes_are_free(world: World, put: Put) -> None:
    nurse, ally = with_one(world), learned(world, "ally").do("ally.request", **STICKER)
    ally.send()
    ally.do("ally.cancel", scheme="s1").send()
    world.write(schemes.clear_out, world.now + 13 * DAY)
    assert len(world.rows("SELECT * FROM allying WHERE state = 'cancelled'")) == 1
    world.write(schemes.clear_out, world.now + 31 * DAY)
    assert world.rows("SELECT * FROM allying WHERE state = 'cancelled'") == []
    assert [each["code"] for each in held_by(world, "nurse")] == [None]
    assert state(nurse) == "collected"


# Paused and closed


@pytest.mark.parametrize("to, code", [("paused", "ally.paused"), ("closed", "ally.closed")])
def test_while_it_is_not_open_a_request_keeps_its_place_and_is_served_when_it_opens(
    world: World, put: Put, to: str, code: str
) -> None:
    nurse = learned(world, "nurse")
    set_state(world, to)
    assert nurse.do("ally.request", **STICKER).send() == [("merged", code)]
    assert state(nurse) == "asked"
    set_state(world, "open")
    assert state(nurse) == "ready"


def test_those_who_kept_their_place_are_served_in_their_order(world: World, put: Put) -> None:
    put("c1", "i1", 1)
    phones = [learned(world, key) for key in ("member", "nurse")]
    set_state(world, "paused")
    for phone in phones:
        world.now += 1
        phone.do("ally.request", **STICKER).send()
    set_state(world, "open")
    assert [state(phone) for phone in phones] == ["ready", "waiting"]

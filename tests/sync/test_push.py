"""push 1 to 10, on both databases."""

import json
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

import sync
from sync.retention import DAY_MS
from sync.tables import action, device, later, record
from sync.wire import MAX_ACTION
from tests.sync import domain
from tests.sync.acts import act, add, frail, take, withdraw
from tests.sync.conftest import Store

EFFECTS = sa.select(domain.effect.c.token)


def raw(given: dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(given).encode())


def brief(pushed: sync.Pushed) -> list[tuple[str, str | None]]:
    return [(outcome, code) for _, outcome, code, _ in pushed.outcomes]


def test_an_action_takes_effect_and_says_when_it_was_received(store: Store) -> None:
    one = add()
    assert store.push("ann", "d1", raw(one)).outcomes == [(one["id"], "applied", None, {"at": store.now})]
    assert len(store.rows(EFFECTS)) == 1


def test_the_same_action_again_gets_the_same_answer_and_no_second_effect(store: Store) -> None:
    one = act("seat.book", room="r1", token="x")
    store.push("bob", "d2", act("seat.book", room="r1", token="y"))
    first = store.push("ann", "d1", one)
    store.now += 5 * DAY_MS
    assert store.push("ann", "d1", one).outcomes == first.outcomes
    assert store.push("ann", "d9", one).outcomes == first.outcomes
    assert first.outcomes[0][1:3] == ("merged", "waitlist")
    assert "waiting list" in str(first.outcomes[0][3]["words"])
    assert len(store.rows(EFFECTS)) == 2


def test_an_action_twice_in_one_request_takes_effect_once(store: Store) -> None:
    one = add()
    pushed = store.push("ann", "d1", one, one)
    assert pushed.outcomes[0] == pushed.outcomes[1]
    assert len(store.rows(EFFECTS)) == 1


def test_another_persons_id_is_refused_and_tells_nothing(store: Store) -> None:
    one = act("seat.book", room="r1", token="x")
    store.push("ann", "d1", one)
    pushed = store.push("bob", "d2", one)
    assert brief(pushed) == [("rejected", "not_yours")]
    assert set(pushed.outcomes[0][3]) == {"at", "words"}
    assert "seat" not in str(pushed.outcomes)
    assert store.push("bob", "d2", one).outcomes == pushed.outcomes
    assert brief(store.push("ann", "d1", one)) == [("applied", None)]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": 7},
        {"v": 0},
        {"seq": -1},
        {"seq": 0},
        {"at": 2**53},
        {"seen": "12"},
        {"data": [1]},
        {"data": {"tally": "t1"}},
        {"data": {"tally": "t1", "token": "x", "amount": 10}},
        {"data": {"tally": "t1", "token": "x", "amount": 1, "more": 1}},
        {"data": {"tally": "t1", "token": "\0", "amount": 1}},
        {"data": {"tally": "t1", "token": "x" * MAX_ACTION, "amount": 1}},
    ],
)
def test_one_bad_action_is_refused_and_the_others_are_applied(store: Store, fault: dict[str, Any]) -> None:
    good, bad, after = add("a"), add("b") | fault, add("c")
    assert brief(store.push("ann", "d1", good, bad, after)) == [
        ("applied", None),
        ("rejected", "bad_arguments"),
        ("applied", None),
    ]
    assert [row["token"] for row in store.rows(EFFECTS)] == ["a", "c"]


@pytest.mark.parametrize("text", [b"\xff", rb"\u0000"])
def test_text_that_no_database_can_keep_is_refused(store: Store, text: bytes) -> None:
    spoilt = msgspec.Raw(msgspec.json.encode(add("NAME")).replace(b"NAME", text))
    assert brief(store.push("ann", "d1", spoilt, add("y"))) == [("rejected", "bad_arguments"), ("applied", None)]


@pytest.mark.parametrize("id", [None, 7, "", "x" * 65, "a b", "line\n"])
def test_an_action_without_a_usable_id_spoils_the_request_and_names_the_place(store: Store, id: object) -> None:
    with pytest.raises(sync.Malformed) as told:
        store.push("ann", "d1", add(), add() | {"id": id})
    assert told.value.field == "actions[1].id"
    assert store.rows(EFFECTS) == []


def test_words_of_a_bad_field_are_its_own(store: Store) -> None:
    pushed = store.push("ann", "d1", act("thing.take", thing="p1", show="everybody"))
    assert pushed.outcomes[0][3]["words"] == "Choose who may see it."


def test_a_number_used_before_asks_for_a_new_device_and_applies_nothing(store: Store) -> None:
    first, second = add("a"), add("b")
    store.push("ann", "d1", first, second)
    copied = add("c") | {"seq": second["seq"]}
    fresh = add("d")
    pushed = store.push("ann", "d1", copied, fresh)
    assert (pushed.new_device, list(pushed.outcomes)) == (True, [])
    assert brief(store.push("ann", "d2", copied, fresh)) == [("applied", None)] * 2
    assert len(store.rows(EFFECTS)) == 4


def test_known_ids_never_ask_for_a_new_device(store: Store) -> None:
    first, second = add("a"), add("b")
    store.push("ann", "d1", first, second)
    assert not store.push("ann", "d1", first).new_device


def test_an_action_from_before_the_journal_begins_is_too_old(store: Store) -> None:
    one = add()
    store.push("ann", "d1", one)
    store.now += 401 * DAY_MS
    store.push("ann", "d1", add())
    store.run(sync.prune, store.now)
    assert len(store.rows(sa.select(action))) == 1
    pushed = store.push("ann", "d1", one)
    assert brief(pushed) == [("rejected", "too_old")]
    assert not pushed.new_device


def test_a_row_stays_in_the_journal_until_its_device_is_heard_of_again(store: Store) -> None:
    one = add()
    store.push("ann", "d1", one)
    store.now += 401 * DAY_MS
    assert store.run(sync.prune, store.now) == 0
    assert brief(store.push("ann", "d1", one)) == [("applied", None)]


@pytest.mark.parametrize(("offset", "at"), [(0, -1000), (3_600_000, -1000), (-3_600_000, -1000), (0, 9999)])
def test_at_is_corrected_by_the_clock_of_the_phone_and_never_later_than_now(
    store: Store, offset: int, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    @sync.action("look", says="Look")
    def look(context: sync.Context, args: domain.Withdraw) -> None:
        seen.append(context.at)

    store.engine = sync.Engine.of([look], [], domain.KEY)
    one = act("look", thing="x") | {"at": store.now + offset + at}
    store.push("ann", "d1", one, sent_at=store.now + offset)
    assert seen == [min(store.now + at, store.now)]


def test_a_refused_action_leaves_nothing_and_the_next_goes_on(store: Store) -> None:
    @sync.action("half.done", says="Half")
    def half(context: sync.Context, args: domain.Frail) -> None:
        domain.count(context, args.token, "t1", 1)
        raise sync.Rejected("no", "Not today.")

    store.engine = sync.Engine.of([*domain.KINDS, half], domain.PROJECTIONS, domain.KEY)
    pushed = store.push("ann", "d1", add("a"), act("half.done", token="b"), add("c", amount=3))
    assert brief(pushed) == [("applied", None), ("rejected", "no"), ("applied", None)]
    assert [row["token"] for row in store.rows(EFFECTS)] == ["a", "c"]
    assert store.rows(sa.select(record.c.body)) == [{"body": '{"total":4}'}]


def test_old_arguments_are_lifted_to_the_present_version(store: Store) -> None:
    old = act("tally.add", v=1, tally="t1", token="x")
    assert brief(store.push("ann", "d1", old)) == [("applied", None)]
    assert store.rows(sa.select(domain.effect.c.amount)) == [{"amount": 1}]


def test_an_action_that_breaks_waits_and_so_do_those_behind_it(store: Store) -> None:
    store.break_("apply")
    first, broken, behind = add("a"), frail("b"), add("c")
    pushed = store.push("ann", "d1", first, broken, behind)
    assert [outcome for outcome, _ in brief(pushed)] == ["applied", "later", "later"]
    assert [row["token"] for row in store.rows(EFFECTS)] == ["a"]
    assert [row["id"] for row in store.rows(sa.select(later))] == [broken["id"]]
    store.break_(None)
    assert brief(store.push("ann", "d1", first, broken, behind)) == [("applied", None)] * 3
    assert store.rows(sa.select(later)) == []


def test_a_known_action_behind_one_that_waits_still_gets_its_answer(store: Store) -> None:
    store.break_("apply")
    known = add("a")
    store.push("ann", "d1", known)
    assert [outcome for outcome, _ in brief(store.push("ann", "d1", frail(), known))] == ["later", "applied"]


def test_a_projection_that_breaks_counts_against_the_action_that_needs_it(store: Store) -> None:
    store.break_("projection")
    choice, count = take(), add()
    assert brief(store.push("ann", "d1", choice, count)) == [("applied", None), ("later", None)]
    assert [row["kind"] for row in store.rows(sa.select(record.c.kind))] == ["taking"]
    assert store.rows(EFFECTS) == []


def test_the_fifth_time_it_breaks_it_is_parked_and_the_queue_moves_on(store: Store) -> None:
    store.break_("apply")
    broken, behind = frail("b"), add("c")
    for _ in range(4):
        assert brief(store.push("ann", "d1", broken, behind)) == [("later", None)] * 2
    assert brief(store.push("ann", "d1", broken, behind)) == [("rejected", "parked"), ("applied", None)]
    kept = store.rows(sa.select(later))[0]
    assert (kept["tries"], kept["kind"]) == (5, "frail.do")
    assert kept["error"].startswith("RuntimeError at domain.py:")
    assert json.loads(kept["raw"])["data"] == {"token": "b"}
    store.now += 15 * DAY_MS
    assert store.run(sync.forget_words, store.now) == 1
    assert store.rows(sa.select(later.c.raw)) == [{"raw": None}]


def test_words_are_kept_only_of_kinds_that_allow_it(store: Store) -> None:
    store.break_("projection")
    for _ in range(5):
        pushed = store.push("ann", "d1", add_again)
    assert brief(pushed) == [("rejected", "parked")]
    assert store.rows(sa.select(later.c.raw)) == [{"raw": None}]


add_again = add("again")


@pytest.mark.parametrize("change", [{"kind": "from.tomorrow"}, {"v": 3}])
def test_an_unknown_kind_or_version_is_parked_only_after_five_tries_and_a_day(
    store: Store, change: dict[str, Any]
) -> None:
    unknown = add() | change
    for _ in range(7):
        assert brief(store.push("ann", "d1", unknown)) == [("later", None)]
    store.now += DAY_MS
    assert brief(store.push("ann", "d1", unknown)) == [("rejected", "parked")]


def test_a_plain_form_is_never_told_later(store: Store) -> None:
    store.break_("apply")
    with pytest.raises(RuntimeError):
        store.push("ann", None, frail())
    with pytest.raises(sync.UnknownKind):
        store.push("ann", None, act("from.tomorrow"))
    assert store.rows(sa.select(later)) == store.rows(sa.select(device)) == store.rows(EFFECTS) == []


def test_a_plain_form_is_refused_like_any_other(store: Store) -> None:
    assert brief(store.push("ann", None, act("post.edit", token="x", text="y"))) == [("rejected", "no_post")]


def test_of_a_private_kind_the_journal_keeps_neither_whose_it_is_nor_what_nor_when(store: Store) -> None:
    @sync.action("secret.do", says="Do", private=True)
    def secret(context: sync.Context, args: domain.Frail) -> sync.Merged:
        return sync.Merged("kept", "You are in the secret network.")

    store.engine = sync.Engine.of([secret], [], domain.KEY)
    done = act("secret.do", token="x")
    store.push("ann", "d1", done)
    (row,) = store.rows(sa.select(action))
    assert (row["kind"], row["v"], row["seq"], row["detail"], row["code"]) == ("", 0, 0, None, "kept")
    assert (row["person"], row["device"]) == ("", None) and row["id"] != done["id"]
    assert row["received_at"] % (30 * DAY_MS) == 0 and 0 < row["received_at"] - store.now <= 30 * DAY_MS


def test_a_private_action_that_comes_twice_counts_once_and_only_for_its_own_person(store: Store) -> None:
    joins = act("group.join", group="g1")
    leaves = act("group.leave", group="g1")
    store.push("ann", "d1", joins)
    store.push("ann", "d1", leaves)
    assert brief(store.push("ann", "d1", joins)) == [("applied", None)]
    assert store.rows(sa.select(domain.member)) == [], "the first is known, and is not done again"
    assert brief(store.push("bob", "d2", joins)) == [("applied", None)]
    assert store.rows(sa.select(domain.member)) == [{"person": "bob", "group": "g1"}]


def test_the_number_of_a_private_action_counts_for_its_device(store: Store) -> None:
    done = act("group.join", group="g1")
    store.push("ann", "d1", done)
    assert store.rows(sa.select(device.c.last_seq)) == [{"last_seq": done["seq"]}]
    assert store.push("ann", "d1", act("group.leave", group="g1") | {"seq": done["seq"]}).new_device


def test_an_old_number_that_arrives_late_does_not_lower_what_the_device_has_used(store: Store) -> None:
    first, second = add(), add()
    store.push("ann", "d1", first, second)
    store.push("ann", "d1", first)
    assert store.rows(sa.select(device.c.last_seq)) == [{"last_seq": second["seq"]}]


# push 6: choices made with and without sight of each other


def version(store: Store) -> int:
    return int(store.rows(sa.select(record.c.version).where(record.c.kind == "taking"))[0]["version"])


def shown(store: Store) -> str:
    return str(store.rows(sa.select(domain.choice.c.show))[0]["show"])


def test_a_choice_made_in_sight_of_the_last_one_wins_whatever_it_is(store: Store) -> None:
    store.push("ann", "d1", take("nobody", seen=0))
    assert brief(store.push("ann", "d2", take("name", seen=version(store)))) == [("applied", None)]
    assert shown(store) == "name"


def test_of_choices_made_without_sight_the_more_private_one_wins(store: Store) -> None:
    store.push("ann", "d1", take("nobody", seen=0))
    assert brief(store.push("ann", "d2", take("name", seen=0))) == [("merged", "privacy.kept")]
    assert brief(store.push("ann", "d2", withdraw(seen=0))) == [("applied", None)]
    assert brief(store.push("ann", "d1", take("name", seen=0))) == [("merged", "privacy.kept")]
    assert shown(store) == "withdrawn"


def test_a_device_always_sees_its_own_last_choice(store: Store) -> None:
    store.push("ann", "d1", take("nobody", seen=0))
    assert brief(store.push("ann", "d1", take("name", seen=0))) == [("applied", None)]


def test_a_device_sees_its_earlier_choice_in_the_same_request(store: Store) -> None:
    store.push("ann", "d2", take("name", seen=0))
    held = version(store)
    choices = withdraw(seen=held), take("name", seen=held), take("nobody", seen=0)
    assert brief(store.push("ann", "d1", *choices)) == [("applied", None)] * 3


def test_the_same_choice_made_elsewhere_is_still_a_choice_that_was_not_seen(store: Store) -> None:
    store.push("ann", "d1", take("nobody", seen=0))
    held = version(store)
    store.push("ann", "d2", take("nobody", seen=held))
    assert brief(store.push("ann", "d1", take("name", seen=held))) == [("merged", "privacy.kept")]


def test_withdrawing_what_was_never_taken_leaves_a_tombstone_that_holds_off_an_older_choice(store: Store) -> None:
    store.push("ann", "d1", withdraw(seen=0))
    assert brief(store.push("ann", "d2", take("name", seen=0))) == [("merged", "privacy.kept")]


def test_a_plain_form_is_made_in_sight(store: Store) -> None:
    store.push("ann", "d1", take("nobody", seen=0))
    assert brief(store.push("ann", None, take("name"))) == [("applied", None)]
    assert store.rows(sa.select(record.c.mark)) == [{"mark": None}]


def test_the_mark_of_a_device_names_nobody(store: Store) -> None:
    store.push("ann", "phone-of-ann", take())
    mark = str(store.rows(sa.select(record.c.mark))[0]["mark"])
    assert "ann" not in mark
    other = sync.opaque(b"another key", "person:ann", "phone-of-ann")
    assert mark == sync.opaque(domain.KEY, "person:ann", "phone-of-ann") != other

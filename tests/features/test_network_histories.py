"""Random histories of one person with two phones: the more private of two choices made apart, the later of two made in
sight; and whoever leaves is out everywhere. Runs against the real engine on SQLite."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.members import SEEN_BY
from tests.world import Phone, World

AS: dict[str, Any] = {"as": "member"}
PHONES = st.integers(0, 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), PHONES, st.sampled_from(SEEN_BY)),
        st.tuples(st.just("seen_by"), PHONES, st.sampled_from(SEEN_BY)),
        st.tuples(st.just("leave"), PHONES, st.none()),
        st.tuples(st.just("sync"), PHONES, st.none()),
    ),
    max_size=14,
)
PEOPLE = iter(range(10**6))


class Story:
    """What the engine has to end with, told by plain rules over what each phone had seen when it chose."""

    def __init__(self) -> None:
        self.state = "out"  # or who sees it
        self.turn = 0  # rises with each choice that arrives
        self.by: int | None = None
        self.known = [0, 0]

    def arrives(self, phone: int, step: str, to: str | None, seen: int) -> None:
        in_sight = self.turn == 0 or seen == self.turn or self.by == phone
        before = self.state
        if step == "leave":
            self.state = "out"
        elif before == "out":
            if step == "join" and in_sight:
                self.state = to or ""
            else:
                return
        else:
            self.state = (to or "") if in_sight else min(to or "", before, key=SEEN_BY.index)
        self.turn += 1
        self.by = phone


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_history_of_two_phones_ends_as_the_rules_say(sqlite_world: World, steps: list[Any]) -> None:
    network = f"n{next(PEOPLE) % 6 + 1}"
    world = sqlite_world
    _start_anew(world)
    phones = [world.phone("nurse", f"phone-{n}") for n in (1, 2)]
    story, seen = Story(), [0, 0]
    waiting: list[list[Any]] = [[], []]
    for step, at, to in [*steps, ("sync", 0, None), ("sync", 1, None), ("sync", 0, None)]:
        if step != "sync":
            _choose(phones[at], step, network, to)
            waiting[at].append((step, to, seen[at]))
            continue
        for what, choice, knew in waiting[at]:
            story.arrives(at, what, choice, knew)
        waiting[at] = []
        phones[at].send()
        seen[at] = story.turn
    for phone in phones:
        phone.receive()
        mine = phone.get("membership", network)
        assert (mine["seen_by"] if mine else "out") == story.state
        assert bool(mine) == (f"network:{network}" in phone.cursors)
    rows = world.rows(
        "SELECT seen_by, person_id FROM membership WHERE network_id = :n AND id IN "
        "(SELECT substr(scope, 8) FROM record WHERE kind = 'membership' AND id = :n)",
        n=network,
    )
    named = [each for each in rows if each["person_id"] == phones[0].person]
    assert len(named) == (story.state == "committee")


def _choose(phone: Phone, step: str, network: str, to: str | None) -> None:
    if step == "join":
        phone.do("network.join", network=network, **AS, seen_by=to, consent=1)
    elif step == "seen_by":
        phone.do("network.seen_by", network=network, seen_by=to)
    else:
        phone.do("network.leave", network=network)


def _start_anew(world: World) -> None:
    """As if nobody had ever chosen anything."""

    def clean(connection: Any) -> None:
        for sql in (
            "DELETE FROM membership",
            "DELETE FROM record WHERE kind = 'membership'",
            "DELETE FROM action",
            "DELETE FROM device",
        ):
            connection.exec_driver_sql(sql)

    world.write(clean)

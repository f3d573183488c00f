"""Phones, a server and everything that can go wrong between them, as a Hypothesis state machine.

A history is a list of taps, sends and faults. At its end the faults stop, nothing new is written, and what the protocol
promises must come true (`Simulation.teardown`). Run by test_simulation.py, and with more histories by the bench.
"""

import json
import sqlite3
import sys
from collections import Counter
from typing import Any

import hypothesis.strategies as st
import msgspec
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection

import sync
from sync import Touch
from sync.tables import record
from tests.sync import domain
from tests.sync.endpoint import Endpoint, Killed
from tests.sync.phone import Phone, names

HOUR = 60 * 60 * 1000
DAY = 24 * HOUR

SEEN: Counter[str] = Counter()  # what the histories met, so that the test can ask whether they met everything
phones = st.integers(0, 2)
things = st.sampled_from(["p1", "p2"])
groups = st.sampled_from(["g1", "g2"])
FATES = ["arrives", "request lost", "reply lost", "doubled", "delayed", "dies before commit", "dies after commit"]


class Simulation(RuleBasedStateMachine):
    @initialize(page=st.sampled_from([3, 500]))
    def begin(self, page: int) -> None:
        self.server = Endpoint(page)
        self.phones = [Phone("ann"), Phone("ann"), Phone("bob")]
        self.posts: list[str] = []
        self.late: list[tuple[Phone, bytes]] = []
        self.copies: list[tuple[int, sqlite3.Connection]] = []
        self.disks: list[tuple[int, Phone, Any]] = []

    # what people do

    @rule(phone=phones, thing=things, show=st.sampled_from(["name", "nobody", None]))
    def choose(self, phone: int, thing: str, show: str | None) -> None:
        if show is None:
            self.tap(phone, "thing.withdraw", {"thing": thing}, chooses=thing)
        else:
            self.tap(phone, "thing.take", {"thing": thing, "show": show}, chooses=thing)

    @rule(phone=phones, amount=st.sampled_from([None, 1, 5]))
    def count(self, phone: int, amount: int | None) -> None:
        data = {"tally": "t1", "token": f"token-{next(names)}"}
        if amount is None:
            self.tap(phone, "tally.add", data, v=1)  # a phone that was not updated
        else:
            self.tap(phone, "tally.add", data | {"amount": amount}, v=2)

    @rule(phone=phones, group=groups, joins=st.booleans())
    def join_or_leave(self, phone: int, group: str, joins: bool) -> None:
        self.tap(phone, "group.join" if joins else "group.leave", {"group": group})

    @rule(phone=phones, group=groups)
    def write(self, phone: int, group: str) -> None:
        token = f"token-{next(names)}"
        self.posts.append(token)
        self.tap(phone, "post.write", {"group": group, "token": token})
        self.tap(phone, "post.edit", {"token": token, "text": "second thoughts"})

    @rule(phone=phones, group=groups, which=st.integers(0, 9))
    def move(self, phone: int, group: str, which: int) -> None:
        if self.posts:
            self.tap(phone, "post.move", {"token": self.posts[which % len(self.posts)], "group": group})

    @rule(phone=phones)
    def book(self, phone: int) -> None:
        self.tap(phone, "seat.book", {"room": "r1", "token": f"token-{next(names)}"})

    @rule(phone=phones)
    def do_what_can_break(self, phone: int) -> None:
        self.tap(phone, "frail.do", {"token": f"token-{next(names)}"})

    @rule(phone=phones, thing=things, group=groups)
    def have_a_busy_day(self, phone: int, thing: str, group: str) -> None:
        self.choose(phone, thing, "name")
        self.count(phone, 5)
        self.join_or_leave(phone, group, True)
        self.write(phone, group)
        self.do_what_can_break(phone)

    @rule(phone=phones)
    def try_again(self, phone: int) -> None:
        self.phones[phone].again()

    def tap(self, phone: int, kind: str, data: dict[str, Any], v: int = 1, chooses: str | None = None) -> None:
        self.phones[phone].act(self.server.now, kind, v, data, chooses)

    # what the network, the batteries and the server do

    @rule(phone=phones, fate=st.sampled_from([*FATES, "arrives", "arrives"]), check=st.booleans())
    def send(self, phone: int, fate: str, check: bool) -> None:
        sender = self.phones[phone]
        self.copies.append((self.server.now, self.server.copy()))
        self.disks.append((self.server.now, sender, sender.disk))
        body = sender.request(self.server.now, check=check)
        self.server.now += 1000
        if fate == "request lost":
            return
        if fate == "delayed":
            self.late.append((sender, body))
            return
        if fate == "doubled":
            self.server.answer(sender.person, body)
        dies = fate.removeprefix("dies ") if fate.startswith("dies") else ""
        try:
            reply = self.server.answer(sender.person, body, dies=dies)
        except Killed:
            return
        if fate != "reply lost":
            sender.receive(reply)

    @rule(phone=phones, saves=st.integers(0, 1))
    def send_and_run_out_of_battery(self, phone: int, saves: int) -> None:
        sender = self.phones[phone]
        sender.dies_in = saves
        try:
            sender.receive(self.server.answer(sender.person, sender.request(self.server.now)))
        except Killed:
            pass
        finally:
            sender.dies_in = None

    @rule(phone=phones, hours=st.sampled_from([0, 6]))
    def a_phone_keeps_trying(self, phone: int, hours: int) -> None:
        for _ in range(6):
            self.server.now += hours * HOUR
            self.send(phone, "arrives", False)

    @rule(which=st.integers(0, 9))
    def a_delayed_request_arrives(self, which: int) -> None:
        if self.late:
            sender, body = self.late.pop(which % len(self.late))
            self.server.answer(sender.person, body)  # nobody waits for this reply any more

    @rule(hours=st.sampled_from([1, 25, 24 * 10, 24 * 100]))
    def time_passes(self, hours: int) -> None:
        self.server.now += hours * HOUR
        if hours > 1:
            self.late.clear()

    @rule(phone=phones, days=st.sampled_from([-900, -1, 0, 1, 30]))
    def a_clock_jumps(self, phone: int, days: int) -> None:
        self.phones[phone].clock = days * DAY

    @rule(place=st.sampled_from(["apply", "projection", None]))
    def something_breaks_or_is_mended(self, place: str | None) -> None:
        self.server.run(set_fault, place)

    @rule(engine=st.sampled_from([domain.ENGINE, domain.OLD_ENGINE]))
    def another_build_is_installed(self, engine: sync.Engine) -> None:
        self.server.engine = engine

    @rule(which=st.integers(0, 9))
    def an_older_copy_is_put_back(self, which: int) -> None:
        young = [copy for made, copy in self.copies if self.server.now - made < 13 * DAY]
        if young:
            self.server.put_back(young[which % len(young)])

    @rule(which=st.integers(0, 9))
    def a_phone_is_put_back(self, which: int) -> None:
        young = [(phone, disk) for made, phone, disk in self.disks if self.server.now - made < 13 * DAY]
        if young:
            phone, disk = young[which % len(young)]
            phone.disk = disk
            self.count(self.phones.index(phone), 1)
            self.send(self.phones.index(phone), "arrives", False)

    @rule()
    def tombstones_are_cut(self) -> None:
        for _ in range(2):  # the first time notes what is old, the second one lets it go
            self.server.now += 1
            self.server.run(sync.cut, self.server.now, every=1)
        self.server.run(sync.prune, self.server.now)
        self.server.run(sync.forget_words, self.server.now)

    @rule()
    def everything_is_published_again(self) -> None:
        self.server.run(set_fault, None)
        self.server.run(republish, self.server.engine)

    # what must come true

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        SEEN["history"] += 1
        self.server.engine = domain.ENGINE
        self.server.run(set_fault, None)
        for sender, body in self.late:
            self.server.answer(sender.person, body)
        for phone in self.phones:
            self.drain(phone)
        for phone in self.phones:
            self.drain(phone)
        self.server.mended = 0
        for phone in self.phones:
            quiet = self.server.answer(phone.person, phone.request(self.server.now))
            assert quiet == b"", "a phone that has everything is told that there is nothing new"
            phone.receive(self.server.answer(phone.person, phone.request(self.server.now, check=True)))
        assert self.server.mended == 0, "the daily check finds nothing to mend"
        for phone in self.phones:
            self.server.run(same_as_server, phone)
        self.server.run(each_took_effect_once, self.phones)
        SEEN.update(self.server.seen)
        self.server.run(records_are_projections)

    def drain(self, phone: Phone) -> None:
        phone.resets.clear()
        work = len(phone.disk.outbox) + len(phone.disk.settled)
        for _ in range(4 + work // phone.batch + 200 // self.server.page):
            more = phone.receive(self.server.answer(phone.person, phone.request(self.server.now)))
            assert all(times < 3 for times in phone.resets.values()), "no scope starts again for ever"
            if not more and not phone.disk.outbox:
                return
        raise AssertionError(f"the outbox drains, but {phone.disk.outbox} is left")


def set_fault(connection: Connection, place: str | None) -> None:
    connection.execute(domain.fault.delete())
    if place:
        connection.execute(domain.fault.insert(), {"place": place})


def republish(connection: Connection, engine: sync.Engine) -> None:
    keys = sorted(domain.all_keys(connection))
    sync.publish(engine, connection, [Touch(kind, scope, id) for scope, kind, id in keys])


def same_as_server(connection: Connection, phone: Phone) -> None:
    scopes = domain.scopes_of(connection, phone.person)
    assert sorted(phone.disk.rows) == sorted(scopes) == sorted(phone.disk.cursors), "no row of a left scope remains"
    for scope in scopes:
        there = {}
        for row in connection.execute(sa.select(record).where(record.c.scope == scope, record.c.body.is_not(None))):
            there[row.kind, row.id] = (row.version, sync_body(row.body))
        here = {key: held for key, held in phone.disk.rows[scope].items() if held[1] is not None}
        assert here == there, f"{scope} is the same here and there"


def sync_body(text: str) -> Any:
    return msgspec.json.decode(sync.open_(text))


def each_took_effect_once(connection: Connection, phones: list[Phone]) -> None:
    stored = Counter(connection.execute(sa.select(domain.effect.c.token)).scalars())
    assert all(times == 1 for times in stored.values()), "nothing took effect twice"
    for phone in phones:
        for action, outcome in phone.disk.told.values():
            token = action["data"].get("token")
            if action["kind"] in ("tally.add", "post.write", "frail.do"):
                assert stored[token] == (outcome != "rejected"), f"{action} was {outcome}"


def records_are_projections(connection: Connection) -> None:
    assert sync.differences(domain.ENGINE, connection) == []
    live = sa.select(record.c.scope, record.c.kind, record.c.id).where(record.c.body.is_not(None))
    assert {tuple(row) for row in connection.execute(live)} == domain.all_keys(connection)


def run(histories: int, chosen_seed: int, *, steps: int = 25, shrink: bool = True) -> None:
    """Raises for the first history that breaks a promise, with the steps that lead there."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    checks = settings(
        max_examples=histories,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
    run_state_machine_as_test(seed(chosen_seed)(Simulation), settings=checks)


def main() -> None:
    """`python -m tests.sync.simulation 500 7`: 500 histories of seed 7."""
    histories, chosen_seed = int(sys.argv[1]), int(sys.argv[2])
    run(histories, chosen_seed, shrink="--quick" not in sys.argv)
    print(json.dumps(SEEN))


if __name__ == "__main__":
    main()

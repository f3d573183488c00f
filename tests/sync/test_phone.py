"""What a phone may trust, whatever moment its battery chooses, on both databases."""

import msgspec
import pytest
from sqlalchemy import Connection

import sync
from sync.wire import Reply, decode_request, encode_reply
from tests.sync import domain, simulation
from tests.sync.conftest import Store
from tests.sync.endpoint import Killed
from tests.sync.phone import Phone


def answer(store: Store, phone: Phone) -> bytes:
    request = decode_request(phone.request(store.now))

    def work(connection: Connection) -> sync.Pushed:
        sent = {"now": store.now, "sent_at": request.sent_at}
        return sync.push(store.engine, connection, phone.person, request.device, request.actions, **sent)

    pushed = store.run(work)
    pulled = store.pull(phone.person, request.cursors)
    epoch = store.run(sync.current_epoch)
    fresh = pushed.new_device or msgspec.UNSET
    reply = Reply(epoch=epoch, now=store.now, new_device=fresh, outcomes=pushed.outcomes, scopes=pulled.scopes)
    return encode_reply(reply)


@pytest.mark.parametrize("saves", [0, 1, 2])
def test_a_phone_that_dies_while_it_keeps_a_reply_misses_nothing(store: Store, saves: int) -> None:
    phone = Phone("ann")
    phone.act(store.now, "tally.add", 2, {"tally": "t1", "token": "x", "amount": 3})
    phone.act(store.now, "thing.take", 1, {"thing": "p1", "show": "name"}, chooses="p1")
    phone.dies_in = saves
    for _ in range(3):
        try:
            phone.receive(answer(store, phone))
        except Killed:
            continue
    assert phone.disk.outbox == ()
    store.run(simulation.same_as_server, phone)
    store.run(simulation.each_took_effect_once, [phone])


def test_a_reply_that_was_lost_changes_nothing_but_time(store: Store) -> None:
    phone = Phone("ann")
    phone.act(store.now, "tally.add", 2, {"tally": "t1", "token": "x", "amount": 3})
    lost = answer(store, phone)
    store.now += 1000
    phone.receive(answer(store, phone))
    assert b'"applied"' in lost
    store.run(simulation.each_took_effect_once, [phone])
    assert store.run(lambda connection: sync.differences(domain.ENGINE, connection)) == []

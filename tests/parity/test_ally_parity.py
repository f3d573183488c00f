"""Parity for the ally scheme. Only the server knows whether there is one for everybody, so what is compared before a
request is sent is all but that: the same choice, and the same things to do with it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from server.demo import CAST
from tests.parity.test_parity import TwinOf, predicted, same, twin_of
from tests.parity.twin import differences
from tests.world import World

__all__ = ["twin_of"]

REQUEST: dict[str, Any] = {"scheme": "s1", "item": "i2", "collect_at": "c1"}
ANSWERS = ("applied", None), ("merged", "waitlist.stock")


def learned(twin_of: TwinOf, key: str) -> Any:
    twin = twin_of(key)
    twin.act("ally.step_back", scheme="s1")
    twin.act("module.finish", module="m1", version=1, gate_met="yes")
    twin.send()
    return twin


def choices(page: str) -> list[str]:
    """What can be done, and with what."""
    return re.findall(r'action="/do/[\w.]+"|name="\w+" [^>]*value="\w+"', page)


@pytest.mark.parametrize("key", ["nurse", "private", "newcomer"])
def test_asked_changed_and_cancelled(twin_of: TwinOf, key: str) -> None:
    twin = learned(twin_of, key)
    for item in ("i2", "i5"):
        twin.act("ally.request", **REQUEST | {"item": item})
        before = twin.on_phone("/ally")[1]
        assert twin.send()[0] in ANSWERS
        assert choices(before) == choices(twin.on_server("/ally")[1])
        same(twin)
    twin.act("ally.cancel", scheme="s1")
    predicted(twin)


@pytest.mark.parametrize("key", ["nurse", "manager"])
def test_stepped_back(twin_of: TwinOf, key: str) -> None:
    twin = learned(twin_of, key)
    twin.act("ally.request", **REQUEST)
    twin.send()
    twin.act("ally.step_back", scheme="s1")
    predicted(twin)


def test_asked_before_the_module_is_finished_and_finished_after(twin_of: TwinOf) -> None:
    twin = twin_of("newcomer")
    twin.act("ally.request", **REQUEST)
    waiting = twin.on_phone("/ally")
    assert "One thing first" in waiting[1]
    assert twin.send() == [("merged", "ally.learn")]
    same(twin)
    twin.act("module.finish", module="m1", version=1, gate_met="yes")
    assert "One thing first" not in twin.on_phone("/ally")[1]
    twin.send()
    same(twin)


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_paused_and_closed(sqlite_world: World, twin_of: TwinOf, state: str) -> None:
    asked = learned(twin_of, "nurse")
    sqlite_world.log_in("coordinator").do("scheme.set_state", "/desk/ally", scheme="s1", state=state)
    asked.receive()
    asked.act("ally.request", **REQUEST)
    before = asked.on_phone("/ally")[1]
    assert asked.send() == [("merged", f"ally.{state}")]
    assert "Your place is kept" in before and "Your place is kept" in asked.on_server("/ally")[1]
    for key in CAST:
        twin = twin_of(key)
        same(twin)
        assert "We asked for yours" not in twin.on_phone("/ally")[1]


@pytest.mark.parametrize("wrong", ["item", "collect_at", "scheme"])
def test_a_form_to_put_right(twin_of: TwinOf, wrong: str) -> None:
    twin = learned(twin_of, "nurse")
    twin.settled = []
    server, phone = twin.submit("/ally", "ally.request", **REQUEST | {wrong: ""})
    assert server[0] == 422
    assert not differences(server, phone)
    assert 'id="problems"' in phone[1]

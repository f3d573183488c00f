"""How an action is taken back: only where that brings back exactly what there was."""

from __future__ import annotations

from typing import Any

import pytest
import quickjs

from tests.quick import call, quick

HELD = {"pledge": "p1", "version": 1, "show": "team", "on": "2025-11-23", "how": "", "how_on": ""}
ANSWERED = HELD | {"how": "did", "how_on": "2025-11-23"}
TAKE = {"pledge": "p1", "version": 2, "show": "name"}
BACK = {"kind": "pledge.take", "data": {"pledge": "p1", "version": 1, "show": "team"}}
ASK = """
globalThis.undo = (kind, held, data) => undoing[kind]({ get: () => held }, data, { on: "2025-11-23" }) || null;
"""


@pytest.fixture(scope="module")
def phone() -> quickjs.Context:
    context = quick("pwa/features/undoing.js")
    context.eval(ASK)
    return context


@pytest.mark.parametrize(
    "kind, held, data, expected",
    [
        ("pledge.take", None, TAKE, {"said": "taken", "kind": "pledge.withdraw", "data": {"pledge": "p1"}}),
        ("pledge.take", HELD, TAKE, {"said": "changed", **BACK}),
        ("pledge.withdraw", HELD, {"pledge": "p1"}, {"said": "withdrawn", **BACK}),
        ("pledge.withdraw", HELD | {"on": "2025-11-22"}, {"pledge": "p1"}, None),
        ("pledge.withdraw", ANSWERED, {"pledge": "p1"}, None),
        ("pledge.withdraw", None, {"pledge": "p1"}, None),
        ("pledge.report", HELD, {"pledge": "p1", "how": "changed"}, None),
        ("pledge.report", ANSWERED | {"how_on": "2025-11-22"}, {"pledge": "p1", "how": "changed"}, None),
        (
            "pledge.report",
            ANSWERED,
            {"pledge": "p1", "how": "changed"},
            {"said": "changed", "kind": "pledge.report", "data": {"pledge": "p1", "how": "did"}},
        ),
    ],
)
def test_only_what_comes_back_exactly_is_offered(
    phone: quickjs.Context, kind: str, held: Any, data: Any, expected: Any
) -> None:
    assert call(phone, "undo", kind, held, data) == expected

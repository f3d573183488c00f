"""Reducer vectors: what the phone shows at once is what the server then does. Adding a case needs no code.

Each case runs twice on the same records: through the real apply and publish, and through the real JavaScript reducer.
`server_only` names the fields of a record that a phone cannot know before the server says so; `meanwhile`, by kind of
record, what somebody else did to its rows. `told` are notices, by id and network. `person` is who does it, `asked`
whose request is ready by which code, `outcome` what comes of it when that is not that it is applied.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from pwa.dates import london_date, long_date
from server import sessions
from server.demo import person_id
from server.push.notices import To
from sync import publish
from tests.features.at_collection import asked, emptied
from tests.features.at_inbox import put_notice
from tests.quick import call, quick
from tests.world import DAY, Phone, World

FOLDER = Path(__file__).parents[1] / "vectors"
PERSON, DEVICE = "nurse", "phone-1"

REDUCE = """
const still = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(still);
  return value;
};
globalThis.$reduce = (records, kind, data, meta) => {
  "use strict";
  const view = viewOf(still(records)); // the worker holds on to what it read, so no reducer may change it
  reducers[kind](view, data, meta);
  const touched = view.takeTouched();
  return touched.map((key) => {
    const [kind, ...id] = key.split(":");
    return [key, view.get(kind, id.join(":"))];
  });
};
"""


def kinds_with_vectors() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.*.json"))


def cases() -> list[Any]:
    return [
        pytest.param(
            kind,
            vector.get("server_only", []),
            {"person": vector.get("person", PERSON), **case},
            id=f"{kind}: {case['name']}",
        )
        for kind in kinds_with_vectors()
        for vector in [json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))]
        for case in vector["cases"]
    ]


@pytest.mark.parametrize("kind, server_only, case", cases())
def test_the_phone_foretells_what_the_server_does(
    sqlite_world: World, kind: str, server_only: list[str], case: dict[str, Any]
) -> None:
    world = sqlite_world
    for device in case.get("devices", []):
        world.write(_logged_in, world, device)
    if kind.startswith("stock."):
        emptied(world)
    for key, code in case.get("asked", []):
        asked(world, key, code)
    for id, network in case.get("told", []):
        put_notice(world, id, To(network))
    phone = world.phone(case["person"], DEVICE)
    for earlier, data in case["before"]:
        phone.do(earlier, at=world.now - 1, **data)
    phone.send()
    for changed, sql in case.get("meanwhile", {}).items():
        world.write(_done, sql)
        world.republish(changed)
        phone.receive()
    at = world.now - case.get("days_ago", 0) * DAY
    foretold = _reduce(phone, kind, case["data"], at)
    before = _live(phone)
    assert phone.do(kind, at=at, **case["data"]).send() == [tuple(case.get("outcome", ("applied", None)))]
    after = _live(phone)
    shown = {key: body for key, body in {**before, **foretold}.items() if body is not None}
    unknown = {f"pledge_shown:{body['shown']}" for body in after.values() if body.get("shown")}
    unknown |= {key for key in after.keys() - before.keys() if key.startswith("post:")}
    assert _without(shown, server_only, unknown) == _without(after, server_only, unknown)
    for key, fields in case["after"].items():
        for bodies in (shown, after):
            assert (bodies.get(key) is None) == (fields is None), key
            assert fields is None or fields.items() <= bodies[key].items(), key


def _done(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql)


def _logged_in(connection: Connection, world: World, device: str) -> None:
    token = sessions.new_token()
    touched = sessions.begin(connection, person_id(PERSON), token, "A phone", world.now)
    visitor = sessions.find(connection, token, world.now)
    assert visitor is not None
    publish(world.engine, connection, [*touched, *sessions.meet(connection, visitor, device, world.now)])


def _live(phone: Phone) -> dict[str, dict[str, Any]]:
    return {f"{kind}:{id}": body for (_, kind, id), (body, _) in phone.records.items() if body is not None}


def _reduce(phone: Phone, kind: str, data: dict[str, Any], at: int) -> dict[str, dict[str, Any] | None]:
    context = quick("pwa/worker/view.js", "pwa/features/index.js")
    context.eval(REDUCE)
    records = [
        {"kind": key.partition(":")[0], "id": key.partition(":")[2], "body": body} for key, body in _live(phone).items()
    ]
    on = london_date(at)
    return dict(call(context, "$reduce", records, kind, data, {"on": on, "on_text": long_date(on)}))


def _without(bodies: dict[str, dict[str, Any]], fields: list[str], keys: set[str]) -> dict[str, dict[str, Any]]:
    """Without what a phone cannot foretell: some fields, and a record whose very id only the server can give."""
    return {
        key: {name: value for name, value in body.items() if name not in fields}
        for key, body in bodies.items()
        if key not in keys
    }

"""The one look into the database that every /sync takes: who asks, in which history, and whether anything is new.

One statement and no more, since most requests end here. Knows columns of `session`, `person`, `role`, `network`,
`lineage`, `scope` and `record`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from server import access, members
from server.db import Db
from server.sessions import Visitor, token_hash
from sync import NoEpoch
from sync.tables import EMPTY

_FIND = """
SELECT lineage.epoch, {versions}, {networks}, {joined}, {places},
  session.id, session.person_id, session.device, person.team_id, {roles}, person.demo_key IS NOT NULL,
  session.seen_at, session.expires_at, session.revoked_at, session.factor_at
FROM lineage
LEFT JOIN session ON session.token_hash = {hashed}
LEFT JOIN person ON person.id = session.person_id
"""
FIND = {
    "sqlite": _FIND.format(
        hashed="?1",
        versions="(SELECT json_group_object(id, version) FROM scope WHERE id IN (SELECT value FROM json_each(?2)))",
        networks="(SELECT group_concat(id) FROM network)",
        joined="(SELECT group_concat(scope) FROM record WHERE scope IN (SELECT value FROM json_each(?2))"
        " AND kind = 'membership' AND body IS NOT NULL)",
        places="(SELECT group_concat(id) FROM record WHERE scope = 'public' AND kind = 'place' AND body IS NOT NULL)",
        roles="(SELECT group_concat(role || ':' || area) FROM role WHERE role.person_id = session.person_id)",
    ),
    "postgresql": _FIND.format(
        hashed="$1",
        versions="(SELECT json_object_agg(id, version) FROM scope"
        " WHERE id = ANY (ARRAY(SELECT json_array_elements_text($2::json))))",
        networks="(SELECT string_agg(id, ',') FROM network)",
        joined="(SELECT string_agg(scope, ',') FROM record"
        " WHERE scope = ANY (ARRAY(SELECT json_array_elements_text($2::json)))"
        " AND kind = 'membership' AND body IS NOT NULL)",
        places="(SELECT string_agg(id, ',') FROM record"
        " WHERE scope = 'public' AND kind = 'place' AND body IS NOT NULL)",
        roles="(SELECT string_agg(role || ':' || area, ',') FROM role WHERE role.person_id = session.person_id)",
    ),
}
NOBODY = b""  # no session has this hash

_versions = msgspec.json.Decoder(dict[str, int] | None)


class Seen(NamedTuple):
    """`visitor` may have been signed out from afar: then `revoked_at` is set, and only that may be told."""

    epoch: str
    visitor: Visitor | None
    unchanged: bool


async def glance(db: Db, key: bytes, token: str | None, cursors: Mapping[str, int], now: int) -> Seen:
    """Which networks somebody is in is asked of the scopes that the phone names: if it names another set than theirs,
    something is new in any case."""
    hashed = token_hash(token) if token else NOBODY
    row = await db.row(FIND, hashed, msgspec.json.encode(list(cursors)).decode())
    if row is None:
        raise NoEpoch("The database has no epoch. Run `python -m server migrate`.")
    epoch, versions, networks, joined, places, *columns = row
    visitor = Visitor(*columns) if columns[0] is not None else None
    if visitor is None or visitor.expires_at <= now:
        return Seen(epoch, None, _same(access.ANYONE, cursors, versions))
    if visitor.revoked_at is not None:
        return Seen(epoch, visitor, _same(access.ANYONE, cursors, versions))
    mine = members.own(key, members.networks_in(networks), visitor.person)
    inside, desks = (joined or "").split(","), [each for each in (places or "").split(",") if each]
    scopes = access.scopes(visitor.person, visitor.team, visitor.roles, mine, inside, desks)
    return Seen(epoch, visitor, _same(scopes, cursors, versions))


def _same(scopes: Sequence[str], cursors: Mapping[str, int], versions: str | None) -> bool:
    """pull 1: the very same scopes, each at its version."""
    if len(cursors) != len(scopes) or not all(scope in cursors for scope in scopes):
        return False
    found = _versions.decode(versions or "null") or {}
    return all(found.get(scope, EMPTY) == cursor for scope, cursor in cursors.items())

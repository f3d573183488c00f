"""Everything the server holds about one person, as a file for that person and nobody else.

Every table that names its owner in `person_id` or `person` is in it, so one that a feature adds later is too. What is
kept under an opaque name is found by the names that only this person has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import HttpMethod, Response
from litestar.di import NamedDependency
from litestar.handlers import route
from sqlalchemy import ColumnElement, Connection, Table, select

from server import members
from server.db import table
from server.features.networks import NetworkAsked
from server.members import Membership
from server.people import Person, own_scope
from server.push.notices import NoticeMember, NoticeRead
from server.site import Site, token_of
from server.tables import METADATA
from server.web import PRIVATE, AnyRequest, see_other, visitor_of
from sync.tables import record
from sync.wire import open_

OWNERS = ("person_id", "person")
# What a log in hangs on is in no file.
KEPT_BACK = (
    *("token_hash", "code_hash", "sealed", "challenge", "credential", "public_key"),
    *("endpoint", "endpoint_hash", "p256dh", "auth"),  # whoever has these can ring the phone
)
MOMENTS = ("last_seen", "first_seen")  # these, and names that end in _at, are UTC milliseconds
# Tables whose rows have a name that only the server can make from a person, and where that is.
OPAQUE = (
    (table(Membership), table(Membership).c.id),
    (table(NetworkAsked), table(NetworkAsked).c.asker),
    (table(NoticeMember), table(NoticeMember).c.member),
    (table(NoticeRead), table(NoticeRead).c.reader),
)
HEADERS = {**PRIVATE, "Content-Disposition": 'attachment; filename="copy.json"'}

Rows = list[dict[str, Any]]


@route("/me/data/copy", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False)
async def own_copy(request: AnyRequest, site: NamedDependency[Site]) -> Response[str]:
    token = token_of(request.scope["headers"], site.cookie)
    held = await site.db.read(_held_by, site, token)
    if held is None:
        return see_other("/log-in")
    text = msgspec.json.format(msgspec.json.encode(held), indent=2).decode()
    return Response(text, media_type="application/json", headers=HEADERS)


def _held_by(connection: Connection, site: Site, token: str | None) -> dict[str, Rows] | None:
    """In one transaction, by table; None for nobody."""
    visitor = visitor_of(connection, token, site.config.demo)
    if visitor is None:
        return None
    own = table(Person)
    hidden = members.own(site.engine.key, members.networks(connection), visitor.person)
    scopes = [*hidden.by_network.values(), hidden.asking]
    names = [members.id_of(scope) for scope in scopes]
    rows = {own.name: _rows(connection, own, own.c.id == visitor.person)}
    rows |= {each.name: _rows(connection, each, owner == visitor.person) for each, owner in owned()}
    rows |= {each.name: _rows(connection, each, name.in_(names)) for each, name in OPAQUE}
    return rows | {"record": _records(connection, visitor.person, scopes)}


def owned() -> Iterator[tuple[Table, ColumnElement[str]]]:
    """The tables that name their owner, and where."""
    opaque = [each for each, _ in OPAQUE]
    for metadata in METADATA:
        for each in metadata.sorted_tables:
            if each in opaque:
                continue
            yield from ((each, column) for column in each.columns if column.name in OWNERS)


def _rows(connection: Connection, of: Table, mine: ColumnElement[bool]) -> Rows:
    columns = [column for column in of.columns if column.name not in KEPT_BACK]
    found = connection.execute(select(*columns).where(mine)).mappings()
    return [{name: _readable(name, value) for name, value in row.items()} for row in found]


def _readable(name: str, value: Any) -> Any:
    if isinstance(value, int) and (name in MOMENTS or name.endswith("_at")):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="seconds")
    return value


def _records(connection: Connection, person: str, hidden: Sequence[str]) -> Rows:
    """What their phones hold of them alone; then what their team holds, which their own records name in `shown`."""
    own = _bodies(connection, record.c.scope.in_([own_scope(person), *hidden]))
    shown = {each["body"].get("shown") for each in own} - {None, ""}
    return own + _bodies(connection, record.c.scope.startswith("team:") & record.c.id.in_(sorted(shown)))


def _bodies(connection: Connection, which: ColumnElement[bool]) -> Rows:
    columns = (record.c.scope, record.c.kind, record.c.id, record.c.version, record.c.body)
    found: Iterable[Any] = connection.execute(select(*columns).where(which).order_by(*columns[:3])).mappings()
    return [{**row, "body": msgspec.json.decode(open_(row["body"])) if row["body"] else {}} for row in found]

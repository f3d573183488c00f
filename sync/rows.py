"""Domain rows that actions change: read once for an owner, changed in memory, written together.
Knows nothing of what the rows mean."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

P = ParamSpec("P")
R = TypeVar("R")
Row = Mapping[str, Any]


class Owned:
    """A table with a few rows for each owner (the pledges of a person); `key` tells the rows of one owner apart.
    Both are columns, and together the primary key."""

    def __init__(self, table: Table, *, owner: str, key: str) -> None:
        self.owner = owner
        self.key = key
        self.read = select(table).where(table.c[owner] == bindparam("owner")).with_for_update()
        self.put = {dialect: _put(dialect, table, owner, key) for dialect in ("postgresql", "sqlite")}
        self.drop = delete(table).where(table.c[owner] == bindparam("owner_"), table.c[key] == bindparam("key_"))


class Rows:
    """The rows of one owner, as the actions so far leave them."""

    def __init__(self, connection: Connection, owned: Owned, owner: str) -> None:
        self._owned = owned
        self._owner = owner
        found = cast(Iterable[Row], connection.execute(owned.read, {"owner": owner}).mappings())
        self._rows = {str(row[owned.key]): row for row in found}
        self._changed: set[str] = set()

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def put(self, key: str, **values: Any) -> None:
        """Changes these columns of the row; a new row needs all of them."""
        before = self._rows.get(key) or {self._owned.owner: self._owner, self._owned.key: key}
        self._rows[key] = {**before, **values}
        self._changed.add(key)

    def drop(self, key: str) -> None:
        self._rows.pop(key, None)
        self._changed.add(key)

    def write(self, connection: Connection) -> None:
        gone = [{"owner_": self._owner, "key_": key} for key in self._changed if key not in self._rows]
        kept = [self._rows[key] for key in self._changed if key in self._rows]
        if gone:
            connection.execute(self._owned.drop, gone)
        if kept:
            connection.execute(self._owned.put[connection.dialect.name], kept)
        self._changed.clear()


class Memory:
    """What one try at a batch has read and not yet written. When the database undoes anything, all of it is let go."""

    def __init__(self) -> None:
        self._read: dict[Hashable, Any] = {}
        self._rows: dict[tuple[Owned, str], Rows] = {}

    def once(
        self, connection: Connection, read: Callable[Concatenate[Connection, P], R], *args: P.args, **named: P.kwargs
    ) -> R:
        asked = (read, args, *named.items())
        if asked not in self._read:
            self._read[asked] = read(connection, *args, **named)
        found: R = self._read[asked]
        return found

    def rows(self, connection: Connection, owned: Owned, owner: str) -> Rows:
        if (owned, owner) not in self._rows:
            self._rows[owned, owner] = Rows(connection, owned, owner)
        return self._rows[owned, owner]

    def write(self, connection: Connection) -> None:
        for rows in self._rows.values():
            rows.write(connection)

    def let_go(self) -> None:
        self._read.clear()
        self._rows.clear()


def _put(dialect: str, table: Table, owner: str, key: str) -> postgresql.Insert | sqlite.Insert:
    made = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    rest = {column.name: made.excluded[column.name] for column in table.c if column.name not in (owner, key)}
    return made.on_conflict_do_update(index_elements=[owner, key], set_=rest)

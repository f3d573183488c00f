"""`column in a list` as one statement text for lists of any length: SQLAlchemy's own expanding lists are written out
and prepared anew at every call, which was measured to cost more than the query. Knows no table."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from sync.wire import encode_body


class one_of(FunctionElement[bool]):
    """A column and the JSON list of the texts it may be. Both databases then look each of them up in an index.

    It says nothing of its type: of a Boolean, SQLAlchemy writes `... = 1` on SQLite, and that reads the whole table."""

    inherit_cache = True


@compiles(one_of, "sqlite")
def _sqlite(element: one_of, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 both parts are compiled, no one wrote them


@compiles(one_of, "postgresql")
def _postgresql(element: one_of, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(CAST({texts} AS json))))"


def among(column: Column[str] | ColumnElement[str], name: str) -> ColumnElement[bool]:
    """True where `column` is one of the texts in the parameter `name`, which is given as `listed(texts)`."""
    return one_of(column, bindparam(name, type_=Text))


def listed(texts: Iterable[str]) -> str:
    return encode_body(list(texts))

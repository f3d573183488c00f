"""`column in a list` as one statement text for lists of any length: SQLAlchemy's own expanding lists are written out
and prepared anew at every call, which was measured to cost more than the query. Knows no table."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from sync.wire import encode_body


class each_text(FunctionElement[Any]):
    """The texts of a JSON list, as rows of one column, `value`."""

    inherit_cache = True


@compiles(each_text, "sqlite")
def _sqlite(element: each_text, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(each_text, "postgresql")
def _postgresql(element: each_text, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"


def among(column: Column[str] | ColumnElement[str], name: str) -> ColumnElement[bool]:
    """True where `column` is one of the texts in the parameter `name`, which is given as `listed(texts)`."""
    values = each_text(bindparam(name, type_=Text)).table_valued("value")
    return column.in_(select(values.c.value))


def listed(texts: Iterable[str]) -> str:
    return encode_body(list(texts))

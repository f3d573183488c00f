"""The filters of the subset, in Python. Each has a twin in pwa/worker/values.js that takes and refuses the same.

Jinja's own filters of these names are not used: they take almost anything and answer with something.
"""

from collections.abc import Mapping
from typing import Any

from jinja2 import Undefined, pass_eval_context
from markupsafe import Markup


def plain(value: Any) -> str | int:
    """Text or a whole number: all that can be put in order."""
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if not isinstance(value, str | int) or isinstance(value, bool | Markup):
        raise TypeError(f"text or a whole number is needed, not {type(value).__name__}")
    return value


def part(value: Any) -> str | int:
    """What ~ joins and the page takes: also what a macro answered."""
    return value if isinstance(value, Markup) else plain(value)


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number is needed, not {type(value).__name__}")
    return value


@pass_eval_context
def finalize(_: object, value: Any) -> str | int:
    """What {{ }} may put out. Asking for the context keeps Jinja from working constants out early, past this check."""
    return part(value)


def rows(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"a list is needed, not {type(value).__name__}")
    return value


def default(value: Any, other: Any) -> Any:
    return other if isinstance(value, Undefined) else value


def length(value: Any) -> int:
    return len(value if isinstance(value, Mapping) else _text(value) if isinstance(value, str) else rows(value))


def sort(value: Any, attribute: str) -> list[Any]:
    return sorted(rows(value), key=lambda item: _sortable(item, _text(attribute)))


def values(value: Any) -> list[Any]:
    """A collection's records, by (order, id): the one order both servers keep."""
    if not isinstance(value, Mapping):
        raise TypeError(f"a collection is needed, not {type(value).__name__}")
    return [value[key] for _, key in sorted((_order(value[key]), key) for key in value)]


def without(value: Any, other: Any) -> dict[str, Any]:
    """A collection less the records whose keys are in another."""
    if not isinstance(value, Mapping) or not isinstance(other, Mapping):
        raise TypeError("two collections are needed")
    return {key: value[key] for key in value if key not in other}


FILTERS = {f.__name__: f for f in (default, length, sort, values, without)}


def _text(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, Markup):
        raise TypeError(f"text is needed, not {type(value).__name__}")
    return value


def _order(record: Any) -> int:
    return whole(record["order"]) if isinstance(record, Mapping) and "order" in record else 0


def _sortable(item: Any, attribute: str) -> str | int:
    if not isinstance(item, Mapping) or attribute not in item:
        raise TypeError(f"there is no {attribute} to sort by")
    return plain(item[attribute])

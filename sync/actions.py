"""How a feature declares what people can do and what phones then hold. Knows no feature by name."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

import msgspec
from sqlalchemy import Connection

from sync.context import Context

Data = dict[str, Any]
Key = tuple[str, str]  # scope, id
Project = Callable[[Connection, Sequence[Key]], Mapping[Key, Mapping[str, Any]]]


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of a kind. A field's description is what a person reads when it is not filled in well."""


A = TypeVar("A", bound=Args)


class Rejected(Exception):
    """The action cannot be done. Its words say what to do next; `field` is the argument they are about, if any."""

    def __init__(self, code: str, words: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = {"words": words, **({"field": field} if field else {})}


@dataclass(frozen=True)
class Merged:
    """The action was done otherwise than asked: a place on the waiting list, the more private choice kept."""

    code: str
    words: str


@dataclass(frozen=True)
class Kind:
    """`private`: the journal names neither it nor its words, and a phone forgets it once it is settled.
    `online`: done at the server only, from a form; no phone keeps it for later."""

    name: str
    v: int
    args: type[Args]
    apply: Callable[[Context, Any], Merged | None]
    says: str
    chooses: tuple[str, str] | None = None
    keep_words: bool = False
    private: bool = False
    online: bool = False
    upcasters: Mapping[int, Callable[[Data], Data]] = field(default_factory=dict)
    decoder: msgspec.json.Decoder[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = set(self.args.__struct_fields__)
        if set(self.upcasters) != set(range(1, self.v)):
            raise ValueError(f"{self.name}: one upcaster for each version from 1 to {self.v - 1}")
        if strange := set(re.findall(r"{(\w+)}", self.says)) - names:
            raise ValueError(f"{self.name}: says names {sorted(strange)}, which are no arguments")
        if self.chooses is not None and self.chooses[1] not in names:
            raise ValueError(f"{self.name}: chooses names {self.chooses[1]!r}, which is no argument")
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.args))

    def arguments(self, v: int, data: msgspec.Raw) -> Args:
        """push 5: every version ever shipped is lifted, one step at a time, to the present one."""
        if v == self.v:
            args: Args = self.decoder.decode(data)
            return args
        lifted = msgspec.json.decode(data, type=Data)
        for step in range(v, self.v):
            lifted = self.upcasters[step](lifted)
        return msgspec.convert(lifted, self.args)


def action(
    name: str,
    *,
    v: int = 1,
    says: str,
    chooses: tuple[str, str] | None = None,
    keep_words: bool = False,
    private: bool = False,
    online: bool = False,
    upcasters: Mapping[int, Callable[[Data], Data]] | None = None,
) -> Callable[[Callable[[Context, A], Merged | None]], Kind]:
    def declare(apply: Callable[[Context, A], Merged | None]) -> Kind:
        hints = get_type_hints(apply)
        args = next(hint for parameter, hint in hints.items() if parameter not in ("context", "return"))
        return Kind(name, v, args, apply, says, chooses, keep_words, private, online, upcasters or {})

    return declare


@dataclass(frozen=True)
class Projection:
    """Makes the bodies of one kind of record from domain rows; a key it leaves out is a tombstone."""

    kind: str
    project: Project

    def __call__(self, connection: Connection, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return self.project(connection, keys)


def projection(kind: str) -> Callable[[Project], Projection]:
    return lambda project: Projection(kind, project)


@dataclass(frozen=True)
class Engine:
    kinds: Mapping[str, Kind]
    projections: Mapping[str, Projection]
    key: bytes

    @classmethod
    def of(cls, kinds: Iterable[Kind], projections: Iterable[Projection], key: bytes) -> "Engine":
        return cls(once((kind.name, kind) for kind in kinds), once((made.kind, made) for made in projections), key)


T = TypeVar("T")


def once(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} is declared twice")
        found[name] = value
    return found

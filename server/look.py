"""How this browser wants its pages: language and colours, kept in two cookies of its own. Knows no person and no page.

A phone with a worker keeps its own choice as well; the page script writes the same cookies there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from litestar.datastructures import Cookie

from pwa.compile.environment import StrictEnvironment
from pwa.languages import Language

COLOURS = ("light", "dark")
KEEP_SECONDS = 400 * 86_400  # as long as browsers allow


@dataclass(frozen=True)
class Look:
    """`colours` is empty when they follow the phone."""

    environment: StrictEnvironment
    colours: str

    @property
    def language(self) -> Language:
        return self.environment.language


def look_of(environments: Mapping[str, StrictEnvironment], cookies: Mapping[str, str], accepts: str) -> Look:
    """`accepts` is what the browser sends as Accept-Language."""
    chosen = cookies.get("language", "")
    tag = chosen if chosen in environments else next(_near(environments, accepts), next(iter(environments)))
    colours = cookies.get("colours", "")
    return Look(environments[tag], colours if colours in COLOURS else "")


def _near(environments: Mapping[str, StrictEnvironment], accepts: str) -> Iterator[str]:
    """Those there are, in the browser's order: browsers send the one they like best first."""
    for wanted in (part.split(";")[0].strip() for part in accepts.split(",")):
        for tag in (wanted, wanted.split("-")[0]):
            if tag in environments:
                yield tag


def cookies(form: Mapping[str, str], tags: Sequence[str], secure: bool) -> list[Cookie]:
    """What a choice writes; anything there is no such choice of is left as it was."""
    known = {"language": tags, "colours": ("", *COLOURS)}
    return [
        Cookie(
            key=name,
            value=form[name],
            path="/",
            max_age=KEEP_SECONDS if form[name] else 0,
            secure=secure,
            httponly=False,  # the page script writes them where a worker answers
            samesite="lax",
        )
        for name, values in known.items()
        if form.get(name) in values
    ]

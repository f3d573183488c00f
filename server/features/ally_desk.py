"""The desk of the ally scheme: the switch that stops it, and requests that a person looks at. Knows nothing of HTTP,
push or the browser.

A request is known here by its code. No page, no answer and no count here tells whose it is, or who has not asked.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, select, update

from pwa.pages import Page
from server import access
from server.db import table
from server.features import schemes
from server.features.ally import SchemeId
from server.features.feature import Asking, DeskPage, Feature, Shown
from server.features.schemes import ASKED, OPEN, Allying, Scheme
from server.people import Roles, roles_of
from server.words import words
from sync import Args, Context, Rejected, action


class SetState(Args, frozen=True):
    scheme: SchemeId
    state: Annotated[
        Literal["open", "paused", "closed"], msgspec.Meta(description="Choose whether people can ask for one.")
    ]


class Agree(Args, frozen=True):
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=16, description="Open the page again, then do this.")]


_ally = table(Allying).c
_TO_LOOK_AT = (
    select(_ally.code, _ally.item, _ally.collect_at)
    .where(_ally.state == ASKED, _ally.with_person)
    .order_by(_ally.asked_at, _ally.code)
)


@action("scheme.set_state", v=1, says="Open, pause or close a scheme", online=True)
def set_state(context: Context, args: SetState) -> None:
    """At once and for everybody. Nobody is sent a message, and whoever asked keeps their place."""
    _run(context)
    if args.scheme not in schemes.schemes(context.connection):
        raise Rejected("unknown.item", words("unknown.item"))
    which = table(Scheme).c.id == args.scheme
    context.connection.execute(update(table(Scheme)).where(which).values(state=args.state))
    context.touch("scheme", "public", args.scheme)
    if args.state == OPEN:
        schemes.reopened(context, args.scheme)


@action("ally.agree", v=1, says="Let somebody have another one", online=True)
def agree(context: Context, args: Agree) -> None:
    """They join the queue as everybody does. Twice is the same as once."""
    _run(context)
    row = schemes.with_code(context.connection, args.code)
    if row is not None and row["state"] == ASKED and row["with_person"]:
        schemes.change(context, row, with_person=False)
        schemes.accept(context, {**row, "with_person": False})


def _run(context: Context) -> None:
    if not access.may_run_schemes(roles_of(context.connection, context.person)):
        raise Rejected("not.yours", words("not.yours"))


def show(connection: Connection, asking: Asking) -> Shown:
    said = [schemes.body(row) for row in schemes.schemes(connection).values()]
    items = {item["id"]: item["title"] for each in said for item in each["items"]}
    places = {id: schemes.body(row)["title"] for id, row in schemes.places(connection).items()}
    asked = [
        {"code": row.code, "item": items[row.item], "place": places[row.collect_at]}
        for row in connection.execute(_TO_LOOK_AT)
    ]
    return Shown({"asked": asked})


def doors(connection: Connection, roles: Roles) -> list[dict[str, Any]]:
    if not access.may_run_schemes(roles):
        return []
    return [
        {"kind": "scheme", "id": id, "name": schemes.body(row)["title"], "state": row["state"]}
        for id, row in schemes.schemes(connection).items()
    ]


PAGE = DeskPage(
    Page("desk-ally", "/desk/ally", "features/ally_desk/index.html", "The ally scheme", needs=("scheme",)),
    may=lambda roles, params: access.may_run_schemes(roles),
    show=show,
)

FEATURE = Feature("ally_desk", actions=(set_state, agree), desk=(PAGE,), doors=doors)

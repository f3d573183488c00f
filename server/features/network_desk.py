"""The desk of a network: what its leads see and do. Knows nothing of HTTP, push or the browser.

Names are of those who want the committee to see them, and each reading is written down. No page, no answer and no
count here tells of a private member.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from pwa.dates import london_date
from pwa.pages import Page
from server import access, members
from server.db import table
from server.features.feature import Asking, DeskPage, Feature, Shown
from server.features.network_words import NetworkPost, NetworkSaid
from server.features.networks import NetworkId, month_text
from server.members import Network
from server.people import Person, Role, Roles, put_role, roles_of, take_role
from server.words import words
from sync import Args, Context, Rejected, Touch, action

CHAIR, MEMBER = "chair", "member"

ItsId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Open the page again, then choose it.")]


class Open(Args, frozen=True):
    network: NetworkId
    state: Annotated[Literal["open", "paused", "closed"], msgspec.Meta(description="Choose if people can join.")]


class Tell(Args, frozen=True):
    network: NetworkId
    heard: Annotated[
        str, msgspec.Meta(min_length=1, max_length=200, description="Write what you heard, in up to 200 letters.")
    ]
    owner: Annotated[
        Literal["trust", "union", "network"], msgspec.Meta(description="Choose whose it was to put right.")
    ]
    did: Annotated[
        str, msgspec.Meta(min_length=1, max_length=300, description="Write what was done, in up to 300 letters.")
    ]


class Untell(Args, frozen=True):
    network: NetworkId
    said: ItsId


class Post(Args, frozen=True):
    network: NetworkId
    title: Annotated[
        str, msgspec.Meta(min_length=1, max_length=100, description="Write a title, in up to 100 letters.")
    ]
    text: Annotated[
        str, msgspec.Meta(min_length=1, max_length=1500, description="Write your message, in up to 1500 letters.")
    ]


class Unpost(Args, frozen=True):
    network: NetworkId
    post: ItsId


class HandOver(Args, frozen=True):
    network: NetworkId
    to: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose who leads after you.")]


_networks, _roles, _people = table(Network).c, table(Role).c, table(Person).c
_IS_THERE = select(_networks.id).where(_networks.id == bindparam("network"))
_EVERY = select(_networks.id, _networks.name, _networks.state).order_by(_networks.position, _networks.id)
_LEADING = (
    select(_people.id, _people.name, _people.role, _roles.role.label("leads_as"))
    .where(_roles.person_id == _people.id, _roles.area == bindparam("network"), _roles.role.in_(access.LEADS))
    .order_by(_people.name, _people.id, _roles.role)
)


@action("network.open", v=1, says="Open or close a network", private=True, online=True)
def open_(context: Context, args: Open) -> None:
    """Those who are in it stay in it."""
    _lead(context, args.network, access.may_write_network)
    context.connection.execute(update(Network).where(_networks.id == args.network).values(state=args.state))
    context.touch("network", "public", args.network)


@action("network.tell", v=1, says="Say what was done", private=True, online=True)
def tell(context: Context, args: Tell) -> None:
    _lead(context, args.network, access.may_write_network)
    row = {"id": secrets.token_urlsafe(12), "network_id": args.network, "told_at": context.now}
    row |= {"heard": args.heard, "owner": args.owner, "did": args.did}
    context.connection.execute(insert(NetworkSaid).values(row))
    context.touch("network", "public", args.network)


@action("network.untell", v=1, says="Take away what was said", private=True, online=True)
def untell(context: Context, args: Untell) -> None:
    """Twice is the same as once."""
    _lead(context, args.network, access.may_write_network)
    mine = (NetworkSaid.id == args.said) & (NetworkSaid.network_id == args.network)
    context.connection.execute(delete(NetworkSaid).where(mine))
    context.touch("network", "public", args.network)


@action("network.post", v=1, says="Write to members", private=True, online=True)
def post(context: Context, args: Post) -> None:
    _lead(context, args.network, access.may_post)
    id = secrets.token_urlsafe(12)
    row = {"id": id, "network_id": args.network, "title": args.title, "text": args.text, "posted_at": context.now}
    context.connection.execute(insert(NetworkPost).values(row))
    context.touch("post", f"network:{args.network}", id)


@action("network.unpost", v=1, says="Take a message away", private=True, online=True)
def unpost(context: Context, args: Unpost) -> None:
    """Twice is the same as once."""
    _lead(context, args.network, access.may_post)
    mine = (NetworkPost.id == args.post) & (NetworkPost.network_id == args.network)
    if context.connection.execute(delete(NetworkPost).where(mine)).rowcount:
        context.touch("post", f"network:{args.network}", args.post)


@action("network.hand_over", v=1, says="Hand over a network", private=True, online=True)
def hand_over(context: Context, args: HandOver) -> None:
    """The chair leaves office and another takes it, in one go: there is no moment with two or with none."""
    _lead(context, args.network, access.may_hand_over)
    named = members.named(context.connection, args.network)
    if args.to not in _heirs(named, _leading(context.connection, args.network), context.person):
        raise Rejected("unknown.heir", words("unknown.heir"))
    changed = take_role(context.connection, context.person, CHAIR, args.network)
    for role in access.LEADS:
        changed += take_role(context.connection, args.to, role, args.network)
    changed += put_role(context.connection, args.to, CHAIR, args.network)
    for touch in changed:
        context.touch(touch.kind, touch.scope, touch.id)


def _lead(context: Context, network: str, may: Callable[[Roles, str], bool]) -> None:
    """Who may not is told the same of every network, whether there is one or not."""
    if not may(roles_of(context.connection, context.person), network):
        raise Rejected("not.yours", words("not.yours"))
    if context.connection.execute(_IS_THERE, {"network": network}).first() is None:
        raise Rejected("unknown.network", words("unknown.network"))


def _leading(connection: Connection, network: str) -> Sequence[RowMapping]:
    return connection.execute(_LEADING, {"network": network}).mappings().all()


def _heirs(named: Sequence[RowMapping], leading: Sequence[RowMapping], chair: str) -> dict[str, RowMapping]:
    """Who the chair may hand over to: who leads already, and members whose name the committee may see."""
    may = [*leading, *(each for each in named if each["joined_as"] == MEMBER)]
    found = {each["id"]: each for each in may if each["id"] != chair}
    return dict(sorted(found.items(), key=lambda pair: (pair[1]["name"], pair[0])))


def show(connection: Connection, asking: Asking) -> Shown:
    """Whoever does not lead the network gets its words and no name."""
    network, roles = asking.params["network"], asking.roles
    leading = _leading(connection, network)
    values: dict[str, Any] = {"leading": len({each["id"] for each in leading}), "people": [], "heirs": []}
    values |= {"may_post": int(access.may_post(roles, network)), "names": int(access.leads(roles, network))}
    if not values["names"]:
        return Shown(values)
    named = members.named(connection, network)
    values["people"] = [_as_shown(each) for each in named]
    if access.may_hand_over(roles, network):
        heirs = _heirs(named, leading, asking.person).items()
        values["heirs"] = [{"value": id, "text": each["name"], "hint": each["role"]} for id, each in heirs]
    leads_as = [role for role in access.LEADS if (role, network) in roles]
    if not members.write_down(connection, network, london_date(asking.now), leads_as[0]):
        return Shown(values)
    told = [Touch("membership", f"member:{each['membership']}", network) for each in named]
    return Shown(values, told)


def _as_shown(row: RowMapping) -> dict[str, Any]:
    return {
        "name": row["name"],
        "role_text": row["role"],
        "team_name": row["team"] or "",
        "as": row["joined_as"],
        "since_text": month_text(row["month"]),
    }


def doors(connection: Connection, roles: Roles) -> list[dict[str, Any]]:
    return [
        {"kind": "network", "id": row.id, "name": row.name, "state": row.state}
        for row in connection.execute(_EVERY)
        if access.may_write_network(roles, row.id)
    ]


PAGE = DeskPage(
    Page(
        "desk-network",
        "/desk/networks/{network}",
        "features/network_desk/network.html",
        "A network you look after",
        needs=("network", "post"),
        of="network",
    ),
    may=lambda roles, params: access.may_write_network(roles, params["network"]),
    show=show,
)

FEATURE = Feature(
    "network_desk",
    actions=(open_, tell, untell, post, unpost, hand_over),
    desk=(PAGE,),
    doors=doors,
)

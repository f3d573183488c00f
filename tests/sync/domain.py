"""A small domain for the engine's own tests: choices, counters, groups that change scopes, seats that run out, and an
action that breaks on demand. Stands in for the features and knows nothing of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text

from sync import Args, Context, Engine, Kind, Merged, Owned, Projection, Rejected, action, projection

KEY = b"a key that only the tests know"
SEATS = 1
PRIVACY = {"name": 0, "nobody": 1, "withdrawn": 2}

tables = MetaData()
choice = Table(
    "choice",
    tables,
    Column("person", Text, primary_key=True),
    Column("thing", Text, primary_key=True),
    Column("show", Text, nullable=False),
)
effect = Table(  # a row for each time something took effect: a token that is here twice was done twice
    "effect",
    tables,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("token", Text, nullable=False),
    Column("tally", Text, nullable=False),
    Column("amount", Integer, nullable=False),
)
member = Table("member", tables, Column("person", Text, primary_key=True), Column("group", Text, primary_key=True))
post = Table(
    "post",
    tables,
    Column("id", Text, primary_key=True),
    Column("group", Text, nullable=False),
    Column("text", Text, nullable=False),
)
seat = Table(
    "seat",
    tables,
    Column("person", Text, primary_key=True),
    Column("room", Text, primary_key=True),
    Column("state", Text, nullable=False),
)
CHOICES = Owned(choice, owner="person", key="thing")
fault = Table("fault", tables, Column("place", Text, primary_key=True))  # what is broken just now


class Take(Args, frozen=True):
    thing: str
    show: Annotated[Literal["name", "nobody"], msgspec.Meta(description="Choose who may see it.")]


class Withdraw(Args, frozen=True):
    thing: str


class AddOld(Args, frozen=True):
    tally: str
    token: str


class Add(Args, frozen=True):
    tally: str
    token: str
    amount: Annotated[int, msgspec.Meta(ge=1, le=9)]


class Group(Args, frozen=True):
    group: str


class Write(Args, frozen=True):
    group: str
    token: str
    text: str = ""


class Edit(Args, frozen=True):
    token: str
    text: str


class Move(Args, frozen=True):
    token: str
    group: str


class Book(Args, frozen=True):
    room: str
    token: str


class Frail(Args, frozen=True):
    token: str


def choose(context: Context, thing: str, show: str) -> Merged | None:
    scope = f"person:{context.person}"
    mine = context.rows(CHOICES, context.person)
    held = mine.get(thing)
    if held and PRIVACY[show] < PRIVACY[held["show"]] and not context.in_sight("taking", scope, thing):
        return Merged("privacy.kept", "We kept the more private choice.")
    mine.put(thing, show=show)
    context.touch("taking", scope, thing, choice=True)
    return None


@action("thing.take", says="Take {thing}", chooses=("taking", "thing"), keep_words=True)
def take(context: Context, args: Take) -> Merged | None:
    return choose(context, args.thing, args.show)


@action("thing.withdraw", says="Withdraw {thing}", chooses=("taking", "thing"))
def withdraw(context: Context, args: Withdraw) -> Merged | None:
    return choose(context, args.thing, "withdrawn")


def count(context: Context, token: str, tally: str, amount: int) -> None:
    context.connection.execute(effect.insert(), {"token": token, "tally": tally, "amount": amount})
    context.touch("tally", "public", tally)


@action("tally.add", says="Count")
def add_old(context: Context, args: AddOld) -> None:
    count(context, args.token, args.tally, 1)


@action("tally.add", v=2, says="Count {amount}", upcasters={1: lambda data: {**data, "amount": 1}})
def add(context: Context, args: Add) -> None:
    count(context, args.token, args.tally, args.amount)


@action("group.join", says="Join a group", private=True)
def join(context: Context, args: Group) -> Merged | None:
    if is_member(context, args.group):
        return None
    context.connection.execute(member.insert(), {"person": context.person, "group": args.group})
    context.touch("membership", f"person:{context.person}", args.group)
    return None


@action("group.leave", says="Leave a group", private=True)
def leave(context: Context, args: Group) -> None:
    mine = (member.c.person == context.person) & (member.c.group == args.group)
    context.connection.execute(member.delete().where(mine))
    context.touch("membership", f"person:{context.person}", args.group)


def is_member(context: Context, group: str) -> bool:
    mine = (member.c.person == context.person) & (member.c.group == group)
    return context.connection.execute(sa.select(member.c.group).where(mine)).first() is not None


@action("post.write", says="Write")
def write(context: Context, args: Write) -> None:
    context.connection.execute(effect.insert(), {"token": args.token, "tally": "", "amount": 0})
    context.connection.execute(post.insert(), {"id": args.token, "group": args.group, "text": args.text})
    context.touch("post", f"group:{args.group}", args.token)


def group_of(context: Context, token: str) -> str:
    found = context.connection.execute(sa.select(post.c.group).where(post.c.id == token).with_for_update()).scalar()
    if found is None:
        raise Rejected("no_post", "Write it first.")
    return str(found)


@action("post.edit", says="Change what you wrote")
def edit(context: Context, args: Edit) -> None:
    group = group_of(context, args.token)
    context.connection.execute(post.update().where(post.c.id == args.token).values(text=args.text))
    context.touch("post", f"group:{group}", args.token)


@action("post.move", says="Move what you wrote")
def move(context: Context, args: Move) -> None:
    context.touch("post", f"group:{group_of(context, args.token)}", args.token)
    context.connection.execute(post.update().where(post.c.id == args.token).values(group=args.group))
    context.touch("post", f"group:{args.group}", args.token)


@action("seat.book", says="Book a seat")
def book(context: Context, args: Book) -> Merged | None:
    taken = context.connection.execute(sa.select(seat.c.person, seat.c.state).where(seat.c.room == args.room)).all()
    if any(row.person == context.person for row in taken):
        return None
    full = sum(row.state == "seat" for row in taken) >= SEATS
    state = "waiting" if full else "seat"
    context.connection.execute(effect.insert(), {"token": args.token, "tally": "", "amount": 0})
    context.connection.execute(seat.insert(), {"person": context.person, "room": args.room, "state": state})
    context.touch("seat", f"person:{context.person}", args.room)
    return Merged("waitlist", "It is full. You are on the waiting list.") if full else None


@action("frail.do", says="Do a thing that can break", keep_words=True)
def do_frail(context: Context, args: Frail) -> None:
    count(context, args.token, "frail", 1)
    if context.connection.execute(sa.select(fault).where(fault.c.place == "apply")).first():
        raise RuntimeError("the words of a person could be in here")


Bodies = Mapping[tuple[str, str], dict[str, Any]]
Keys = Sequence[tuple[str, str]]


@projection("taking")
def takings(connection: Connection, keys: Keys) -> Bodies:
    rows = connection.execute(sa.select(choice).where(choice.c.thing.in_({id for _, id in keys})))
    made = {(f"person:{row.person}", row.thing): {"show": row.show} for row in rows if row.show != "withdrawn"}
    return only(keys, made)


@projection("tally")
def tallies(connection: Connection, keys: Keys) -> Bodies:
    if connection.execute(sa.select(fault).where(fault.c.place == "projection")).first():
        raise RuntimeError("a projection that breaks")
    total = sa.func.sum(effect.c.amount).label("total")
    wanted = effect.c.tally.in_({id for _, id in keys})
    rows = connection.execute(sa.select(effect.c.tally, total).where(wanted).group_by(effect.c.tally))
    return only(keys, {("public", row.tally): {"total": int(row.total)} for row in rows})


@projection("membership")
def memberships(connection: Connection, keys: Keys) -> Bodies:
    rows = connection.execute(sa.select(member).where(member.c.group.in_({id for _, id in keys})))
    return only(keys, {(f"person:{row.person}", row.group): {"group": row.group} for row in rows})


@projection("post")
def posts(connection: Connection, keys: Keys) -> Bodies:
    rows = connection.execute(sa.select(post).where(post.c.id.in_({id for _, id in keys})))
    return only(keys, {(f"group:{row.group}", row.id): {"text": row.text} for row in rows})


@projection("seat")
def seats(connection: Connection, keys: Keys) -> Bodies:
    rows = connection.execute(sa.select(seat).where(seat.c.room.in_({id for _, id in keys})))
    return only(keys, {(f"person:{row.person}", row.room): {"state": row.state} for row in rows})


def only(keys: Keys, made: Bodies) -> Bodies:
    return {key: made[key] for key in keys if key in made}


PROJECTIONS: list[Projection] = [takings, tallies, memberships, posts, seats]
KINDS: list[Kind] = [take, withdraw, add, join, leave, write, edit, move, book, do_frail]
OLD_KINDS: list[Kind] = [take, withdraw, add_old, join, leave, write, edit, move]  # a build from before seats

ENGINE = Engine.of(KINDS, PROJECTIONS, KEY)
OLD_ENGINE = Engine.of(OLD_KINDS, PROJECTIONS, KEY)


GROUPS_OF = sa.select(member.c.group).where(member.c.person == sa.bindparam("person"))


def scopes_of(connection: Connection, person: str) -> list[str]:
    groups = connection.execute(GROUPS_OF, {"person": person}).scalars()
    return ["public", f"person:{person}", *sorted(f"group:{group}" for group in groups)]


def all_keys(connection: Connection) -> set[tuple[str, str, str]]:
    """Every record that the domain rows call for: what a full republishing would touch."""
    keys = {("public", "tally", row.tally) for row in connection.execute(sa.select(effect.c.tally)) if row.tally}
    for row in connection.execute(sa.select(choice).where(choice.c.show != "withdrawn")):
        keys.add((f"person:{row.person}", "taking", row.thing))
    for row in connection.execute(sa.select(member)):
        keys.add((f"person:{row.person}", "membership", row.group))
    keys |= {(f"group:{row.group}", "post", row.id) for row in connection.execute(sa.select(post))}
    keys |= {(f"person:{row.person}", "seat", row.room) for row in connection.execute(sa.select(seat))}
    return keys

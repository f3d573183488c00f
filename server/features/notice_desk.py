"""Messages that leads send: written, looked at again, gone, corrected or taken back. Knows nothing of HTTP or phones.

Who wrote one is kept as an HMAC, only so that somebody else says yes to what goes to everybody. No page here tells of
anybody it reaches: how many are in a network is what was published last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import BigInteger, Connection, RowMapping, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from pwa.dates import clock, london_date, long_date
from pwa.pages import Page
from server import access
from server.db import Base, table
from server.features.feature import Asking, DeskPage, Feature, Shown
from server.members import Network
from server.people import Roles, roles_of
from server.push import notices
from server.push.notices import EVERYBODY, To, Words
from server.reports.published import MEMBERS, last
from server.words import words
from sync import Args, Context, Rejected, Touch, action, opaque

WAITING, SET, GONE, STOPPED = "waiting", "set", "gone", "stopped"
UNDO = 60_000  # milliseconds between Send and the moment it goes
DAY = 86_400_000
KEPT_DAYS = 30
WIDE = {"news": "Everybody", "partnership": "Everybody, from the staff side"}
TWO = "Somebody else has to read it and say yes first."
SENDERS = {"chair": "The chair", "vicechair": "The vice chair", "secretary": "The secretary"}
SENDERS |= {"coordinator": "Inclusion team", "staffside": "Staff side"}

Audience = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Choose who gets it.")]
ItsId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="Open the page again, then choose it.")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="Write a title, in up to 100 letters.")]
Text = Annotated[
    str, msgspec.Meta(min_length=1, max_length=1500, description="Write your message, in up to 1500 letters.")
]


class DeskNotice(Base):
    """What was written at a desk. It is a notice, with the same id, once it has gone; `send_at` is when it does."""

    __tablename__ = "desk_notice"
    id: Mapped[str] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(index=True)
    author: Mapped[str]  # an HMAC
    sender: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    state: Mapped[str]
    written_at: Mapped[int] = mapped_column(BigInteger)
    send_at: Mapped[int] = mapped_column(BigInteger)
    reached: Mapped[str]


class Send(Args, frozen=True):
    audience: Audience
    title: Title
    text: Text
    when: Annotated[Literal["now", "morning"], msgspec.Meta(description="Choose when it goes.")]


class One(Args, frozen=True):
    audience: Audience
    notice: ItsId


class Correct(Args, frozen=True):
    audience: Audience
    notice: ItsId
    title: Title
    text: Text


_desk = table(DeskNotice).c
_ROWS = select(table(DeskNotice)).order_by(_desk.written_at.desc(), _desk.id)
_ONE = _ROWS.where(_desk.id == bindparam("notice"), _desk.audience == bindparam("audience"))
_SAME = select(_desk.id).where(
    _desk.audience == bindparam("audience"),
    _desk.title == bindparam("title"),
    _desk.text == bindparam("text"),
    _desk.state.in_((WAITING, SET, GONE)),
    _desk.written_at > bindparam("since"),
)
_NETWORKS = select(Network.id, Network.name).order_by(Network.position, Network.id)


@action("notice.send", v=1, says="Send a message", private=True, online=True)
def send(context: Context, args: Send) -> None:
    """What goes to everybody waits until somebody else has read it."""
    role = _may(context, args.audience, access.sends_as)
    same = {"audience": args.audience, "title": args.title, "text": args.text, "since": context.now - DAY}
    if context.connection.execute(_SAME, same).first() is not None:
        raise Rejected("sent.before", words("sent.before"))
    id = notices.new_id()
    row: dict[str, Any] = {"id": id, "audience": args.audience, "author": _author(context, id), "sender": SENDERS[role]}
    row |= {"title": args.title, "text": args.text, "written_at": context.now}
    row |= {"state": WAITING if args.audience in WIDE else SET, "send_at": _goes_at(context.now, args.when)}
    context.connection.execute(insert(DeskNotice).values(reached="", **row))


@action("notice.confirm", v=1, says="Say yes to a message", private=True, online=True)
def confirm(context: Context, args: One) -> None:
    _may(context, args.audience, access.confirms_as)
    row = _row(context, args.audience, args.notice)
    if row is None or row["state"] != WAITING:
        return
    if row["author"] == _author(context, row["id"]):
        raise Rejected("second.person", words("second.person"))
    _put(context, row["id"], state=SET, send_at=max(row["send_at"], context.now + UNDO))


@action("notice.stop", v=1, says="Stop a message", private=True, online=True)
def stop(context: Context, args: One) -> None:
    """Twice is the same as once. What has gone can only be taken back."""
    _may(context, args.audience, access.sends_as)
    row = _row(context, args.audience, args.notice)
    if row is not None and row["state"] == GONE:
        raise Rejected("gone.already", words("gone.already"))
    if row is not None:
        _put(context, row["id"], state=STOPPED)


@action("notice.correct", v=1, says="Correct a message", private=True, online=True)
def correct(context: Context, args: Correct) -> None:
    _may(context, args.audience, access.sends_as)
    row = _row(context, args.audience, args.notice)
    if row is None or row["state"] != GONE:
        return
    _put(context, row["id"], title=args.title, text=args.text)
    paragraphs = _paragraphs(args.text)
    _touch(context, notices.correct(context.connection, context.key, context.now, row["id"], args.title, paragraphs))


@action("notice.withdraw", v=1, says="Take a message back", private=True, online=True)
def withdraw(context: Context, args: One) -> None:
    _may(context, args.audience, access.sends_as)
    row = _row(context, args.audience, args.notice)
    if row is not None and row["state"] == GONE:
        _put(context, row["id"], state=STOPPED, title="", text="")
        _touch(context, notices.withdraw(context.connection, context.key, context.now, row["id"]))


def _may(context: Context, audience: str, as_: Callable[[Roles, str], str]) -> str:
    """Who may not is told the same of every audience, whether there is one or not."""
    role = as_(roles_of(context.connection, context.person), audience)
    if not role:
        raise Rejected("not.yours", words("not.yours"))
    return role


def _author(context: Context, id: str) -> str:
    return opaque(context.key, "author", id, context.person)


def _row(context: Context, audience: str, notice: str) -> RowMapping | None:
    return context.connection.execute(_ONE, {"audience": audience, "notice": notice}).mappings().first()


def _put(context: Context, id: str, **values: Any) -> None:
    context.connection.execute(update(DeskNotice).where(_desk.id == id).values(values))


def _touch(context: Context, touched: Sequence[Touch]) -> None:
    for each in touched:
        context.touch(each.kind, each.scope, each.id)


def _goes_at(now: int, when: str) -> int:
    return notices.next_morning(now + UNDO) if when == "morning" else now + UNDO


def _paragraphs(text: str) -> list[str]:
    return [part for each in text.split("\n\n") if (part := each.strip())]


def is_due(connection: Connection, now: int) -> bool:
    due = select(_desk.id).where(_desk.state == SET, _desk.send_at <= now)
    return connection.execute(due.limit(1)).first() is not None


def send_due(connection: Connection, key: bytes, now: int) -> list[Touch]:
    """For a timer: what nobody stopped in time goes, once. The answer is for `publish`."""
    due = update(DeskNotice).where(_desk.state == SET, _desk.send_at <= now).values(state=GONE)
    touched: list[Touch] = []
    for row in connection.execute(due.returning(*table(DeskNotice).columns)).mappings().all():
        said = Words("message", row["title"], _paragraphs(row["text"]), sender=row["sender"])
        to = EVERYBODY if row["audience"] in WIDE else To(row["audience"])
        touched += notices.tell(connection, key, now, said, row["audience"], to, id=row["id"])
    return touched


def clear_out(connection: Connection, now: int) -> None:
    connection.execute(delete(DeskNotice).where(_desk.written_at < now - KEPT_DAYS * DAY))


def show(connection: Connection, asking: Asking) -> Shown:
    names = WIDE | dict(iter(connection.execute(_NETWORKS)))
    counted = last(connection, MEMBERS)
    mine = [each for each in names if access.sends_as(asking.roles, each)]
    seen = [each for each in names if each in mine or access.confirms_as(asking.roles, each)]
    audiences = [
        {"value": id, "text": names[id], "hint": TWO if id in WIDE else _people(counted.get(id))} for id in mine
    ]
    rows = [row for row in connection.execute(_ROWS).mappings() if row["audience"] in seen]
    written = [_as_shown(row, names, mine) for row in rows if row["audience"] in mine or row["state"] == WAITING]
    return Shown({"audiences": audiences, "written": written})


def _people(counted: str | None) -> str:
    """As it was last published: nobody who joins or leaves changes it."""
    return f"{counted} people, last month" if counted else "How many is told once a month."


def _as_shown(row: RowMapping, names: dict[str, str], mine: Sequence[str]) -> dict[str, Any]:
    day = london_date(row["send_at"])
    kept = {name: row[name] for name in ("id", "audience", "title", "text", "state", "sender", "reached")}
    when = {"when_text": f"{long_date(day)} at {clock(row['send_at'])}"}
    return kept | when | {"name": names[row["audience"]], "mine": int(row["audience"] in mine)}


def doors(connection: Connection, roles: Roles) -> list[dict[str, Any]]:
    return [{"kind": "notices", "id": "", "name": "", "state": ""}] if access.may_open_notices(roles) else []


PAGE = DeskPage(
    Page("desk-notices", "/desk/notices", "features/notice_desk/index.html", "Messages you send"),
    may=lambda roles, params: access.may_open_notices(roles),
    show=show,
)

FEATURE = Feature("notice_desk", actions=(send, confirm, stop, correct, withdraw), desk=(PAGE,), doors=doors)

"""The page table: every page that both servers can render. Knows nothing of databases, HTTP or the worker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Page:
    """`needs` are the record kinds its template may ask for.

    `of` is a record kind: the path parameter of that name is the id of such a record, or there is no such page.
    """

    id: str
    path: str
    template: str
    title: str
    needs: tuple[str, ...] = ()
    public: bool = False
    of: str | None = None


STATEMENT = "features/statements/index.html"  # of the statement that is called as its page is

PAGES = (
    Page(
        "home",
        "/",
        "features/home/index.html",
        "Home",
        needs=("pledge", "pledging", "scheme", "ally", "hand_over", "notice", "notice_read"),
    ),
    Page("pledges", "/pledges", "features/pledges/index.html", "Pledges", needs=("pledge", "pledging")),
    Page(
        "pledge",
        "/pledges/{pledge}",
        "features/pledges/pledge.html",
        "A pledge",
        needs=("pledge", "pledging", "pledge_shown", "module"),
        of="pledge",
    ),
    Page("learn", "/learn", "features/learn/index.html", "Learn", needs=("module", "progress")),
    Page(
        "module",
        "/learn/{module}",
        "features/learn/module.html",
        "A module",
        needs=("module", "progress", "guide"),
        of="module",
    ),
    Page(
        "networks",
        "/networks",
        "features/networks/index.html",
        "Networks",
        needs=("network", "membership", "topic", "asking"),
    ),
    Page(
        "network",
        "/networks/{network}",
        "features/networks/network.html",
        "A network",
        needs=("network", "membership", "consent", "post"),
        of="network",
    ),
    Page(
        "ally",
        "/ally",
        "features/ally/index.html",
        "Be an ally",
        needs=("scheme", "place", "ally", "module", "progress", "team"),
    ),
    Page(
        "hand-over",
        "/hand-over/{hand_over}",
        "features/stock/index.html",
        "Collection desk",
        needs=("hand_over", "stock", "check_code"),
        of="hand_over",
    ),
    Page(
        "inbox",
        "/inbox",
        "features/notices/index.html",
        "Messages",
        needs=("notice", "notice_read", "preference"),
    ),
    Page("outbox", "/outbox", "features/outbox/index.html", "Your outbox"),
    Page("me", "/me", "features/me/index.html", "About you", needs=("pledge", "pledging")),
    Page(
        "data",
        "/me/data",
        "features/data/index.html",
        "What we hold about you",
        needs=(
            *("pledge", "pledging", "module", "progress", "network", "membership", "asking", "scheme", "ally"),
            *("device", "statement"),
        ),
    ),
    Page("devices", "/me/devices", "features/devices/index.html", "Your phones and computers", needs=("device",)),
    Page("phone", "/me/phone", "features/phone/index.html", "Will this phone keep your work?"),
    Page("install", "/me/install", "features/install/index.html", "Put this on your home screen"),
    Page("help", "/help", "features/help/index.html", "Get help", needs=("help", "organisation", "guide"), public=True),
    Page(
        "guide", "/guides/{guide}", "features/guides/guide.html", "A guide", needs=("guide",), public=True, of="guide"
    ),
    Page("words", "/words", "features/guides/words.html", "Words to borrow", needs=("situation",), public=True),
    Page("policy", "/policy", "features/guides/policy.html", "Our policy", needs=("policy",), public=True),
    Page("look", "/look", "features/look/index.html", "Look and language", public=True),
    Page("privacy", "/privacy", STATEMENT, "Privacy", needs=("statement",), public=True),
    Page("accessibility", "/accessibility", STATEMENT, "Accessibility", needs=("statement",), public=True),
    Page("storage", "/storage", STATEMENT, "What is on this phone", needs=("statement",), public=True),
)


def match(path: str, pages: Sequence[Page] = PAGES) -> tuple[Page, dict[str, str]] | None:
    for page in pages:
        found = _pattern(page.path).fullmatch(path)
        if found:
            return page, found.groupdict()
    return None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    """Ids in paths are opaque and plain: letters, digits, `-` and `_`."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[A-Za-z0-9_-]{1,64})", re.escape(path)))

"""The day something was done, as people are told it. Knows no feature."""

from __future__ import annotations

from pwa.dates import london_date
from sync import Context

PHONE_DATE_DAYS = 30
DAY = 86_400_000


def day_of(context: Context) -> str:
    """The day on the phone while that can be right, else the day on the server."""
    believable = context.now - PHONE_DATE_DAYS * DAY <= context.at <= context.now
    return london_date(context.at if believable else context.now)

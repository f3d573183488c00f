"""Once a day: forgets what no phone and no person needs any more, and takes the numbers of a new month. And every few
seconds: sends the messages whose time has come.
Each step is a short transaction of its own.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from server import anonymous_counts, codes, factors, invitations, log, members, pending, sessions, traces
from server.features import notice_desk, schemes
from server.push import deliveries, notices
from server.reports import snapshots
from server.site import Site, now
from sync import cut, forget_words, prune, publish

DAY_SECONDS = 86_400
SOON_SECONDS = 5


async def every_day(site: Site) -> None:
    while True:
        try:
            await clean(site)
        except Exception as error:  # a bad day must not end the days after it
            log.fault("housekeeping", error)
        await asyncio.sleep(DAY_SECONDS)


async def every_few_seconds(site: Site) -> None:
    """What has to happen at a time of day, or a minute after somebody pressed a button."""
    while True:
        try:
            if await site.db.read(notice_desk.is_due, now()):
                await site.db.write(_messages, site)
        except Exception as error:  # the next one may not wait for this one
            log.fault("timers", error)
        await asyncio.sleep(SOON_SECONDS)


async def clean(site: Site) -> None:
    await site.db.write(_sessions, site)
    ours = (
        anonymous_counts.clear_out,
        codes.clear_out,
        deliveries.clear_out,
        pending.clear_out,
        factors.clear_out,
        invitations.clear_out,
        members.clear_out,
        schemes.clear_out,
        notice_desk.clear_out,
    )
    await site.db.write(_notices, site)
    for forget in (*ours, cut, prune, forget_words):
        await site.db.write(forget, now())
    await site.db.write(snapshots.take, site.engine, site.config, now())
    await traces.blur(site.db)
    log.write("housekeeping_done")


def _sessions(connection: Connection, site: Site) -> None:
    moment = now()
    publish(site.engine, connection, sessions.clear_out(connection, moment))


def _notices(connection: Connection, site: Site) -> None:
    publish(site.engine, connection, notices.clear_out(connection, now()))


def _messages(connection: Connection, site: Site) -> None:
    publish(site.engine, connection, notice_desk.send_due(connection, site.engine.key, now()))

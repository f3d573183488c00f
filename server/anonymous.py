"""`POST /anonymous`: the door for what somebody tells without saying who. Reads no cookie that comes along, sets none.

A phone sends each at a random time within a day, with a random id for this one alone and the day. No line in the log,
none in the journal. What is kept: anonymous_counts.py.
"""

from __future__ import annotations

import msgspec
from litestar import HttpMethod, Response
from litestar.di import NamedDependency
from litestar.handlers import route

from pwa.dates import london_date
from server.anonymous_counts import NotCounted, Told, count
from server.problems import PROBLEM_JSON, problem
from server.site import Site, now
from server.web import AnyRequest

MAX_BYTES = 2_000


@route(
    "/anonymous",
    http_method=[HttpMethod.POST],
    include_in_schema=False,
    opt={"quiet": True},
    request_max_body_size=MAX_BYTES,
)
async def anonymous(request: AnyRequest, site: NamedDependency[Site]) -> Response[bytes]:
    """Told a second time it is answered as it was the first time, and counts once."""
    try:
        told = msgspec.json.decode(await request.body(), type=Told)
        await site.db.write(count, told, london_date(now()))
    except msgspec.DecodeError:
        return _not_counted("We could not read that, so nothing was counted. Send id, kind, day and data as JSON.")
    except NotCounted as why:
        return _not_counted(str(why))
    return Response(b"", status_code=204)


def _not_counted(words: str) -> Response[bytes]:
    """A phone lets go of what got this answer."""
    body = msgspec.json.encode(problem(422, "not_counted", words))
    return Response(body, status_code=422, media_type=PROBLEM_JSON, headers={"Cache-Control": "no-store"})

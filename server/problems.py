"""Every answer that is not what was asked for: a page in plain words for people, problem+json for programs."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from server import log
from server.site import Site
from server.web import PRIVATE, AnyRequest, Filled, Held, drawn, not_found, wants_json

PROBLEM_JSON = "application/problem+json"

# status: code for programs, title, what to do
KNOWN = {
    400: ("malformed", "We could not read that", "Go back, check what you typed and try again."),
    401: ("log_in", "Log in first", "Log in, then try again. What you saved on this phone is safe."),
    403: ("other_site", "We did not do that", "It came from another website. Open this app and try again."),
    404: ("not_found", "We cannot find that page", "The link may be old, or the page may have moved."),
    405: ("wrong_method", "That does not work here", "Go to the home page and start from there."),
    409: ("other_person", "Someone else is logged in here", "Your saved work is safe and waits for you."),
    413: ("too_large", "That is too big", "Make it shorter and try again."),
    429: ("too_often", "That was a lot of tries", "Wait 15 minutes, then try again."),
    500: ("problem", "Something went wrong", "It is not your fault. Wait a minute, then try again."),
    503: ("too_busy", "We are very busy", "Wait a minute, then try again. Anything saved on your phone is safe."),
}


class Problem(msgspec.Struct):
    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    field: str | msgspec.UnsetType = msgspec.UNSET


def problem(status: int, code: str = "", detail: str = "", field: str | None = None) -> Problem:
    known, title, todo = KNOWN.get(status, KNOWN[500 if status >= 500 else 400])
    return Problem(title=title, status=status, detail=detail or todo, code=code or known, field=field or msgspec.UNSET)


def on_error(request: AnyRequest, error: Exception) -> Response[Any]:
    site: Site = request.app.state.site
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status >= 500:
        log.fault("request", error, route=request.scope.get("path_template", ""))
    headers = {"Cache-Control": "no-store", **(getattr(error, "headers", None) or {})}
    said = problem(status)
    if wants_json(request):
        return Response(msgspec.json.encode(said), status_code=status, media_type=PROBLEM_JSON, headers=headers)
    if status == 404:
        return not_found(site, request, Held(None))
    filled = Filled([{"field": "", "words": said.detail}])
    named = ("problem", said.title)
    return drawn(
        site, request, "layout/problem.html", named, Held(None), filled, status=status, headers=headers | PRIVATE
    )

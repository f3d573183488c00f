"""What /openapi.json says of the doors that Litestar does not read by itself: /sync, and the form of each kind.

The shapes are made from the very classes that requests are decoded with. Knows no kind by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

from server.problems import KNOWN, PROBLEM_JSON, Problem
from sync import Kind, wire

Described = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
SYNC_REFUSALS = (400, 401, 403, 409, 413, 500, 503)
FORM_REFUSALS = (400, 403, 413, 500)
ANYTHING = {"description": "What it is depends on the rest."}
PAGE = {"type": "string", "description": "The path of the page that the form is on, which is shown again."}
ANOTHER_HISTORY = {"type": "object", "properties": {"epoch": {"type": "string"}}, "required": ["epoch"]}


class WithSync(JsonRenderPlugin):
    def __init__(self, kinds: Iterable[Kind]) -> None:
        super().__init__(path="/")
        self._kinds = tuple(kinds)

    def render(self, request: Request[Any, Any, Any], openapi_schema: Described) -> bytes:
        return super().render(request, with_sync(openapi_schema, self._kinds))


def with_sync(schema: Described, kinds: Iterable[Kind]) -> Described:
    by_name = {kind.name: kind.args for kind in kinds}
    wanted = (wire.Request, wire.Action, wire.Reply, Problem, *by_name.values())
    refs, parts = msgspec.json.schema_components(
        wanted, schema_hook=lambda _: ANYTHING, ref_template="#/components/schemas/{name}"
    )
    message, action, reply, problem, *arguments = refs
    _part(parts, message)["properties"]["actions"]["items"] = action  # decoded one by one, so the class does not say it
    _part(parts, action)["properties"] |= {"data": {"anyOf": arguments}, "kind": {"enum": list(by_name)}}
    forms = {
        f"/do/{name}": {"post": _form(name, _part(parts, found), problem)}
        for name, found in zip(by_name, arguments, strict=True)
    }
    return schema | {
        "paths": schema["paths"] | {"/sync": {"post": _sync(message, reply, problem)}} | forms,
        "components": {"schemas": schema["components"]["schemas"] | parts},
    }


def _part(parts: Described, ref: Described) -> Described:
    found: Described = parts[ref["$ref"].rpartition("/")[2]]
    return found


def _sync(message: Described, reply: Described, problem: Described) -> Described:
    answer = {"application/json": {"schema": {"anyOf": [reply, ANOTHER_HISTORY]}}}
    return {
        "operationId": "sync",
        "summary": "Actions up, outcomes and records down",
        "requestBody": {"required": True, "content": {"application/json": {"schema": message}}},
        "responses": {
            "200": {"description": "Outcomes, and what is new", "content": answer},
            "204": {"description": "Nothing is new"},
            **_refusals(SYNC_REFUSALS, problem),
        },
    }


def _form(name: str, arguments: Described, problem: Described) -> Described:
    """Unlike an action, a form may hold fields of other names: they are left out."""
    fields = {key: value for key, value in arguments.items() if key != "additionalProperties"}
    fields |= {"properties": arguments["properties"] | {"page": PAGE}}
    page = {"text/html": {"schema": {"type": "string"}}}
    return {
        "operationId": name,
        "summary": f"The form of {name}",
        "requestBody": {"required": True, "content": {FORM: {"schema": fields}}},
        "responses": {
            "303": {"description": "Done, or log in first"},
            "401": {"description": "Log in first: what was typed, to be copied", "content": page},
            "404": {"description": "The page that the form is on is gone", "content": page},
            "422": {"description": "The page again, with what to put right", "content": page},
            **_refusals(FORM_REFUSALS, problem),
        },
    }


def _refusals(statuses: Iterable[int], problem: Described) -> Described:
    """A browser that asks for a page gets one, in the same words."""
    content = {PROBLEM_JSON: {"schema": problem}, "text/html": {"schema": {"type": "string"}}}
    return {str(status): {"description": KNOWN[status][1], "content": content} for status in statuses}

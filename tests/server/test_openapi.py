"""/openapi.json: what it says of our doors is true, whatever random clients make of it. Knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.config import Config
from server.features import engine
from tests.server.hostile import ATTACKER, OTHER, WORDS, Watch, scopes_of_other, watch
from tests.world import Person, World

TRUE = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EACH = 10  # cases of each operation, logged in or out, as documented or not
TESTED = {"post", "get"}
PUSH = {"/push/key", "/push/subscriptions", "/push/test"}


@pytest.fixture
def document(sqlite_world: World) -> dict[str, Any]:
    found: dict[str, Any] = sqlite_world.nobody().get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[Any]:
    schema = schemathesis.openapi.from_dict(document)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(found) > len(document["paths"]), "all of it can be read"
    return [each for each in found if each.method.lower() in TESTED]


def test_the_doors_for_machines_and_every_form_are_in_it(document: dict[str, Any]) -> None:
    kinds = {f"/do/{name}" for name in engine(Config.for_tests()).kinds}
    assert document["paths"].keys() == {"/health", "/sync", *PUSH, *kinds}
    body = document["paths"]["/sync"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    message = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert message["additionalProperties"] is False and {"v", "sent_at"} == set(message["required"])


def guesses(world: World) -> list[str]:
    """What somebody would try who knows how names are made here."""
    return [*scopes_of_other(world), OTHER, *WORDS, "p1", "n1", "phone-1", "{{ 7 * 191 }}", "<script>", "' OR 1=1"]


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("who", [ATTACKER, ""], ids=["logged in", "logged out"])
def test_whatever_is_sent_the_answer_is_as_documented_and_tells_nothing(
    sqlite_world: World, document: dict[str, Any], who: str, mode: GenerationMode
) -> None:
    watched = watch(sqlite_world)
    person = sqlite_world.log_in(who) if who else sqlite_world.nobody()
    before = watched.of_others() if who else watched.tables()
    for operation in operations(document):
        if mode is GenerationMode.NEGATIVE and operation.method.lower() == "get":
            continue  # there is nothing in it to get wrong
        tried(operation.as_strategy(generation_mode=mode), guesses(sqlite_world), sender(watched, person))
    assert (watched.of_others() if who else watched.tables()) == before


def tried(cases: Any, guessed: list[str], send: Callable[[Any, list[str]], None]) -> None:
    @seed(1)
    @settings(max_examples=EACH, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases, names=st.lists(st.sampled_from(guessed), max_size=3))
    def run(case: Any, names: list[str]) -> None:
        send(case, names)

    run()


def sender(watched: Watch, person: Person) -> Callable[[Any, list[str]], None]:
    """Sends a case as it is, then with names that others have in the place of its texts."""

    def send(case: Any, names: list[str]) -> None:
        if names and isinstance(case.body, dict):
            texts = [name for name, value in case.body.items() if isinstance(value, str) and name != "kind"]
            case.body = {**case.body, **dict(zip(texts, names, strict=False))}
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
        headers = {**sent["headers"], "Accept": "text/html" if case.path.startswith("/do/") else "*/*"}
        typed = sent.get("data")
        body = (
            {"json": sent.get("json")} if typed is None else {"data" if isinstance(typed, dict) else "content": typed}
        )
        answer = person._send(case.method, sent["url"], headers, **body)
        told = answer.text
        for each in names:
            told = told.replace(each, "")
        assert [secret for secret in watched.secrets if secret in told] == []
        case.validate_response(answer, checks=TRUE)

    return send

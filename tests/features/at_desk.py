"""What tests of the desk of networks share: pages and acts as somebody of the cast, and all that an answer says."""

from __future__ import annotations

from typing import Any

import httpx

from server.demo import CAST, person_id
from tests.world import Person, World

HTML = {"Accept": "text/html"}
HERE = "/desk/networks/n2"
NETWORKS = ("n1", "n2", "n99")
TELL = {"heard": "We heard that rotas come late", "owner": "union", "did": "Rotas now come 8 weeks ahead"}
POST = {"title": "Next time", "text": "We meet in the library.\nCome as you are."}
# What each kind needs besides the network, and who of the cast may do it in n2.
FORMS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "network.open": ({"state": "paused"}, {"chair", "vicechair", "coordinator"}),
    "network.tell": (TELL, {"chair", "vicechair", "coordinator"}),
    "network.untell": ({"said": "none"}, {"chair", "vicechair", "coordinator"}),
    "network.post": (POST, {"chair", "vicechair"}),
    "network.unpost": ({"post": "none"}, {"chair", "vicechair"}),
    "network.hand_over": ({"to": person_id("member")}, {"chair"}),
}
PAGES = {
    "/desk": {"chair", "vicechair", "coordinator", "staffside", "manager", "helper", "admin"},
    HERE: {"chair", "vicechair", "coordinator"},
    "/desk/networks/n1": {"coordinator"},
    "/desk/networks/n99": set(),
}
# Whose page of which network opens.
LOOKS_AFTER = {"chair": {"n2"}, "vicechair": {"n2"}, "coordinator": {"n1", "n2"}}
EVERYBODY = [*CAST, None]


def visitor(world: World, key: str | None) -> Person:
    return world.log_in(key) if key else world.nobody()


def page(person: Person, path: str = HERE) -> httpx.Response:
    return person._send("GET", path, HTML)


def act(person: Person, kind: str, network: str = "n2", id: str = "", **fields: str) -> httpx.Response:
    return person.do(kind, f"/desk/networks/{network}", id, network=network, **fields)


def told(answer: httpx.Response) -> tuple[int, dict[str, str], bytes]:
    """All that an answer says."""
    return answer.status_code, dict(answer.headers), answer.content


def join(world: World, key: str, seen_by: str) -> None:
    asked: dict[str, Any] = {"network": "n2", "as": "member", "seen_by": seen_by, "consent": 1}
    assert world.phone(key).do("network.join", **asked).send() == [("applied", None)]


def made_by_leads(world: World) -> list[list[dict[str, Any]]]:
    tables = ("network", "network_said", "network_post", "role ORDER BY person_id, role, area")
    return [world.rows(f"SELECT * FROM {each}") for each in tables]


def network(world: World, id: str = "n2") -> dict[str, Any]:
    found = world.phone("newcomer").get("network", id)
    assert found is not None
    return found

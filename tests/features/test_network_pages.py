"""The pages of networks: nothing is chosen beforehand, and no title, address or file name says which network it is."""

from __future__ import annotations

import re

import pytest

from tests.world import World

ADDRESS = re.compile(r'(?:href|action|src|hx-post)="([^"]*)"')


@pytest.mark.parametrize("page", ["/networks", "/networks/n1"])
def test_nothing_is_chosen_before_somebody_joins(sqlite_world: World, page: str) -> None:
    shown = sqlite_world.log_in("newcomer").get(page).text
    assert not re.search(r"<(?:input|option)[^>]* (?:checked|selected)", shown)
    if page == "/networks/n1":
        for name, value in (("as", "member"), ("as", "ally"), ("seen_by", "committee"), ("seen_by", "nobody")):
            assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{value}"', shown), value
        assert shown.index("The chair, the vice chair and the secretary.") < shown.index("Agree and join")


@pytest.mark.parametrize("path", ["/networks", "/networks/n1", "/networks/n2", "/me", "/me/data", "/"])
def test_no_title_and_no_address_says_which_network(sqlite_world: World, path: str) -> None:
    names = [each["name"] for each in sqlite_world.rows("SELECT name FROM network")]
    person = sqlite_world.log_in("nurse")
    chosen: dict[str, str] = {"as": "ally", "seen_by": "nobody", "consent": "1"}
    for network in ("n1", "n2"):
        person.do("network.join", "/networks", network=network, **chosen)
    shown = person.get(path)
    title = re.findall(r"<title>(.*?)</title>", shown.text)
    assert len(title) == 1
    places = [each for each in ADDRESS.findall(shown.text) if not each.startswith("mailto:")]
    said = [*title, *places, *(f"{name}: {value}" for name, value in shown.headers.items())]
    told = " ".join(said).casefold()
    for name in names:
        assert name.casefold() not in told and name.casefold().replace(" ", "-") not in told, name

"""Language and colours: chosen without a log in, kept in the browser's own cookies, and the same on every page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from server.look import look_of
from tests.world import World

App = Callable[..., TestClient[Any]]
TAGS = ("en", "en-XA", "ar-XB")
HTML = {"Accept": "text/html"}


@pytest.fixture
def visitor(sqlite_world: World, app: App) -> TestClient[Any]:
    return app(languages=TAGS)


def test_a_choice_is_on_every_page_from_then_on(visitor: TestClient[Any]) -> None:
    chosen = visitor.post("/look", data={"language": "ar-XB"}, follow_redirects=False)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/look")
    visitor.post("/look", data={"colours": "dark"}, follow_redirects=False)
    for path, status in (("/look", 200), ("/log-in", 200), ("/nope", 404)):
        answer = visitor.get(path, headers=HTML)
        assert answer.status_code == status
        assert '<html lang="ar-XB" dir="rtl" data-colours="dark">' in answer.text
        assert '<meta name="color-scheme" content="dark">' in answer.text
        assert answer.headers["content-language"] == "ar-XB"
        title = re.search("<title>(.*?) – ", answer.text)
        assert title and title[1].startswith("\u202e")


def test_following_the_phone_again_takes_the_choice_away(visitor: TestClient[Any]) -> None:
    visitor.post("/look", data={"colours": "light"}, follow_redirects=False)
    assert "data-colours" in visitor.get("/help").text
    visitor.post("/look", data={"colours": ""}, follow_redirects=False)
    assert "data-colours" not in visitor.get("/help").text
    assert "colours" not in visitor.cookies


@pytest.mark.parametrize("form", [{"language": "fr"}, {"colours": "pink"}, {"session": "stolen"}, {}])
def test_what_is_no_choice_sets_nothing(visitor: TestClient[Any], form: dict[str, str]) -> None:
    answer = visitor.post("/look", data=form, follow_redirects=False)
    assert answer.status_code == 303 and "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("cookie", "accepts", "spoken"),
    [
        ("", "", "en"),
        ("", "fr, ar-XB;q=0.8, en;q=0.5", "ar-XB"),
        ("", "en-GB,en;q=0.9", "en"),
        ("en-XA", "ar-XB", "en-XA"),
        ("../../etc", "de", "en"),
    ],
)
def test_a_choice_comes_before_what_the_browser_asks_for(
    visitor: TestClient[Any], cookie: str, accepts: str, spoken: str
) -> None:
    environments = visitor.app.state.site.environments
    assert look_of(environments, {"language": cookie}, accepts).language.tag == spoken


def test_what_is_kept_by_others_on_the_way_depends_on_the_choice(visitor: TestClient[Any]) -> None:
    assert visitor.get("/help").headers["vary"] == "Cookie, Accept-Language"

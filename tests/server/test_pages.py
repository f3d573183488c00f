"""Pages as a browser gets them: who may open what, what they say to others, and what every answer carries."""

import json

import pytest

from pwa.pages import PAGES
from server.demo import CAST
from tests.server.conftest import App
from tests.world import AT_DESKS, World, path_of, reader

HTML = {"Accept": "text/html"}
PRIVATE = {path_of(page): page for page in PAGES if not page.public}
PRIVATE_PAGES = [*PRIVATE]
PUBLIC_PAGES = [path_of(page) for page in PAGES if page.public]
POLICY = "default-src 'self'"


@pytest.mark.parametrize("path", PRIVATE_PAGES)
def test_a_private_page_is_for_people_who_logged_in(sqlite_world: World, path: str) -> None:
    away = sqlite_world.nobody().get(path)
    assert (away.status_code, away.headers["location"], away.text) == (303, "/log-in", "")
    shown = sqlite_world.log_in(reader(PRIVATE[path])).get(path)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-rendered-by"] == "server"
    assert f'<main id="main"' in shown.text  # noqa: F541


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_public_page_needs_nothing_sets_nothing_and_is_not_logged(
    sqlite_world: World, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    nobody = sqlite_world.nobody()
    capsys.readouterr()
    answer = nobody.get(path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert capsys.readouterr().err == ""


def test_public_pages_and_no_others_start_nothing_by_themselves(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    quiet = [path for path in [*PRIVATE_PAGES, *PUBLIC_PAGES] if " data-quiet" in nurse.get(path).text]
    assert quiet == PUBLIC_PAGES


@pytest.mark.parametrize("person", CAST)
def test_every_page_opens_for_everybody_in_the_cast(sqlite_world: World, person: str) -> None:
    visitor = sqlite_world.log_in(person)
    for path in [*PRIVATE_PAGES, *PUBLIC_PAGES]:
        page = PRIVATE.get(path)
        theirs = page is None or person in AT_DESKS.get(page.of or "", CAST)
        assert visitor.get(path).status_code == (200 if theirs else 404), path


def test_the_newcomer_sees_nothing_of_anyone(sqlite_world: World) -> None:
    newcomer = sqlite_world.log_in("newcomer")
    others = [name for key, (name, _, _) in CAST.items() if key != "newcomer"]
    for path in PRIVATE_PAGES:
        text = newcomer.get(path).text
        assert not [name for name in others if f">{name}<" in text], path
    synced = newcomer.sync(device="d1").json()
    own = {name for name in synced["scopes"] if name.startswith("member:")}
    assert synced["scopes"].keys() - own == {"open", "public", "person:demo11", "team:t12"}
    assert {name: synced["scopes"][name]["docs"] for name in {*own, "team:t12"}} == {
        name: [] for name in {*own, "team:t12"}
    }
    assert len(own) == 7, "one for each network and one for what they asked for, whether they did or not"


@pytest.mark.parametrize("path", ["/pledges/p99", "/nope", "/pledges/p1/more", "/desk", "/favicon.ico"])
@pytest.mark.parametrize("person", ["nurse", None])
def test_a_page_that_is_not_there_says_so(sqlite_world: World, path: str, person: str | None) -> None:
    visitor = sqlite_world.log_in(person) if person else sqlite_world.nobody()
    answer = visitor._send("GET", path, HTML)
    if answer.status_code == 303:
        assert path.startswith("/pledges/")
        assert person is None
        return
    assert answer.status_code == 404
    assert "We cannot find that page" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_programs_get_problem_json(sqlite_world: World) -> None:
    answer = sqlite_world.nobody()._send("GET", "/nope", {"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (404, "not_found", "about:blank")
    assert said["title"]


def test_the_policy_is_on_every_answer_whatever_made_it(
    sqlite_world: World, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = sqlite_world.log_in("nurse")
    answers = [
        nurse.get("/"),
        nurse.get("/sw.js"),
        nurse.get("/static/nothing.js"),
        nurse._send("GET", "/nope", HTML),
        nurse._send("DELETE", "/me", HTML),
        nurse._send("POST", "/do/pledge.take", {"Sec-Fetch-Site": "cross-site"}),
        nurse.do("pledge.take", "/pledges/p1"),
        nurse.do("pledge.take", "/pledges/p1", pledge="p1", version="1", show="nobody"),
        nurse.post("/log-in", email="x" * 400_000),
        nurse._send("POST", "/sync", content=b"{"),
        nurse._send("POST", "/sync", content=b"{" * 300_000),
        sqlite_world.nobody().get("/me"),
        sqlite_world.nobody().sync(person="demo01", device="d1"),
    ]
    monkeypatch.setattr("server.web.london_date", lambda _: 1 / 0)
    answers.append(app().get("/help", headers={"Accept": "application/json"}))
    assert {200, 303, 400, 401, 403, 404, 405, 413, 422, 500} <= {answer.status_code for answer in answers}
    for answer in answers:
        assert answer.headers["content-security-policy"].split("; ")[0] == POLICY, answer.status_code
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_something_that_breaks_says_nothing_of_itself(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object) -> None:
        raise LookupError("a secret sentence that somebody wrote")

    client = app()
    monkeypatch.setattr("server.web.answer", breaks)
    answer = client.get("/help?text=typed", headers=HTML)
    logged = capsys.readouterr().err
    assert answer.status_code == 500
    assert "not your fault" in answer.text
    assert "secret sentence" not in answer.text + logged
    assert "typed" not in logged
    line = json.loads(logged.splitlines()[0])
    assert (line["level"], line["error"], line["route"]) == ("error", "LookupError", "/help")
    assert any("web.py" in place for place in line["where"])


def test_log_lines_hold_the_pattern_of_the_route_and_nobody(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    nurse = sqlite_world.log_in("nurse")
    nurse.sync(device="phone-1")
    nurse.get("/pledges/p7")
    nurse.do("pledge.take", "/pledges/p7", pledge="p7", version="1", show="name")
    logged = capsys.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"POST /sync", "GET /pledges/{pledge}", "POST /do/{kind}"} <= {f"{e['method']} {e['route']}" for e in lines}
    assert {key for line in lines for key in line} == {"at", "level", "event", "method", "route", "status", "ms"}
    for private in ("demo01", "phone-1", "p7", "testclient", "nurse", "127.0.0.1"):
        assert private not in logged


def test_monitors_may_ask_for_the_head_only(sqlite_world: World) -> None:
    for path, status in (("/", 303), ("/health", 200), ("/help", 200), ("/sw.js", 200)):
        assert sqlite_world.nobody()._send("HEAD", path).status_code == status


def test_health_names_the_build_and_the_epoch(sqlite_world: World) -> None:
    said = sqlite_world.nobody().get("/health").json()
    (epoch,) = sqlite_world.rows("SELECT epoch FROM lineage")
    assert said.keys() == {"status", "build", "epoch"}
    assert (said["status"], said["epoch"]) == ("ok", epoch["epoch"])


def test_the_description_for_programs_is_there(sqlite_world: World) -> None:
    assert "/health" in sqlite_world.nobody().get("/openapi.json").json()["paths"]

"""Who the app looks like: nobody, unless an NHS organisation says so. Half a look does not start."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pwa.pages import PAGES
from server.brand import LARGEST_LOGO, white_on
from server.config import Config, ConfigProblems
from tests.server.conftest import App
from tests.world import World, path_of

PATHS = ["/log-in", *(path_of(page) for page in PAGES)]
OF_THE_NHS = re.compile(r"#005eb8|nhs\.uk|frutiger|nhs(?:uk)?-(?:logo|header)|/static/logo\.", re.IGNORECASE)
TELLING = re.compile(r"rainbow|lgbt|pride|trans|divers|inclus|equal|nhs", re.IGNORECASE)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20"><path d="M0 0h60v20H0z"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
DEMO = {"DEMO": "1"}


def logo(folder: Path, name: str = "trust.svg", body: bytes = SVG) -> str:
    (folder / name).write_bytes(body)
    return str(folder / name)


def told(folder: Path, **settings: str) -> list[str]:
    """The settings that have to be put right, each once."""
    try:
        Config.load(DEMO | {"VAR_DIR": str(folder / "var")} | settings)
    except ConfigProblems as found:
        return [each.split(":")[0] for each in found.problems]
    return []


def test_by_itself_nothing_that_anybody_gets_looks_like_the_nhs(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    site = sqlite_world.client.app.state.site
    given = {path: nurse.get(path).text for path in PATHS}
    assert not [path for path, page in given.items() if "<img" in page or 'class="app-mark"' not in page]
    given |= {url: file.body.decode("latin-1") for url, file in site.assets.files.items()}
    given |= {"/sw.js": site.assets.worker.decode(), "/manifest.webmanifest": site.assets.manifest.decode()}
    assert len(given) > len(PATHS) + 8
    assert {where: found[0] for where, text in given.items() if (found := OF_THE_NHS.search(text))} == {}


def test_on_a_home_screen_the_name_and_the_icons_tell_nobody_what_the_app_is_about(sqlite_world: World) -> None:
    site = sqlite_world.client.app.state.site
    assert not TELLING.search(site.assets.manifest.decode())
    drawn = [file.body.decode() for url, file in site.assets.files.items() if "/icon." in url]
    assert len(drawn) == 1 and drawn[0].count("<circle") >= 2
    assert len(set(re.findall(r"#[0-9a-f]{3,8}\b", drawn[0]))) <= 3, "a rainbow has more colours"


@pytest.mark.parametrize(("name", "body"), [("trust.svg", SVG), ("trust.png", PNG)])
def test_an_nhs_organisation_has_its_logo_and_its_colour_everywhere(
    sqlite_world: World, app: App, tmp_path: Path, name: str, body: bytes
) -> None:
    file = logo(tmp_path, name, body)
    client = app(brand="nhs-organisation", brand_logo_file=file, brand_colour="#003087")
    site: Any = client.app.state.site
    for path in ("/log-in", "/help", "/nope"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        (src, alt) = re.findall(r'<header.*?<img[^>]* src="([^"]+)" alt="([^"]+)">', page, re.DOTALL)[0]
        assert alt == "Meadowbank Community and Mental Health Trust (demo)"
        assert page.count('content="#003087"') == 2, "the bar of the browser, light and dark"
    assert client.get(src).content == body
    precached = json.loads(re.search(r'=(\["/static/[^\]]*\])', site.assets.worker.decode())[1])  # type: ignore[index]
    assert src in precached
    assert json.loads(site.assets.manifest)["theme_color"] == "#003087"
    style = next(file.body.decode() for url, file in site.assets.files.items() if url.endswith(".css"))
    assert style.rstrip().endswith("@layer tokens { :root { --brand: #003087; --on-brand: #ffffff; } }")
    assert site.assets.build != sqlite_world.client.app.state.site.assets.build


def test_a_whole_look_starts_and_half_of_one_does_not(tmp_path: Path) -> None:
    nhs, file = {"BRAND": "nhs-organisation"}, {"BRAND_LOGO_FILE": logo(tmp_path)}
    assert told(tmp_path, **nhs, **file, BRAND_COLOUR="#005EB8") == []
    assert told(tmp_path, BRAND_COLOUR="#1d4e4a") == []
    assert told(tmp_path, BRAND="nhs") == ["BRAND"]
    assert told(tmp_path, **nhs) == ["BRAND_LOGO_FILE"]
    assert told(tmp_path, **file) == ["BRAND_LOGO_FILE"]
    assert told(tmp_path, BRAND_COLOUR="#005EB8") == ["BRAND_COLOUR"]
    assert told(tmp_path, PORT="0", BRAND_COLOUR="blue", **nhs) == ["PORT", "BRAND_LOGO_FILE", "BRAND_COLOUR"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gone.svg", None),
        ("trust.jpg", SVG),
        ("trust.svg", b"<html>"),
        ("trust.png", SVG),
        ("trust.svg", SVG + b" " * LARGEST_LOGO),
    ],
    ids=["not there", "another kind", "no SVG", "no PNG", "too large"],
)
def test_a_file_that_can_be_no_logo_does_not_start(tmp_path: Path, name: str, body: bytes | None) -> None:
    file = str(tmp_path / name) if body is None else logo(tmp_path, name, body)
    assert told(tmp_path, BRAND="nhs-organisation", BRAND_LOGO_FILE=file) == ["BRAND_LOGO_FILE"]


@pytest.mark.parametrize(("colour", "problems"), [("#767676", []), ("#777777", ["BRAND_COLOUR"])])
def test_white_words_can_be_read_on_the_colour(tmp_path: Path, colour: str, problems: list[str]) -> None:
    assert told(tmp_path, BRAND_COLOUR=colour) == problems
    assert white_on("#000000") == pytest.approx(21)

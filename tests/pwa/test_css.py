"""The look keeps its promises: readable in light and dark, small, ours alone, and allowed by the page's own policy."""

import gzip
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

PWA = Path(__file__).resolve().parents[2] / "pwa"
ICONS = PWA / "icons"
BUILT = PWA / "css" / "2-nhsuk.css"
TOKENS = PWA / "css" / "1-tokens.css"

TEXT, SHAPE = 4.5, 3.0  # WCAG 1.4.3 and 1.4.11
GROUNDS = ("--page", "--surface")
READ_ON = {
    "--text": (*GROUNDS, "--tint", "--saved-tint", "--waiting-tint", "--needs-tint", "--wrong-tint"),
    "--text-quiet": (*GROUNDS, "--tint"),
    "--link": (*GROUNDS, "--tint"),
    "--link-hover": (*GROUNDS, "--tint"),
    "--link-active": (*GROUNDS, "--tint"),
    "--link-visited": (*GROUNDS, "--tint"),
    "--act-text": (*GROUNDS, "--tint"),
    "--sent": GROUNDS,
    "--wrong": (*GROUNDS, "--wrong-tint"),
    "--on-brand": ("--brand",),
    "--on-tint": (*GROUNDS, "--tint"),
    "--on-act": ("--act", "--act-hover", "--act-edge"),
    "--on-saved": ("--saved-tint",),
    "--on-waiting": ("--waiting-tint",),
    "--on-needs": ("--needs-tint",),
    "--on-focus": ("--focus",),
}
SEEN_ON = {"--line-strong": GROUNDS, "--act": GROUNDS, "--on-needs": GROUNDS}


def stylesheets() -> list[Path]:
    return [*sorted((PWA / "css").glob("*.css")), *sorted((PWA / "features").glob("*/*.css"))]


def ours() -> list[Path]:
    return [path for path in stylesheets() if path != BUILT]


def templates() -> list[Path]:
    return sorted(path for folder in ("layout", "features") for path in (PWA / folder).rglob("*.html"))


def code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return (
        re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        if path.suffix == ".css"
        else re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    )


def tokens() -> dict[str, dict[str, str]]:
    light, dark, chosen = (colours_in(part) for part in code(TOKENS).split("@media screen"))
    assert dark == chosen, "dark by the phone and dark by choice are the same"
    return {"light": light, "dark": light | dark}


def colours_in(part: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6});", part))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def pairs(table: Mapping[str, Sequence[str]]) -> list[tuple[str, str, str]]:
    return [(mode, front, back) for mode in ("light", "dark") for front, backs in table.items() for back in backs]


def classes(path: Path) -> set[str]:
    return set(re.findall(r"nhsuk-[\w-]*\w", code(path)))


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("mode", "front", "back"), pairs(READ_ON))
def test_every_text_can_be_read_on_its_ground(mode: str, front: str, back: str) -> None:
    known = tokens()[mode]
    assert contrast(known[front], known[back]) >= TEXT


@pytest.mark.parametrize(("mode", "front", "back"), pairs(SEEN_ON))
def test_every_edge_that_means_something_can_be_seen(mode: str, front: str, back: str) -> None:
    known = tokens()[mode]
    assert contrast(known[front], known[back]) >= SHAPE


def test_every_token_is_used_and_every_use_has_a_token() -> None:
    given = set(re.findall(r"(?<![\w-])(--[\w-]+):", "".join(map(code, ours()))))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(map(code, stylesheets()))))
    assert given == used


def test_every_dark_colour_changes_a_light_one() -> None:
    light, dark = tokens().values()
    assert light.keys() == dark.keys()
    assert {name for name in light if light[name] == dark[name]} == {"--focus", "--on-focus"}


def test_the_colour_of_an_organisation_comes_before_ours_in_dark_too() -> None:
    """It is one more rule for :root, last in its layer: it holds over selectors that are no more specific."""
    for selector in re.findall(r"^\s*([^@{}]+?)\s*\{", code(TOKENS), re.M):
        for each in re.sub(r":where\(.*\)", "", selector).split(","):
            assert len(re.findall(r":root|\[", each)) == 1, selector


def test_colours_are_named_in_one_place() -> None:
    for path in ours():
        if path != TOKENS:
            assert set(re.findall(r"#[0-9a-f]{3,8}\b|rgb|hsl", code(path))) <= {"#000"}, path.name  # ink, in print


def test_the_browser_bar_has_the_colour_of_ours() -> None:
    colours = re.findall(
        r'<meta name="theme-color"[^>]*\(prefers-color-scheme: (\w+)\)"{% endif %} '
        r'content="\{\{ app.colour or "(#\w+)"',
        code(PWA / "layout/base.html"),
    )
    assert dict(colours) == {mode: known["--brand"] for mode, known in tokens().items()}


@pytest.mark.parametrize("template", templates(), ids=lambda path: path.relative_to(PWA).as_posix())
def test_every_nhsuk_class_a_template_uses_is_in_the_cut(template: Path) -> None:
    """A class that is missing was cut too early: rebuild as css/build/README.md says."""
    assert classes(template) <= classes(BUILT)


def test_every_class_of_ours_that_has_a_style_is_used() -> None:
    """A modifier such as app-tag--blue is put together from a value, so only its block is looked for."""
    styled = set(re.findall(r"\.(app-[\w-]*\w)", "".join(map(code, ours()))))
    used = set(re.findall(r"app-[\w-]*\w", "".join(map(code, templates()))))
    assert {name.partition("--")[0] for name in styled} <= used


def test_all_styles_together_are_small() -> None:
    whole = "\n".join(path.read_text(encoding="utf-8") for path in stylesheets())
    assert len(gzip.compress(whole.encode(), 9)) <= 16 * 1024


def test_styles_fetch_nothing() -> None:
    for path in stylesheets():
        assert not re.search(r"url\(|@import|@font-face|frutiger|data:|https?:", code(path), re.IGNORECASE), path.name


def test_nothing_poses_as_the_nhs() -> None:
    pictures = [path.read_text(encoding="utf-8") for path in ICONS.glob("*.svg")]
    for text in [*map(code, stylesheets()), *map(code, templates()), *pictures]:
        assert not re.search(r"#005eb8|nhs\.uk|nhsuk-header|nhsuk-logo", text, re.IGNORECASE)


def test_our_styles_work_from_right_to_left_too() -> None:
    sided = r"(?:margin|padding|border)-(?:left|right)|[;{\s](?:left|right)\s*:|text-align:\s*(?:left|right)"
    for path in stylesheets():
        assert not re.search(sided, code(path)), path.name


@pytest.mark.parametrize("template", templates(), ids=lambda path: path.relative_to(PWA).as_posix())
def test_no_style_or_script_stands_in_a_page(template: Path) -> None:
    """The page's policy refuses them."""
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", code(template))


@pytest.mark.parametrize(
    ("name", "size"),
    [("icon-192.png", 192), ("icon-512.png", 512), ("maskable-512.png", 512), ("apple-touch-icon.png", 180)],
)
def test_icons_have_the_size_their_use_asks_for(name: str, size: int) -> None:
    picture = (ICONS / name).read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (size, size)
    assert len(picture) < 8 * 1024

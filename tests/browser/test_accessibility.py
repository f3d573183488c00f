"""Every page as axe-core sees it: light and dark, on a phone and at 320 px, under the app's own strict policy."""

from pathlib import Path
from typing import Any

import pytest

from pwa.pages import PAGES
from tests.browser.engines import Browser
from tests.browser.person import OnPhone
from tests.browser.test_main_journey import PATHS
from tests.gallery.drawn import Drawn
from tests.gallery.pictures import SCHEMES, bring_up
from tests.world import reader

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """
const done = arguments[0];
axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  .then(({ violations }) => done(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])));
"""
SMALL_TARGETS = """
const inText = (each) => each.matches('p > a, li > a') && getComputedStyle(each).display === 'inline';
const notYet = (each) => each.matches('.nhsuk-skip-link:not(:focus)');
const TARGETS = 'a, button, summary, textarea, input:not([type=hidden], [type=radio], .app-choice *), .app-choice';
return [...document.querySelectorAll(TARGETS)]
  .filter((each) => each.checkVisibility() && !inText(each) && !notYet(each))
  .map((each) => [each.outerHTML, (each.closest('.app-card--link') ?? each).getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 48)
  .map(([html, { width, height }]) => `${width} x ${height}: ${html}`);
"""


def findings(browser: Browser) -> list[Any]:
    browser.js(f"if (!window.axe) {{ {AXE} }}")
    found: list[Any] = browser.driver.execute_async_script(RUN)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_any_page(nurse: OnPhone, dark: bool) -> None:
    nurse.take_one_with_signal_and_one_without()
    nurse.browser.dark(dark)
    for path in [*PATHS.values(), "/pledges/p1", "/pledges/p2", "/desk", "/pledges/none"]:
        nurse.open(path)
        assert findings(nurse.browser) == [], path
        assert nurse.browser.js(SMALL_TARGETS) == [], path
    nurse.browser.size(320, 640)
    for path in [*PATHS.values(), "/pledges/p1"]:
        nurse.open(path)
        assert nurse.browser.js("return document.documentElement.scrollWidth") <= 320, path


def test_axe_finds_nothing_on_what_opens_before_log_in(phone: OnPhone) -> None:
    phone.browser.size(320, 640)
    for path in ("/log-in", *(PATHS[page.id] for page in PAGES if page.public)):
        phone.open(path)
        assert findings(phone.browser) == [], path
        assert phone.browser.js(SMALL_TARGETS) == [], path
        assert phone.browser.js("return document.documentElement.scrollWidth") <= 320, path


def test_axe_finds_nothing_in_any_state(gallery: tuple[Browser, str], page_drawn: list[Drawn]) -> None:
    browser, address = gallery
    for each in page_drawn:
        browser.size(360, 740)
        bring_up(browser, address, each)
        for scheme in SCHEMES:
            browser.look(scheme=scheme)
            assert findings(browser) == [], f"{each.path}, {scheme}"
        for width in (360, 1280):
            browser.size(width, 740)
            assert browser.js(SMALL_TARGETS) == [], f"{each.path}, {width} px"


def test_axe_finds_what_is_planted(phone: OnPhone) -> None:
    phone.open("/help")
    phone.browser.js("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/none.png\"><input>')")
    assert {rule for rule, _ in findings(phone.browser)} >= {"image-alt", "label"}


def test_no_page_asks_anybody_else_or_breaks_the_policy(phone: OnPhone) -> None:
    asked = "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin)"
    for key in dict.fromkeys(reader(page) for page in PAGES):
        phone.log_in(key)
        phone.browser.complaints()
        for path in [PATHS[page.id] for page in PAGES if reader(page) == key]:
            phone.open(path)
            assert phone.browser.complaints() == [], path
            assert set(phone.browser.js(asked)) <= {phone.server.url}, path


def test_every_target_is_48_px_also_on_a_wide_screen(nurse: OnPhone) -> None:
    nurse.take_one_with_signal_and_one_without()
    nurse.browser.size(1280, 800)
    for path in [*PATHS.values(), "/pledges/p1", "/pledges/p2"]:
        nurse.open(path)
        assert nurse.browser.js(SMALL_TARGETS) == [], path


def test_a_small_target_is_seen(phone: OnPhone) -> None:
    phone.open("/log-in")
    phone.browser.js("document.querySelector('main button').style.minBlockSize = '0'")
    assert len(phone.browser.js(SMALL_TARGETS)) == 1

"""Every page at 320 and 360 px, with text at 200 % and the spacing of WCAG 1.4.12: nothing spills or overlaps."""

from collections.abc import Callable

import pytest

from pwa.pages import PAGES
from tests.browser.engines import Browser
from tests.browser.person import OnPhone
from tests.browser.test_main_journey import PATHS
from tests.gallery.drawn import Drawn, drawn
from tests.gallery.pictures import bring_up

SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }`);
document.adoptedStyleSheets = [sheet];
"""
AS_IT_COMES = "document.documentElement.style.fontSize = ''; document.adoptedStyleSheets = []"
BROKEN = """
const lines = (each) => {
  const range = document.createRange();
  range.selectNodeContents(each);
  return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
};
const items = [...document.querySelectorAll('.app-nav__text')].filter((each) => each.checkVisibility());
return items.filter((each) => lines(each) > each.textContent.trim().split(' ').length).map((each) => each.textContent);
"""
BIGGER = "document.documentElement.style.fontSize = '200%'"

# Text may not reach past the block it stands in, nor past the window; no block may
# lie over its neighbour.
SPILLED = """
const found = [];
const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest('.nhsuk-skip-link');
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node; node = walk.nextNode()) {
  const holder = node.parentElement;
  if (!node.data.trim() || ['SCRIPT', 'STYLE'].includes(holder.tagName) || !seen(holder)) continue;
  let block = holder;
  while (getComputedStyle(block).display === 'inline') block = block.parentElement;
  const range = document.createRange();
  range.selectNodeContents(node);
  const edge = Math.min(block.getBoundingClientRect().right, document.documentElement.clientWidth) + 1;
  for (const { right, left, width } of range.getClientRects()) {
    if (width && (right > edge || left < -1)) { found.push(`spills: ${node.data.trim().slice(0, 60)}`); break; }
  }
}
const flows = (each) => {
  const { position, display } = getComputedStyle(each);
  return ['static', 'relative'].includes(position) && display !== 'inline';
};
for (const parent of document.body.querySelectorAll('*')) {
  if (parent.namespaceURI !== document.body.namespaceURI) continue;
  const inFlow = [...parent.children].filter((each) => seen(each) && flows(each));
  const boxes = inFlow.map((each) => [each, each.getBoundingClientRect()]);
  for (const [index, [one, a]] of boxes.entries()) {
    for (const [other, b] of boxes.slice(index + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const both = [one, other].map((each) => each.outerHTML.slice(0, 60));
      if (wide > 1 && high > 1) found.push(`overlap: ${both.join(' and ')}`);
    }
  }
}
if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
return found;
"""
# The bar is whole in the window and its words too; it lies neither over the navigation nor over the end of the page.
UNDER_THE_BAR = """
scrollTo(0, document.documentElement.scrollHeight);
const bar = document.getElementById('undo').getBoundingClientRect();
const whole = bar.height && bar.left >= 0 && bar.right <= innerWidth && bar.top >= 0 && bar.bottom <= innerHeight;
const beside = ({ left, right, top, bottom }) =>
  right <= bar.left || left >= bar.right || bottom <= bar.top || top >= bar.bottom;
const links = [...document.querySelectorAll('nav a, footer a')];
const covered = links.filter((each) => !beside(each.getBoundingClientRect()));
const broken = [...document.querySelectorAll('#undo [role=status], #undo button')].filter((each) => {
  const range = document.createRange();
  range.selectNodeContents(each);
  return new Set([...range.getClientRects()].map(({ top }) => top)).size !== 1;
});
return [...(whole ? [] : ['the bar itself']), ...[...broken, ...covered].map((each) => each.textContent.trim())];
"""
WORD = "Donaudampfschifffahrtsgesellschaftskapit"


def as_it_comes(browser: Browser) -> None:
    """The size and spacing of the app's own styles."""
    browser.js(AS_IT_COMES)


def bigger(browser: Browser) -> None:
    browser.js(BIGGER)


def spaced(browser: Browser) -> None:
    browser.js(SPACING)


def spilled(browser: Browser) -> list[str]:
    found: list[str] = browser.js(SPILLED)
    return found


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_spills_on_any_page(nurse: OnPhone, width: int) -> None:
    nurse.take_one_with_signal_and_one_without()
    nurse.browser.size(width, 740)
    for path in [*PATHS.values(), "/pledges/p1", "/pledges/p2", "/desk", "/pledges/none"]:
        for look in (as_it_comes, bigger, spaced):
            nurse.open(path)
            look(nurse.browser)
            assert spilled(nurse.browser) == [], f"{path}, {look.__name__}"


def test_nothing_spills_before_log_in(phone: OnPhone) -> None:
    phone.browser.size(320, 640)
    for path in ("/log-in", *(PATHS[page.id] for page in PAGES if page.public)):
        for look in (as_it_comes, bigger, spaced):
            phone.open(path)
            look(phone.browser)
            assert spilled(phone.browser) == [], f"{path}, {look.__name__}"


def test_nothing_spills_in_any_state(gallery: tuple[Browser, str], page_drawn: list[Drawn]) -> None:
    browser, address = gallery
    browser.size(320, 740)
    for each in page_drawn:
        bring_up(browser, address, each)
        for look in (as_it_comes, bigger, spaced):
            as_it_comes(browser)
            look(browser)
            assert spilled(browser) == [], f"{each.path}, {look.__name__}"


@pytest.mark.parametrize("look", [as_it_comes, bigger, spaced])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_undo_bar_is_whole_and_covers_neither_the_navigation_nor_the_end_of_the_page(
    gallery: tuple[Browser, str], look: Callable[[Browser], None], width: int
) -> None:
    browser, address = gallery
    browser.size(width, 640)
    bring_up(browser, address, next(each for each in drawn() if each.kind == "undo"))
    as_it_comes(browser)
    look(browser)
    assert browser.js(UNDER_THE_BAR) == []


@pytest.mark.parametrize("width", [320, 360])
def test_each_item_of_the_navigation_is_one_whole_word_on_a_phone(gallery: tuple[Browser, str], width: int) -> None:
    """Whichever of them is the page somebody is on."""
    browser, address = gallery
    browser.size(width, 740)
    for page in ("home", "pledges", "learn", "networks", "help"):
        bring_up(browser, address, next(each for each in drawn() if (each.page.id, each.kind) == (page, "usual")))
        as_it_comes(browser)
        assert browser.js(BROKEN) == [], page


@pytest.mark.parametrize("where", ["h1", "main p", "main .nhsuk-button", "footer a", "nav span"])
def test_a_word_of_40_letters_stays_inside(phone: OnPhone, where: str) -> None:
    phone.browser.size(320, 640)
    phone.open("/log-in")
    phone.browser.js("document.querySelector(arguments[0]).textContent = arguments[1]", where, WORD)
    assert spilled(phone.browser) == []


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("h1.style.whiteSpace = 'nowrap'; h1.textContent = arguments[0]", "spills"),
        ("h1.style.marginBlockEnd = '-4rem'", "overlap"),
        ("h1.style.inlineSize = '40rem'", "the page scrolls sideways"),
    ],
    ids=["a long word that cannot break", "a heading over the text below", "a box wider than the phone"],
)
def test_what_spills_is_seen(phone: OnPhone, planted: str, said: str) -> None:
    phone.browser.size(320, 640)
    phone.open("/log-in")
    phone.browser.js(f"const h1 = document.querySelector('h1'); {planted}", WORD)
    assert any(line.startswith(said) for line in spilled(phone.browser))

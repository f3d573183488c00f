"""A person who has a keyboard and nothing else: goes from stop to stop, and at each one sees where they are."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.engines import Browser, wait

ENOUGH = 60  # stops; no page has as many
STOP = """
const at = document.activeElement;
if (at === document.body) return ['body', []];
const shown = at.closest('.app-choice') ?? at;
const colour = document.createElement('i');
colour.style.color = 'var(--focus)';
document.body.append(colour);
const focus = getComputedStyle(colour).color;
colour.remove();
const marked = [getComputedStyle(shown), getComputedStyle(shown, '::before')].some((style) =>
  style.backgroundColor === focus
  || (style.outlineStyle === 'solid' && style.outlineColor === focus && parseFloat(style.outlineWidth) >= 3));
const [{ left, top, width, height }] = shown.getClientRects();
const met = document.elementFromPoint(left + width / 2, top + height / 2);
const faults = [...(marked ? [] : ['is not marked']), ...(met && shown.contains(met) ? [] : ['is out of sight'])];
return [at.outerHTML.slice(0, 120), faults];
"""
FOCUSED = "return document.activeElement.matches(arguments[0])"


class Keyboard:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def press(self, *keys: str) -> None:
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def to(self, selector: str, *, back: bool = False) -> None:
        """Tab until there, or Shift and Tab. On the way every stop has to be marked and in sight."""
        stops = []
        for _ in range(ENOUGH):
            self._back() if back else self.press(Keys.TAB)
            what, faults = self.browser.js(STOP)
            assert not faults, f"{what} {' and '.join(faults)}"
            if self.at(selector):
                return
            stops.append(what)
        raise AssertionError(f"Tab never comes to {selector}: " + "\n".join(dict.fromkeys(stops)))

    def enter(self, selector: str, *, back: bool = False) -> None:
        self.to(selector, back=back)
        self.press(Keys.ENTER)

    def at(self, selector: str) -> bool:
        return bool(self.browser.js(FOCUSED, selector))

    def lands_on(self, selector: str) -> None:
        wait(lambda: self.at(selector))

    def _back(self) -> None:
        ActionChains(self.browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()

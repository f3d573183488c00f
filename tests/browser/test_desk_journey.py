"""The desk in a real browser: a lead's words go to the server or stay on the screen, and everybody can use the page."""

from collections.abc import Callable

import pytest

from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import SMALL_TARGETS, findings
from tests.live import LiveServer

HERE = "/desk/networks/n2"
HEARD = "We heard that rotas come late"
DID = "Rotas now come 8 weeks ahead"
TELL = 'form[action="/do/network.tell"]'
SHOWN = """
const { top, bottom, height } = document.getElementById('trouble').getBoundingClientRect();
return height > 0 && top >= 0 && bottom <= innerHeight;
"""
OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"


def write(chair: OnPhone) -> None:
    chair.browser.js(OPEN_ALL)
    chair.browser.fill(f'{TELL} textarea[name="heard"]', HEARD)
    chair.choose("owner", "union")
    chair.browser.fill(f'{TELL} textarea[name="did"]', DID)
    chair.browser.click(f'{TELL} button[type="submit"]')


def written(chair: OnPhone) -> list[str]:
    return [str(chair.browser.js(f"return document.querySelector('{TELL} [name={name}]').value")) for name in FIELDS]


FIELDS = ("heard", "did")
DESKS = {
    "helper": ("/desk",),
    "coordinator": ("/desk", HERE, "/desk/ally", "/desk/stock", "/desk/numbers"),
    "chair": ("/desk", HERE),
}


def said(chair: OnPhone) -> list[tuple[str, ...]]:
    return chair.rows("select heard, owner, did from network_said")


@pytest.fixture
def chair(phone: OnPhone) -> OnPhone:
    phone.log_in("chair")
    return phone


def test_without_signal_a_lead_keeps_the_words_and_hears_that_signal_is_needed(chair: OnPhone) -> None:
    chair.open("/me")
    chair.browser.click('a[href="/desk"]')
    chair.browser.click(f'a[href="{HERE}"]')
    wait(lambda: chair.page == "desk-network")
    chair.server.stop()
    write(chair)
    wait(lambda: chair.browser.js(SHOWN))
    assert "Check that you have signal" in chair.browser.text("#trouble")
    assert written(chair) == [HEARD, DID]
    assert chair.browser.js(f"return document.querySelector('{TELL} [value=union]').checked")
    assert chair.unsent == 0, "nothing of it waits to be sent later by itself"
    chair.server.start()
    assert said(chair) == []
    chair.browser.click(f'{TELL} button[type="submit"]')
    wait(lambda: said(chair) == [(HEARD, "union", DID)])
    wait(lambda: HEARD in chair.browser.texts(".app-told__heard"))
    assert written(chair) == ["", ""]
    assert not chair.browser.js(SHOWN)


def test_a_desk_page_opened_without_signal_says_so(chair: OnPhone) -> None:
    chair.server.stop()
    chair.open(HERE)
    assert chair.page == "offline"
    assert "Prism" not in chair.browser.text("body")


def test_what_cannot_be_used_comes_back_open_with_the_words_in_it(chair: OnPhone) -> None:
    chair.open(HERE)
    chair.browser.js(OPEN_ALL)
    chair.browser.fill(f'{TELL} textarea[name="heard"]', HEARD)
    chair.browser.click(f'{TELL} button[type="submit"]')
    wait(lambda: chair.browser.has("#problems"))
    assert chair.browser.texts("#problems li") == [
        "Choose whose it was to put right.",
        "Write what was done, in up to 300 letters.",
    ]
    assert written(chair) == [HEARD, ""]
    assert chair.browser.find(TELL).is_displayed()


def test_a_lead_without_javascript_does_the_same(open_browser: Callable[..., Browser], live_server: LiveServer) -> None:
    chair = OnPhone(open_browser(javascript=False), live_server)
    chair.open("/log-in")
    chair.browser.click('button[name="person"][value="chair"]')
    wait(lambda: chair.page == "home")
    chair.open(HERE)
    chair.browser.click(f"details:has({TELL}) > summary")
    chair.browser.fill(f'{TELL} textarea[name="heard"]', HEARD)
    chair.browser.click(f'{TELL} button[type="submit"]')
    wait(lambda: chair.browser.has("#problems"))
    assert chair.browser.text(f'{TELL} textarea[name="heard"]') == HEARD
    chair.choose("owner", "union")
    chair.browser.fill(f'{TELL} textarea[name="did"]', DID)
    chair.browser.click(f'{TELL} button[type="submit"]')
    wait(lambda: said(chair) == [(HEARD, "union", DID)])
    wait(lambda: chair.page == "desk-network" and HEARD in chair.browser.texts(".app-told__heard"))
    chair.browser.click("details:has(form[action='/do/network.hand_over']) > summary")
    chair.choose("to", "demo04")
    chair.browser.click('form[action="/do/network.hand_over"] button')
    wait(lambda: chair.page == "home")
    chair.open(HERE)
    assert chair.page == "not-found"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_a_desk(phone: OnPhone, dark: bool) -> None:
    for key, paths in DESKS.items():
        phone.open("/log-in")
        phone.browser.click(f'button[name="person"][value="{key}"]')
        wait(lambda: phone.page == "home")
        phone.browser.dark(dark)
        for path in paths:
            phone.open(path)
            assert phone.page != "not-found", path
            phone.browser.js(OPEN_ALL)
            for width in (320, 1280):
                phone.browser.size(width, 800)
                assert findings(phone.browser) == [], (key, path)
                assert phone.browser.js(SMALL_TARGETS) == [], (key, path, width)
                assert phone.browser.js("return document.documentElement.scrollWidth") <= width, (key, path)

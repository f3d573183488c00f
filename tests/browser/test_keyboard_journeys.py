"""Every journey with the keyboard alone: no stop without a mark, and after each act the focus is where the news is."""

from collections.abc import Callable

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.engines import Browser, wait
from tests.browser.keyboard import Keyboard
from tests.browser.line import Line
from tests.browser.person import OnPhone
from tests.browser.test_look_journey import DARK, GROUND
from tests.browser.test_outbox_journey import FORM
from tests.browser.test_progress_journey import TELL
from tests.live import LiveServer

HOW = "select how from pledging join person on person.id = person_id where demo_key = 'nurse'"
IN_40_DAYS = b"const before = Date.now; Date.now = () => before() + 40 * 24 * 3600 * 1000;"
UNKNOWN = "pledge=p77&version=1&show=nobody&page=/pledges"


@pytest.fixture
def phone(open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer]) -> OnPhone:
    return OnPhone(open_browser(), start_server(languages="en,en-XA"))


@pytest.fixture
def keys(phone: OnPhone) -> Keyboard:
    return Keyboard(phone.browser)


def do(kind: str) -> str:
    return f'form[action="/do/{kind}"] button'


def arrives(person: OnPhone, page: str) -> None:
    wait(lambda: person.page == page)


def take(nurse: OnPhone, keys: Keyboard, pledge: str, choice: str = Keys.SPACE) -> None:
    nurse.open("/pledges")
    keys.enter(f'a[href="/pledges/{pledge}"]')
    arrives(nurse, "pledge")
    keys.to('input[name="show"]')
    keys.press(choice)
    keys.enter(do("pledge.take"))
    keys.lands_on("h1")


def test_log_in_and_log_out(phone: OnPhone, keys: Keyboard) -> None:
    phone.open("/log-in")
    phone.browser.wait_for_worker()
    keys.enter('button[name="person"][value="nurse"]')
    arrives(phone, "home")
    phone.wait_until_ready()
    keys.enter('a[href="/me"]')
    arrives(phone, "me")
    keys.enter('form[action="/log-out"] button')
    wait(lambda: phone.rows("select count(*) from session where revoked_at is null") == [(0,)])
    wait(lambda: phone.page in ("log-in", "help"))


def test_the_first_stop_skips_what_is_on_every_page(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.open("/pledges")
    keys.press(Keys.TAB)
    assert keys.at(".nhsuk-skip-link")
    keys.press(Keys.ENTER)
    keys.press(Keys.TAB)
    assert nurse.browser.js("return document.activeElement.closest('main') !== null")


def test_take_a_pledge_change_who_sees_it_and_say_how_it_went(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.open("/")
    keys.enter('nav a[href="/pledges"]')
    arrives(nurse, "pledges")
    keys.enter('main a[href="/pledges/p1"]')
    arrives(nurse, "pledge")
    keys.enter(do("pledge.take"))
    keys.lands_on("#problems")
    keys.enter("#problems a")
    keys.lands_on("#field-show")
    keys.press(Keys.ARROW_DOWN, Keys.SPACE)
    keys.enter(do("pledge.take"))
    keys.lands_on("h1")
    wait(lambda: nurse.pledges_on_server() == [("p1", "team")])

    keys.enter(do("pledge.report"))
    wait(lambda: nurse.rows(HOW) == [("did",)])
    wait(lambda: "How it went" in nurse.browser.text("#main"))
    assert keys.at(do("pledge.report")), "the button that was pressed is still there"

    keys.enter("summary:not([open] > summary)")
    keys.to('input[name="show"]')
    keys.press(Keys.SPACE)
    keys.enter(do("pledge.take"))
    keys.lands_on("h1")
    wait(lambda: nurse.pledges_on_server() == [("p1", "name")])


def test_withdraw_a_pledge(nurse: OnPhone, keys: Keyboard) -> None:
    take(nurse, keys, "p1")
    keys.enter("details:has(form[action='/do/pledge.withdraw']) summary")
    keys.enter(do("pledge.withdraw"))
    keys.lands_on("h1")
    wait(lambda: nurse.rows("select count(*) from action where kind = 'pledge.withdraw'") == [(1,)])
    assert nurse.pledges_on_server() == []


def test_take_back_what_was_just_done(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.server.stop()
    take(nurse, keys, "p1")
    assert nurse.unsent == 1
    keys.enter("#undo button", back=True)
    keys.lands_on("h1")
    wait(lambda: nurse.unsent == 0 and nurse.browser.has(do("pledge.take")))


def test_delete_in_the_outbox_what_is_not_sent(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.server.stop()
    take(nurse, keys, "p1")
    nurse.open("/pledges")
    keys.enter("#sync-line a")
    arrives(nurse, "outbox")
    keys.enter(do("outbox.delete"))
    keys.lands_on("h1")
    assert nurse.unsent == 0


def test_the_focus_never_slides_onto_a_button_of_something_else(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.server.stop()
    for pledge in ("p1", "p2", "p3"):
        take(nurse, keys, pledge)
    nurse.open("/outbox")
    keys.enter(do("outbox.delete"))
    keys.lands_on("h1")
    assert nurse.unsent == 2
    keys.to(do("outbox.delete"))
    first = nurse.browser.attribute('input[name="action"]', "value")
    nurse.browser.fetch("/do/outbox.delete", method="POST", headers=FORM, body=f"action={first}")
    nurse.browser.js(TELL, [{"type": "changed"}])
    wait(lambda: len(nurse.browser.texts("[data-action]")) == 1)
    assert not keys.at("button")


def test_the_answer_for_one_pledge_never_slides_onto_the_next(line_and_phone: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_phone
    line.planted["/sw.js"] = IN_40_DAYS
    nurse.log_in("nurse")
    keys = Keyboard(nurse.browser)
    for pledge in ("p1", "p2"):
        take(nurse, keys, pledge)
    wait(lambda: len(nurse.pledges_on_server()) == 2)
    nurse.open("/")
    wait(lambda: len(nurse.browser.texts(f"{do('pledge.report')}[value=did]")) == 2)
    keys.enter(do("pledge.report"))
    keys.lands_on("h1")


def test_try_again_what_was_refused_and_discard_it(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.browser.fetch("/do/pledge.take", method="POST", headers=FORM, body=UNKNOWN)
    nurse.open("/")
    wait(lambda: nurse.browser.text("#sync-line") == "1 thing needs you")
    keys.enter("#sync-line a")
    arrives(nurse, "outbox")
    keys.enter(do("outbox.again"))
    keys.lands_on("h1")
    wait(lambda: nurse.rows("select count(distinct id) from action where code = 'unknown.pledge'") == [(2,)])
    wait(lambda: nurse.browser.has(do("outbox.discard")))
    keys.enter(do("outbox.discard"))
    keys.lands_on("h1")
    assert nurse.browser.text("#sync-line") == "All sent"


def test_choose_colours_and_language(nurse: OnPhone, keys: Keyboard) -> None:
    keys.enter('footer a[href="/look"]')
    arrives(nurse, "look")
    keys.enter('button[name="colours"][value="dark"]')
    wait(lambda: nurse.browser.js(GROUND) == DARK)
    keys.to('button[name="language"][value="en-XA"]')
    keys.press(Keys.SPACE)
    wait(lambda: nurse.browser.js("return document.documentElement.lang") == "en-XA")


def test_log_another_phone_out(nurse: OnPhone, keys: Keyboard) -> None:
    with httpx.Client(base_url=nurse.server.url, trust_env=False) as other:
        other.post("/demo/log-in", data={"person": "nurse"}, headers={"origin": nurse.server.url})
        other.post("/sync", json={"v": 1, "sent_at": 1, "device": "the-other-phone"})
    nurse.open("/me")
    nurse.browser.js("dispatchEvent(new Event('online'))")
    keys.enter('a[href="/me/devices"]')
    arrives(nurse, "devices")
    wait(lambda: len(nurse.browser.texts('[data-record^="device:"]')) == 2)
    keys.enter("summary")
    keys.enter(do("device.remove"))
    keys.lands_on("h1")
    wait(lambda: nurse.rows("select count(*) from session where revoked_at is not null") == [(1,)])


def test_get_help_before_log_in(phone: OnPhone, keys: Keyboard) -> None:
    phone.open("/log-in")
    keys.enter('nav a[href="/help"]')
    arrives(phone, "help")
    keys.to('a[href^="tel:"]')
    keys.to("footer a")


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("* { outline: none !important; background: none !important; }", "is not marked"),
        ("header { position: fixed; inset: 0 0 auto; z-index: 9; block-size: 90%; }", "is out of sight"),
    ],
)
def test_a_stop_that_cannot_be_seen_is_named(phone: OnPhone, keys: Keyboard, planted: str, said: str) -> None:
    phone.open("/log-in")
    phone.browser.js(
        "const sheet = new CSSStyleSheet(); sheet.replaceSync(arguments[0]); document.adoptedStyleSheets = [sheet]",
        planted,
    )
    with pytest.raises(AssertionError, match=said):
        keys.to("main button")


def test_join_a_network_hide_and_leave(nurse: OnPhone, keys: Keyboard) -> None:
    nurse.open("/networks")
    keys.enter('a[href="/networks/n1"]')
    arrives(nurse, "network")
    keys.to('input[name="as"]')
    keys.press(Keys.SPACE)
    keys.enter(do("network.join"))
    keys.lands_on("#problems")
    keys.to('input[name="seen_by"]')
    keys.press(Keys.SPACE)
    keys.enter(do("network.join"))
    keys.lands_on("h1")
    keys.enter("details:has(form[action='/do/network.seen_by']) > summary")
    keys.to('input[name="seen_by"]')
    keys.press(Keys.ARROW_DOWN)
    keys.enter(do("network.seen_by"))
    wait(lambda: "Nobody but you" in nurse.browser.text(".app-network__mine"))
    keys.enter("details:has(form[action='/do/network.leave']) > summary")
    keys.enter("#main " + do("network.leave"))
    wait(lambda: nurse.browser.text("#undo [role=status]") == "Done. Nobody was told.")
    keys.lands_on("h1")

"""Without JavaScript, in a real browser: the whole feature by plain forms."""

from collections.abc import Callable

import pytest

from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone
from tests.live import LiveServer


@pytest.fixture
def plain(open_browser: Callable[..., Browser], live_server: LiveServer) -> OnPhone:
    phone = OnPhone(open_browser(javascript=False), live_server)
    phone.open("/log-in")
    phone.browser.click('button[name="person"][value="nurse"]')
    wait(lambda: phone.page == "home")
    return phone


def test_the_whole_feature_works_without_javascript(plain: OnPhone) -> None:
    browser = plain.browser
    plain.open("/pledges/p1")
    browser.click('form[action="/do/pledge.take"] button[type="submit"]')
    wait(lambda: browser.has("#problems"))
    assert browser.texts("#problems li") == ["Choose who may see it."]
    plain.choose("show", "team")
    browser.click('form[action="/do/pledge.take"] button[type="submit"]')
    wait(lambda: plain.pledges_on_server() == [("p1", "team")])
    assert browser.text('[data-record="pledge:p1"] [data-state]') == "Sent"
    assert not browser.find("form[data-plan]").is_displayed()
    browser.click('form[action="/do/pledge.report"] button[value="did"]')
    wait(lambda: plain.rows("select how from pledging where pledge_id = 'p1' and how != ''") != [])
    browser.click('details:has(form[action="/do/pledge.withdraw"]) > summary')
    browser.click('form[action="/do/pledge.withdraw"] button')
    wait(lambda: plain.pledges_on_server() == [])
    plain.open("/outbox")
    assert "All sent" in browser.text("#main")
    plain.open("/me")
    browser.click('form[action="/log-out"] button')
    wait(lambda: browser.has('a[href="/log-in"]'))
    plain.open("/pledges")
    wait(lambda: "/log-in" in browser.url)


def test_without_javascript_hide_is_a_link_to_a_public_page(plain: OnPhone) -> None:
    plain.open("/pledges/p1")
    plain.browser.click("[data-hide]")
    wait(lambda: plain.page == "accessibility")


def test_without_javascript_the_page_about_the_phone_gives_advice_and_no_answer(plain: OnPhone) -> None:
    plain.open("/me/phone")
    said = plain.browser.text("#main")
    assert "We can only check this with scripts on." in said
    assert "add this app to the Home Screen" in said
    assert "keep your work." not in said
    assert not plain.browser.find("[data-phone]").is_displayed()

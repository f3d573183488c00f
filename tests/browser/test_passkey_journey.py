"""The second step in real Chromium: an account made with a passkey, logged in with it again, and asked for it again.

The authenticator is the browser's own virtual one; the mail server takes real mail.
"""

from collections.abc import Callable

import pytest
from selenium.webdriver.common.virtual_authenticator import Transport, VirtualAuthenticatorOptions

from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone
from tests.browser.test_accessibility import SMALL_TARGETS, findings
from tests.live import LiveServer
from tests.server.arriving import number
from tests.server.conftest import Mailbox, mailbox

__all__ = ["mailbox"]

SAM = "sam@example.nhs.uk"
MAIL = {"mail_from": "app@example.org", "mail_domains": "example.nhs.uk", "secret_key": "s" * 32}


@pytest.fixture
def sam(open_browser: Callable[..., Browser], start_server: Callable[..., LiveServer], mailbox: Mailbox) -> OnPhone:
    """A phone with a lock, and the app as it is run for real; Sam has no account yet."""
    phone = OnPhone(open_browser(), start_server(demo="0", smtp_url=f"smtp://127.0.0.1:{mailbox.port}", **MAIL))
    add_authenticator(phone)
    return phone


def add_authenticator(phone: OnPhone) -> None:
    made = VirtualAuthenticatorOptions(
        transport=Transport.INTERNAL, has_resident_key=True, has_user_verification=True, is_user_verified=True
    )
    phone.browser.driver.add_virtual_authenticator(made)


def type_code(phone: OnPhone, mailbox: Mailbox) -> None:
    before = len(mailbox.letters)
    phone.open("/log-in")
    phone.browser.fill("#field-email", SAM)
    press(phone, "/log-in")
    wait(lambda: len(mailbox.letters) > before)
    phone.browser.fill("#field-code", mailbox.code())
    press(phone, "/log-in")


def press(phone: OnPhone, action: str) -> None:
    phone.browser.click(f'main form[action="{action}"] button')


def make_account(phone: OnPhone, mailbox: Mailbox) -> None:
    type_code(phone, mailbox)
    wait(lambda: phone.page == "log-in-account")
    phone.browser.fill("#field-name", "Sam Lee")
    press(phone, "/log-in/account")
    wait(lambda: phone.page == "log-in-set-up")


def register(phone: OnPhone, mailbox: Mailbox) -> None:
    make_account(phone, mailbox)
    press(phone, "/log-in/set-up")
    wait(lambda: phone.page == "log-in-codes")
    press(phone, "/log-in/codes")
    wait(lambda: phone.page == "home")
    phone.wait_until_ready()


def test_an_account_with_a_passkey_and_log_in_with_it_again(sam: OnPhone, mailbox: Mailbox) -> None:
    register(sam, mailbox)
    credential = sam.browser.driver.get_credentials()[0]
    assert credential.rp_id == "localhost"
    sam.take("p1", "nobody")
    wait(lambda: sam.state("p1") == "sent")
    sam.log_out("keep" if sam.browser.has("[name=unsent]") else None)
    type_code(sam, mailbox)
    wait(lambda: sam.page == "log-in-step")
    assert not sam.browser.driver.find_element("css selector", "[data-no-passkey]").is_displayed()
    press(sam, "/log-in/step")
    wait(lambda: sam.page == "home")
    sam.wait_until_ready()
    sam.open("/pledges/p1")
    wait(lambda: sam.state("p1") == "sent")
    assert sam.browser.driver.get_credentials()[0].sign_count > credential.sign_count


def test_a_passkey_asked_for_again_leads_back_and_the_phone_works_on(sam: OnPhone, mailbox: Mailbox) -> None:
    register(sam, mailbox)
    old = [cookie["value"] for cookie in sam.browser.driver.get_cookies() if cookie["name"] == "session"]
    sam.open("/log-in/again?back=/log-in/factors")
    wait(lambda: sam.page == "log-in-step")
    press(sam, "/log-in/step")
    wait(lambda: sam.page == "log-in-factors")
    assert "Chrome on Linux" in sam.browser.text("main")
    assert old != [cookie["value"] for cookie in sam.browser.driver.get_cookies() if cookie["name"] == "session"]
    sam.wait_until_ready()
    sam.take("p1", "nobody")
    wait(lambda: sam.state("p1") == "sent")


def test_who_turns_the_passkey_away_is_told_and_can_use_an_app(sam: OnPhone, mailbox: Mailbox) -> None:
    make_account(sam, mailbox)
    sam.browser.driver.set_user_verified(False)
    press(sam, "/log-in/set-up")
    alert = 'form[action="/log-in/set-up"] [role="alert"]'
    wait(lambda: sam.browser.driver.find_element("css selector", alert).is_displayed())
    assert sam.page == "log-in-set-up"
    sam.browser.click('main a[href="/log-in/app"]')
    wait(lambda: sam.page == "log-in-app")
    sam.browser.js("document.querySelector('details').open = true")
    sam.browser.fill("#field-number", number(sam.browser.text(".app-key").replace(" ", "")))
    press(sam, "/log-in/app")
    wait(lambda: sam.page == "log-in-codes")
    assert len(sam.browser.texts(".app-codes__one")) == 10


def test_every_page_on_the_way_is_open_to_all_and_keeps_to_the_policy(sam: OnPhone, mailbox: Mailbox) -> None:
    def look() -> None:
        for dark in (False, True):
            sam.browser.dark(dark)
            assert findings(sam.browser) == [], sam.page
        assert sam.browser.js(SMALL_TARGETS) == [], sam.page
        assert sam.browser.js("return document.documentElement.scrollWidth") <= 320, sam.page
        assert sam.browser.complaints() == [], sam.page

    sam.browser.size(320, 640)
    type_code(sam, mailbox)
    wait(lambda: sam.page == "log-in-account")
    look()
    sam.browser.fill("#field-name", "Sam Lee")
    press(sam, "/log-in/account")
    wait(lambda: sam.page == "log-in-set-up")
    look()
    sam.open("/log-in/app")
    sam.browser.js("document.querySelector('details').open = true")
    look()
    sam.open("/log-in/set-up")
    press(sam, "/log-in/set-up")
    wait(lambda: sam.page == "log-in-codes")
    look()
    press(sam, "/log-in/codes")
    wait(lambda: sam.page == "home")
    sam.open("/log-in/factors")
    look()
    sam.open("/log-in/again?back=/log-in/factors")
    wait(lambda: sam.page == "log-in-step")
    look()


def test_with_no_signal_the_steps_say_so_and_the_phone_keeps_its_work(sam: OnPhone, mailbox: Mailbox) -> None:
    register(sam, mailbox)
    sam.server.stop()
    sam.open("/log-in/factors")
    wait(lambda: sam.page == "offline")
    sam.open("/pledges/p1")
    wait(lambda: sam.rendered_by("/pledges/p1") == "worker")

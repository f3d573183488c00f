#!/usr/bin/python3
"""The smallest browser that WebKitWebDriver can drive with a profile that is kept.

WebKit's own MiniBrowser forgets everything at exit when it is automated, so it cannot show a restart. Runs under
Debian's Python, which has WebKit's bindings; the folder of the profile comes in CG_BROWSER_PROFILE.
"""

import os

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402 (versions are asked for first)

PHONE = (400, 800)

profile = os.environ["CG_BROWSER_PROFILE"]
data = WebKit2.WebsiteDataManager(
    base_data_directory=os.path.join(profile, "data"), base_cache_directory=os.path.join(profile, "cache")
)
context = WebKit2.WebContext.new_with_website_data_manager(data)
context.set_automation_allowed(True)
context.get_cookie_manager().set_persistent_storage(
    os.path.join(profile, "cookies.sqlite"), WebKit2.CookiePersistentStorage.SQLITE
)
windows: list[Gtk.Window] = []


def show_view(session: WebKit2.AutomationSession) -> WebKit2.WebView:
    """Each in a window of its own: a page that is not on the screen cannot be tapped."""
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=PHONE[0], default_height=PHONE[1])
    window.add(view)
    window.connect("destroy", closed)
    windows.append(window)
    window.show_all()
    return view


def closed(window: Gtk.Window) -> None:
    windows.remove(window)
    if not windows:
        Gtk.main_quit()


def accept_session(_: WebKit2.WebContext, session: WebKit2.AutomationSession) -> None:
    about = WebKit2.ApplicationInfo()
    about.set_name("MiniBrowser")
    about.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(about)
    session.connect("create-web-view", show_view)


context.connect("automation-started", accept_session)
Gtk.main()

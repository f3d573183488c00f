"""A new release on a phone that is in use, in three engines: it waits, is offered, and finds what the old one kept."""

import pytest

from tests.browser.engines import wait
from tests.browser.line import Line
from tests.browser.person import OnPhone

WAITING = """
const [done] = arguments;
navigator.serviceWorker.getRegistration().then(({ waiting }) => done(Boolean(waiting)));
"""
UPDATE = """
const [done] = arguments;
navigator.serviceWorker.getRegistration()
  .then((known) => known.update())
  .then(() => done("taken"), () => done("refused"));
"""
TAKEN = "select count(*) from action where kind = 'pledge.take' and outcome = 'applied' and device != ''"
OFFERED = "return !document.querySelector('#update').hidden"


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_new_version_waits_for_the_form_and_sends_once_what_the_old_one_kept(
    line_and_nurse: tuple[Line, OnPhone],
) -> None:
    line, nurse = line_and_nurse
    line.refused.add("/sync")  # else the old version sends it
    nurse.server.stop()
    nurse.take("p1", "team")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.open("/pledges/p2")
    nurse.choose("show", "team")
    old = nurse.status()["build"]

    nurse.server.restart(app_name="Newer Ground")
    tabs = nurse.new_tab("/pledges")
    wait(lambda: nurse.browser.driver.execute_async_script(WAITING), seconds=60)
    wait(lambda: nurse.browser.js(OFFERED))
    nurse.to_tab(tabs[0])
    assert not nurse.browser.js(OFFERED)
    assert nurse.status()["build"] == old

    nurse.browser.js("document.querySelector('form[action=\"/do/pledge.take\"]').reset()")
    wait(lambda: nurse.browser.js(OFFERED), seconds=45)
    nurse.browser.click("#update button")
    for tab in tabs:
        nurse.to_tab(tab)
        wait(lambda: nurse.browser.title.endswith("Newer Ground"))
    assert nurse.status()["build"] != old
    assert nurse.pledges_on_server() == []

    line.refused.clear()
    nurse.browser.js("dispatchEvent(new Event('online'))")  # else within the half minute
    wait(lambda: nurse.pledges_on_server() == [("p1", "team")], seconds=45)
    wait(lambda: nurse.unsent == 0)
    assert nurse.rows(TAKEN) == [(1,)]


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_tab_in_the_middle_of_a_form_goes_on_when_another_one_takes_the_new_version(nurse: OnPhone) -> None:
    nurse.open("/pledges/p2")
    nurse.choose("show", "team")
    nurse.server.restart(app_name="Newer Ground")
    tabs = nurse.new_tab("/pledges")
    wait(lambda: nurse.browser.js(OFFERED), seconds=60)
    nurse.browser.click("#update button")
    wait(lambda: nurse.browser.title.endswith("Newer Ground"))
    nurse.to_tab(tabs[0])
    assert nurse.browser.js("return document.querySelector('input[value=\"team\"]').checked")
    nurse.browser.click('form[action="/do/pledge.take"] button[type="submit"]')
    wait(lambda: nurse.pledges_on_server() == [("p2", "team")], seconds=45)


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_a_release_that_does_not_parse_leaves_the_old_worker_running(line_and_nurse: tuple[Line, OnPhone]) -> None:
    line, nurse = line_and_nurse
    old = nurse.status()["build"]
    line.planted["/sw.js"] = b"a release with a fault (\n"
    assert nurse.browser.driver.execute_async_script(UPDATE) == "refused"
    nurse.server.stop()
    nurse.open("/pledges")
    assert nurse.rendered_by("/pledges") == "worker"
    assert nurse.status()["build"] == old
    nurse.take("p1")
    wait(lambda: nurse.state("p1") == "saved")
    nurse.server.start()
    wait(lambda: nurse.pledges_on_server() == [("p1", "nobody")], seconds=45)

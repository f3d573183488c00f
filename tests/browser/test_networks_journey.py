"""Networks on a phone: join, hide and leave with no signal, in three engines; follow with no trace."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.demo import person_id
from tests.browser.engines import Browser, wait
from tests.browser.person import OnPhone, rows
from tests.live import LiveServer

JOIN = '#main form[action="/do/network.join"] button'
SEEN_BY = '#main form[action="/do/network.seen_by"] button'
LEAVE = '#main form[action="/do/network.leave"] button'
OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true"
KEPT = """
const done = arguments[0];
(async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve) => { const asked = indexedDB.open(name); asked.onsuccess = () => resolve(asked.result); });
    for (const store of db.objectStoreNames) {
      const all = await new Promise((resolve) => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => resolve(asked.result); });
      found.push(`${store}: ${JSON.stringify(all)}`);
    }
    db.close();
  }
  done(found);
})();
"""  # noqa: E501


def join(phone: OnPhone, network: str, seen_by: str, joined_as: str = "member") -> None:
    phone.open(f"/networks/{network}")
    phone.choose("as", joined_as)
    phone.choose("seen_by", seen_by)
    phone.browser.click(JOIN)


def state(phone: OnPhone) -> str | None:
    found = phone.browser.js("return document.querySelector('.app-network__mark [data-state]')?.dataset.state")
    return None if found is None else str(found)


def memberships(phone: OnPhone, network: str) -> list[tuple[str, str]]:
    found = phone.rows(f"select joined_as, seen_by from membership where network_id = '{network}'")
    return [(str(joined_as), str(seen_by)) for joined_as, seen_by in found]


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_joining_hiding_and_leaving_with_no_signal_from_a_cold_start(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    join(nurse, "n1", "committee")
    wait(lambda: state(nurse) == "saved")
    nurse.lose_power()
    nurse.open("/networks/n1")
    assert state(nurse) == "saved" and "You are a member" in nurse.browser.text("#main")
    nurse.browser.js(OPEN_ALL)
    nurse.choose("seen_by", "nobody")
    nurse.browser.click(SEEN_BY)
    wait(lambda: "Nobody but you" in nurse.browser.text(".app-network__mine"))
    join(nurse, "n3", "nobody", "ally")
    wait(lambda: state(nurse) == "saved")
    nurse.browser.js(OPEN_ALL)
    nurse.browser.click(LEAVE)
    wait(lambda: nurse.browser.has(JOIN))
    wait(lambda: nurse.browser.text("#undo [role=status]") == "Done. Nobody was told.")
    assert nurse.outbox() == ["Join a network", "Change who sees you", "Join a network", "Leave a network"]

    nurse.server.start()
    wait(lambda: nurse.unsent == 0, seconds=45)
    assert memberships(nurse, "n1") == [("member", "nobody")] and memberships(nurse, "n3") == []
    assert nurse.rows("select person_id from membership where network_id = 'n1'") == [(None,)]
    nurse.open("/networks/n1")
    wait(lambda: "the chair answers" in nurse.browser.text("#main"))


def test_what_was_sent_about_a_network_leaves_no_receipt_on_the_phone(nurse: OnPhone) -> None:
    join(nurse, "n2", "nobody")
    wait(lambda: state(nurse) == "sent" and nurse.unsent == 0)
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "sent")
    kept = {
        line.partition(":")[0]: line for line in nurse.browser.driver.execute_async_script(KEPT) if "[]" not in line
    }
    assert "pledge.take" in kept["settled"], "the scan finds a receipt where there is one"
    assert "network.join" not in " ".join(kept.values())
    assert nurse.outbox() == ["Take the pledge “Ask the name”"]


def test_leaving_takes_two_taps_and_can_be_taken_back(nurse: OnPhone) -> None:
    join(nurse, "n2", "committee")
    wait(lambda: state(nurse) == "sent")
    nurse.browser.click("details:has(form[action='/do/network.leave']) > summary")  # one
    nurse.browser.click(LEAVE)  # two
    wait(lambda: nurse.browser.has(JOIN))
    wait(lambda: len(memberships(nurse, "n2")) == len(JOINED_IN_THE_DEMO))
    nurse.browser.click("#undo button")
    wait(lambda: nurse.browser.has(LEAVE) and nurse.unsent == 0)
    assert ("member", "committee") in memberships(nurse, "n2")


JOINED_IN_THE_DEMO = ("chair", "vicechair", "member", "private")


def test_following_stays_on_the_phone(nurse: OnPhone) -> None:
    nurse.put_away()
    nurse.server.stop()
    nurse.open("/networks/n2")
    form = "form[data-follow=n2]"
    wait(lambda: nurse.browser.find(form).is_displayed())
    nurse.browser.click(f"{form} [data-follow-off] button")
    wait(lambda: nurse.browser.find(f"{form} [data-follow-on]").is_displayed())
    nurse.lose_power()
    nurse.open("/networks/n2")
    wait(lambda: nurse.browser.find(f"{form} [data-follow-on]").is_displayed())
    assert nurse.unsent == 0
    nurse.server.start()
    nurse.take("p1", "nobody")
    wait(lambda: nurse.state("p1") == "sent", seconds=45)
    scanned = nurse.server.var_dir / "common-ground.db"
    assert b"follow:" not in scanned.read_bytes() + Path(f"{scanned}-wal").read_bytes()


def test_a_form_that_is_not_filled_in_says_what_to_choose(nurse: OnPhone) -> None:
    nurse.server.stop()
    nurse.open("/networks/n1")
    assert not nurse.browser.has("input[type=radio]:checked"), "nothing is chosen beforehand"
    nurse.choose("as", "ally")
    nurse.browser.click(JOIN)
    wait(lambda: nurse.browser.has("#problems"))
    assert nurse.browser.texts("#problems li") == ["Choose who may see your name."]
    assert nurse.browser.has('input[name="as"][value="ally"]:checked'), "what was chosen stays"


def test_all_of_it_without_javascript(open_browser: Callable[..., Browser], live_server: LiveServer) -> None:
    plain = OnPhone(open_browser(javascript=False), live_server)
    plain.open("/log-in")
    plain.browser.click('button[name="person"][value="newcomer"]')
    wait(lambda: plain.page == "home")
    plain.open("/networks/n5")
    assert not plain.browser.find("form[data-follow]").is_displayed(), "nothing could keep it"
    join(plain, "n5", "committee")
    named = f"select seen_by from membership where person_id = '{person_id('newcomer')}'"
    wait(lambda: rows(live_server.var_dir, named) == [("committee",)])
    plain.browser.click("details:has(form[action='/do/network.seen_by']) > summary")
    plain.choose("seen_by", "nobody")
    plain.browser.click(SEEN_BY)
    wait(lambda: memberships(plain, "n5") == [("member", "nobody")])
    plain.browser.click("details:has(form[action='/do/network.leave']) > summary")
    plain.browser.click(LEAVE)
    wait(lambda: memberships(plain, "n5") == [])

"""The page that lists what is on a phone, against what a real Chromium really holds."""

from tests.browser.engines import wait
from tests.browser.person import OnPhone

HELD = """
const [done] = arguments;
const opened = (name) => new Promise((resolve, reject) => {
  const request = indexedDB.open(name);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function databases() {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await opened(name);
    found.push(`Database ${name}`, ...[...db.objectStoreNames].map((store) => `Database ${name} ${store}`));
    db.close();
  }
  return found;
}
async function all() {
  const workers = await navigator.serviceWorker.getRegistrations();
  return [
    ...(await databases()),
    ...(await caches.keys()).map((name) => `Files ${name}`),
    ...workers.map(({ active }) => `Worker ${new URL(active.scriptURL).pathname}`),
    ...Object.keys(localStorage).map((name) => `Local ${name}`),
    ...Object.keys(sessionStorage).map((name) => `Session ${name}`),
  ];
}
all().then(done, (error) => done([String(error)]));
"""
LISTED = "return [...document.querySelectorAll('[data-kept]')].map(({ dataset }) => dataset.kept)"
# There only while somebody is at their organisation's own log in, or between two steps of one of ours.
PASSING = {"Cookie directory", "Cookie log-in"}
PERSON = "demo01"  # the nurse's number


def held(phone: OnPhone) -> set[str]:
    """By the names the page gives: those of one person and one build are in brackets there."""
    found = set(phone.browser.driver.execute_async_script(HELD))
    cookies = {f"Cookie {cookie['name']}" for cookie in phone.browser.driver.get_cookies()}
    build = phone.status()["build"]
    return {each.replace(PERSON, "<person>").replace(build, "<build>") for each in found} | cookies


def use(nurse: OnPhone) -> None:
    """Everything that the app keeps was kept once: a plan, a pledge sent, one that waits, a reminder, a page hidden."""
    nurse.take("p1", "name")
    wait(lambda: nurse.state("p1") == "sent")
    nurse.browser.fill("form[data-plan] textarea", "On the first shift of the week")
    nurse.browser.click("form[data-plan] button")
    nurse.server.stop()
    nurse.take("p2", "team")
    wait(lambda: nurse.state("p2") == "saved")
    nurse.open("/help")
    nurse.browser.click("[data-remind]")
    nurse.open("/pledges")
    nurse.browser.click("[data-hide]")
    wait(lambda: nurse.page == "accessibility")
    nurse.open("/storage")


def test_the_page_lists_what_is_on_the_phone_and_nothing_else(nurse: OnPhone) -> None:
    use(nurse)
    listed = nurse.browser.js(LISTED)
    assert nurse.rendered_by("/storage") == "worker"
    assert set(listed) == held(nurse) | PASSING
    assert len(listed) == len(set(listed))


def test_what_the_page_does_not_list_is_seen(nurse: OnPhone) -> None:
    use(nurse)
    nurse.browser.js("localStorage.planted = 1; sessionStorage.planted = 1; document.cookie = 'planted=1'")
    nurse.browser.driver.execute_async_script("caches.open('planted').then(() => arguments[0]())")
    nurse.browser.driver.execute_async_script("indexedDB.open('planted').onsuccess = () => arguments[0]()")
    listed = set(nurse.browser.js(LISTED))
    planted = {f"{where} planted" for where in ("Local", "Session", "Cookie", "Files", "Database")}
    assert held(nurse) - listed == planted

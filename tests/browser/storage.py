"""Everything that a browser keeps for the app, as text, and where in it a person can be found. Knows no page."""

from typing import cast

from tests.browser.person import OnPhone

# What would tell that somebody was here: number, name and team.
NURSE = ("demo01", "Community nurse", "Meadow community nursing")
NEWCOMER = ("demo11", "Newcomer", "Harbour outreach")

HELD = """
const [done] = arguments;
const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function databases() {
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await settled(indexedDB.open(name));
    const stores = [...db.objectStoreNames];
    const rows = await Promise.all(stores.flatMap((each) => {
      const store = db.transaction(each).objectStore(each);
      return [settled(store.getAllKeys()), settled(store.getAll())];
    }));
    db.close();
    found[`Database ${name}`] = `${name} ${JSON.stringify(rows)}`;
  }
  return found;
}
async function files() {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found[`File ${new URL(request.url).pathname}`] = `${request.url} ${await (await cache.match(request)).text()}`;
    }
  }
  return found;
}
async function all() {
  const rest = { Local: JSON.stringify({ ...localStorage }), Session: JSON.stringify({ ...sessionStorage }) };
  return { ...(await databases()), ...(await files()), ...rest };
}
all().then(done, (error) => done({ error: String(error) }));
"""

OLDER = """
const [name, ms, done] = arguments;
const opening = indexedDB.open(name);
opening.onsuccess = () => {
  const writing = opening.result.transaction("value", "readwrite");
  const store = writing.objectStore("value");
  store.get("last_sync").onsuccess = ({ target }) => {
    store.put(target.result - ms, "last_sync");
    store.put(0, "next_at");
  };
  writing.oncomplete = () => { opening.result.close(); done(); };
};
"""


def held(phone: OnPhone) -> dict[str, str]:
    """Each database, each file of each cache and the other storages, whole."""
    found = cast(dict[str, str], phone.browser.driver.execute_async_script(HELD))
    assert "error" not in found, found["error"]
    return found


def names(phone: OnPhone, marks: tuple[str, ...]) -> set[str]:
    """Where on the phone any of these texts is."""
    return {where for where, text in held(phone).items() if any(mark in text for mark in marks)}


def age(phone: OnPhone, person: str, days: int) -> None:
    """As if so many days had gone since the server last answered in this person's name."""
    phone.browser.driver.execute_async_script(OLDER, f"cg-{person}", days * 86_400_000)

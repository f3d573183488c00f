"""What the measurements of phone.py run inside a page. `done` is the answer of those that wait."""

TAP = """
window.left = true
sessionStorage.tapped = performance.timeOrigin + performance.now()
const link = document.createElement("a")
link.href = arguments[0]
document.body.append(link)
link.click()
"""
READABLE = """
const [page] = performance.getEntriesByType("navigation")
const [paint] = performance.getEntriesByName("first-contentful-paint")
if (window.left || location.pathname !== arguments[0] || !paint || !page.domInteractive) return null
const tapped = Number(sessionStorage.tapped)
delete sessionStorage.tapped
return performance.timeOrigin + Math.max(paint.startTime, page.domInteractive) - tapped
"""
STARTED = """
const [page] = performance.getEntriesByType("navigation")
return page.workerStart ? page.responseEnd - page.workerStart : null
"""
ACT = """
const form = document.querySelector(`form[action="/do/${arguments[0]}"]`)
const line = () => document.querySelector("#sync-line").dataset.unsent
const before = line()
form.querySelector("input[name=show][value=nobody]")?.click()
const tapped = performance.now()
new MutationObserver((_, observer) => {
  if (line() === before) return
  observer.disconnect()
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - tapped)))
}).observe(document, { subtree: true, childList: true, attributes: true })
form.querySelector("button").click()
"""
INSTALLED = "navigator.serviceWorker.getRegistration().then(found => done(Boolean(found?.active)))"
STATUS = """
const { controller } = navigator.serviceWorker
if (!controller) return done(null)
const { port1, port2 } = new MessageChannel()
port1.onmessage = ({ data }) => done(data)
controller.postMessage({ ask: "status" }, [port2])
setTimeout(() => done(null), 2000)
"""
SEAL = """
(async () => {
const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
const texts = Array.from({ length: arguments[0] }, (_, n) => new TextEncoder().encode(`${n} `.padEnd(300, "quiet ")))
const start = performance.now()
const sealed = await Promise.all(texts.map(async text => {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return [iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text)]
}))
const between = performance.now()
await Promise.all(sealed.map(([iv, data]) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)))
done([between - start, performance.now() - between])
})()
"""

LOG_IN = """
const form = document.createElement("form")
form.method = "post"
form.action = "/demo/log-in"
const person = document.createElement("input")
person.name = "person"
person.value = arguments[0]
form.append(person)
document.body.append(form)
form.submit()
"""

# As if a day had gone by since anything was asked for: on the phone of whoever is here, and in what anybody may read.
DAY_OLDER = """
(async () => {
const names = (await indexedDB.databases()).map(({ name }) => name)
const held = names.filter(name => name.startsWith("cg-") && name !== "cg-meta")
for (const name of held) await new Promise(end => {
  const opening = indexedDB.open(name)
  opening.onsuccess = () => {
    const writing = opening.result.transaction("value", "readwrite")
    const store = writing.objectStore("value")
    for (const each of ["last_sync", "checked_at"]) store.get(each).onsuccess = ({ target }) => {
      if (target.result) store.put(target.result - 25 * 3600 * 1000, each)
    }
    store.put(0, "next_at")
    writing.oncomplete = () => { opening.result.close(); end() }
  }
})
done()
})()
"""
# Whether everything that is held was asked for today.
HEARD = """
(async () => {
const names = (await indexedDB.databases()).map(({ name }) => name)
const held = names.filter(name => name.startsWith("cg-") && name !== "cg-meta")
const old = await Promise.all(held.map(name => new Promise(end => {
  const opening = indexedDB.open(name)
  opening.onsuccess = () => {
    const asked = opening.result.transaction("value").objectStore("value").get("last_sync")
    asked.onsuccess = () => { opening.result.close(); end(asked.result && Date.now() - asked.result > 3600 * 1000) }
  }
})))
done(!old.some(Boolean))
})()
"""
UPDATE = """
navigator.serviceWorker.getRegistration().then(found => found.update()).catch(() => {})
done() // the page may be read again before there is an answer
"""

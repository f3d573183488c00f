// The parts of the browser that sync asks for, gathered in one place so that tests can hand in their own.
import { BUILD } from "./built.js";
import { meta, nobody, people, storeOf, wipe } from "./stores.js";

const PATIENCE = 30 * 1000;

async function post(message) {
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage(message);
}

// To every page there is. One on its way hears nothing: it asks for `told_at` when it has arrived.
// On a full phone that cannot be kept, and the pages that are here must hear it all the same.
export async function tell(message) {
  await meta().write(["value"], ({ value }) => value.put(Date.now(), "told_at")).catch(() => {});
  await post(message);
}

export const world = {
  build: BUILD,
  get meta() { return meta(); },
  get nobody() { return nobody(); },
  storeOf,
  people,
  wipe,
  tell,
  progress: null, // of the sync that is running
  show: (progress) => post({ type: "progress", progress }),
  fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) }),
  now: () => Date.now(),
  random: () => Math.random(),
  mint: () => crypto.randomUUID(),
  lock: (work) => navigator.locks.request("cg-sync", work),
  renew: () => self.registration.update().catch(() => {}),
};

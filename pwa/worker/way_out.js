// The way out, served as /sw.js while WAY_OUT is set: sends what waits on this phone, then goes, and the files it kept with it.
// It answers no page: those are the server's at once. What it may not send (another person's, or refused) stays in its database for a later worker.
import { drop } from "./cache.js";
import * as identity from "./identity.js";
import { unsent } from "./outbox.js";
import { sync } from "./sync.js";
import { world } from "./world.js";

async function leave(options) {
  await sync(world, options);
  const { person, revoke } = await identity.who(world.meta);
  const settled = person === null || (person && !(await unsent(world.storeOf(person))));
  if (!settled || revoke) return;
  await drop();
  await self.registration.unregister();
}

// Where the browser can, it is tried again even with no page open.
const tryTo = (options) => leave(options).catch(() => self.registration.sync?.register("outbox").catch(() => {}));

self.addEventListener("install", (installing) => installing.waitUntil(self.skipWaiting())); // the pages it frees may be broken: nobody is asked

self.addEventListener("activate", (activating) => activating.waitUntil(tryTo({ force: true })));

self.addEventListener("message", (message) => message.waitUntil(tryTo({ force: Boolean(message.data?.force) })));

self.addEventListener("sync", (syncing) => syncing.waitUntil(leave({ force: true })));

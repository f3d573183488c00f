// The service worker: a second server. Listeners only; each calls waitUntil or respondWith before anything is awaited.
import { dropOld, fill } from "./cache.js";
import { hear } from "./messages.js";
import { send, serve } from "./serve.js";

self.addEventListener("install", (installing) => {
  installing.waitUntil(fill().then(() => self.registration.active ?? self.skipWaiting())); // first install only: nobody to disturb
});

self.addEventListener("activate", (activating) => {
  activating.waitUntil(dropOld().then(() => self.clients.claim()));
  send(); // not waited for: until a worker is active, no page is answered
});

self.addEventListener("message", (message) => message.waitUntil(hear(message)));

self.addEventListener("sync", (syncing) => syncing.waitUntil(send({ force: true })));

self.addEventListener("fetch", (fetchEvent) => {
  const answer = serve(fetchEvent);
  if (answer) fetchEvent.respondWith(answer);
});

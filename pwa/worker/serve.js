// Who answers a request: this phone, the server, or a calm page. Called synchronously by the fetch listener; null leaves it to the browser.
import { act, knows } from "./act.js";
import { calmAnswer, pageAnswer } from "./answer.js";
import { PAGES } from "./built.js";
import { asset } from "./cache.js";
import { door } from "./doors.js";
import * as identity from "./identity.js";
import { tagOf } from "./language.js";
import { match, route } from "./router.js";
import { pullOpen, revoke, sync } from "./sync.js";
import { world } from "./world.js";

// Sends what is written; where the browser can, it is tried again even with no page open.
export const send = (options) => sync(world, options).then(() => world.lock(() => pullOpen(world))).catch(() => self.registration.sync?.register("outbox").catch(() => {}));

// Whoever is asked for, on a phone that looks like this.
const holder = (person, { language, colours = "" }) => ({ person, store: world.storeOf(person), now: world.now(), language: tagOf(language), colours, online: navigator.onLine });

// Whose replica answers; null until it is known and has been filled once.
async function known() {
  const who = await identity.who(world.meta);
  const whom = who.person ? holder(who.person, who) : null;
  return (await whom?.store.read(["value"], ({ value }) => value.get("ready"))) ? whom : null;
}

// The server's answer, or null when it cannot be reached. A log out it has not heard of comes first.
async function server(request, { leaving = false } = {}) {
  try {
    const { revoke: pending } = await identity.who(world.meta);
    if (pending && !leaving && !(await revoke(world))) return null;
  } catch (error) {
    if (error.name === "TypeError" || error.name === "TimeoutError") return null;
    console.error(error);
  }
  return fetch(request).catch(() => null);
}

async function calm(whom) {
  const held = whom ?? (await known().catch(() => null));
  return calmAnswer(held ?? holder(null, await identity.who(world.meta).catch(() => ({}))));
}

const elsewhere = async ({ request }, whom) => (await server(request)) ?? calm(whom);

async function page(fetchEvent, path) {
  try {
    const who = await identity.who(world.meta);
    const answer = who.person ? await pageAnswer(holder(who.person, who), path) : null;
    if (answer) return answer;
    const open = match(PAGES, path).page.public ? await pageAnswer(holder(null, who), path) : null;
    if (open) return open;
  } catch (error) {
    console.error(error); // whatever goes wrong here, the server is the next to try
  }
  return elsewhere(fetchEvent);
}

async function acted(fetchEvent, path) {
  const { request } = fetchEvent;
  const kind = path.slice("/do/".length);
  const copy = request.clone();
  let whom = null;
  try {
    whom = await known();
    if (whom && (await knows(kind, whom))) return await act(request, whom, kind, { server: () => server(copy), send: () => fetchEvent.waitUntil(send({ force: true })) });
  } catch (error) {
    console.error(error);
  }
  return elsewhere({ request: copy }, whom);
}

async function entered(fetchEvent, path) {
  const { request } = fetchEvent;
  const copy = request.clone();
  const whom = await known().catch(() => null);
  const doing = { world, send: () => sync(world, { force: true }), server: () => server(copy, { leaving: path === "/log-out" }) };
  return (await door(request, path, whom, doing)) ?? calm(null);
}

const ANSWERS = { asset: ({ request }) => asset(request), page, act: acted, door: entered, elsewhere };

export function serve(fetchEvent) {
  const { request } = fetchEvent;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return null;
  const way = route({ method: request.method, path: pathname, navigates: request.mode === "navigate" }, PAGES);
  if (!way) return null;
  return way === "elsewhere" ? elsewhere(fetchEvent) : ANSWERS[way](fetchEvent, pathname);
}

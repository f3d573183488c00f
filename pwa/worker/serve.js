// Who answers a request: this phone, the server, or a calm page. Called synchronously by the fetch listener; null leaves it to the browser.
import { act, knows } from "./act.js";
import * as anonymous from "./anonymous.js";
import { calmAnswer, pageAnswer, wipedAnswer } from "./answer.js";
import { PAGES } from "./built.js";
import { asset } from "./cache.js";
import { door } from "./doors.js";
import * as identity from "./identity.js";
import { tagOf } from "./language.js";
import { lapse, over, tidy } from "./lease.js";
import { match, route } from "./router.js";
import { isShared } from "./shared.js";
import { pullOpen, revoke, sync } from "./sync.js";
import { world } from "./world.js";

const GLANCE = 4 * 1000;

// Sends what is written; where the browser can, it is tried again even with no page open. Then what has had its time goes.
export const send = (options) => sync(world, options)
  .then(() => world.lock(() => pullOpen(world)))
  .catch(() => self.registration.sync?.register("outbox").catch(() => {}))
  .then(() => anonymous.send(world).catch(() => {})) // no signal: with the next one
  .then(() => tidy(world).catch(console.error));

// Whoever is asked for, on a phone that looks like this.
const holder = (person, { language, colours = "", ...who }) => ({
  person, store: world.storeOf(person), now: world.now(), language: tagOf(language), colours, shared: isShared(who), online: navigator.onLine });

// Whoever the phone works for. When that person's lease seems over, the server is asked first: an answer renews it.
async function current() {
  const who = await identity.who(world.meta);
  if (!who.person || !(await over(world.storeOf(who.person), world.now()))) return who;
  await Promise.race([send({ force: true }), new Promise((resolve) => { setTimeout(resolve, GLANCE); })]);
  await lapse(world);
  return identity.who(world.meta);
}

// Whose replica answers; null until it is known and has been filled once.
async function known() {
  const who = await current();
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
    const who = await current();
    const answer = who.person ? await pageAnswer(holder(who.person, who), path) : null;
    if (answer) return answer;
    const open = match(PAGES, path).page.public;
    if (!open && !who.person && who.wiped) return await wipedAnswer(holder(null, who), who.wiped);
    const held = open ? await pageAnswer(holder(null, who), path) : null;
    if (held) return held;
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
  const who = await identity.who(world.meta).catch(() => ({}));
  const whom = who.person ? holder(who.person, who) : null;
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

// A phone in memory for tests of sync: stores that commit whole or not at all, and a server that answers from a script.
import * as anonymous from "../../pwa/worker/anonymous.js";
import * as identity from "../../pwa/worker/identity.js";
import { lapse, passed, tidy } from "../../pwa/worker/lease.js";
import * as outbox from "../../pwa/worker/outbox.js";
import { held as heldIn, seen } from "../../pwa/worker/replica.js";
import * as shared from "../../pwa/worker/shared.js";
import { pullOpen, sync } from "../../pwa/worker/sync.js";

const KEYS = {
  record: ({ scope, kind, id }) => JSON.stringify([scope, kind, id]),
  outbox: ({ seq }) => seq,
  settled: ({ id }) => id,
  scope: ({ id }) => id,
  plan: ({ id }) => id,
  anonymous: ({ id }) => id,
};

const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const name = (key) => (typeof key === "string" ? key : JSON.stringify(key));

function methods(map, keyOf, looked = () => {}) {
  const all = async () => [...map.values()].map(copy);
  return {
    all: () => { looked(); return all(); },
    get: async (key) => copy(map.get(name(key))),
    by: async (_, id) => (await all()).find((each) => each.id === id),
    put: async (value, key) => { map.set(name(key ?? keyOf(value)), copy(value)); },
    delete: async (key) => { map.delete(name(key)); },
    clear: async () => { map.clear(); },
    deleteUnder: async (prefix) => {
      for (const key of map.keys()) if (JSON.parse(key)[0] === prefix) map.delete(key);
    },
  };
}

export function memoryStore() {
  let maps = Object.fromEntries(["record", "outbox", "settled", "scope", "value", "plan", "anonymous"].map((each) => [each, new Map()]));
  let turn = Promise.resolve();
  const store = { fails: false, gone: false, commits: 0, looks: {} };
  const run = (names, work, writes) => {
    const mine = turn.then(async () => {
      if (store.gone) throw new Error("deleted");
      const draft = Object.fromEntries(names.map((each) => [each, new Map(maps[each])]));
      const result = await work(Object.fromEntries(names.map((each) => [each, methods(draft[each], KEYS[each], () => { store.looks[each] = (store.looks[each] ?? 0) + 1; })])));
      if (writes && store.fails) throw new Error("the disk is full");
      if (writes) {
        maps = { ...maps, ...draft };
        store.commits += 1;
      }
      return result;
    });
    turn = mine.catch(() => {});
    return mine;
  };
  store.read = (names, work) => run(names, work, false);
  store.write = (names, work) => run(names, work, true);
  store.dump = () => Object.fromEntries(Object.entries(maps).map(([each, map]) => [each, Object.fromEntries(map)]));
  return store;
}

export const phone = { now: 1763906520000, random: 0.5, minted: 0, meta: memoryStore(), stores: {}, script: [], requests: [], told: [], shown: [], renewed: 0, locks: 0 };

function storeOf(person) {
  return (phone.stores[person ?? "nobody"] ??= memoryStore());
}

const ACTS = {
  remove: async (id) => { phone.removed = await outbox.remove(storeOf("p9"), id); },
  add: (action) => outbox.add(storeOf("p9"), action),
  forget: () => identity.forget(phone.meta),
  fail: (person) => { storeOf(person).fails = true; },
};

async function scripted(url, init) {
  const body = init?.body ? JSON.parse(init.body) : null;
  if (url === "/health" && phone.script[0]?.url !== "/health") return answerOf({ status: 200, body: { status: "ok" } });
  const next = phone.script.shift();
  if (!next) throw new TypeError("no signal");
  if (next !== "no signal") phone.requests.push({ url, body, ...(init?.credentials && { credentials: init.credentials }) });
  for (const [act, value] of next.during ?? []) await ACTS[act](value);
  if (next === "no signal" || next.lost) throw new TypeError("no signal");
  return answerOf(next);
}

const answerOf = ({ status = 200, body = {}, headers = {} }) => ({
  status, ok: status < 300,
  headers: { get: (each) => ({ "content-type": "application/json", ...headers })[each] ?? null },
  json: async () => copy(body),
});

let locked = Promise.resolve();

export const world = {
  build: "b1",
  get meta() { return phone.meta; },
  get nobody() { return storeOf(null); },
  storeOf,
  people: async () => Object.keys(phone.stores).filter((each) => each !== "nobody"),
  wipe: async (person) => {
    storeOf(person).gone = true;
    delete phone.stores[person];
  },
  fetch: scripted,
  now: () => phone.now,
  random: () => phone.random,
  mint: () => `minted-${++phone.minted}`,
  lock: (work) => {
    phone.locks += 1;
    const mine = locked.then(work);
    locked = mine.catch(() => {});
    return mine;
  },
  tell: async (message) => { phone.told.push(message); },
  show: async (progress) => { phone.shown.push(progress); },
  renew: () => { phone.renewed += 1; },
};

async function report(error) {
  const { person, era, revoke, wiped, doomed } = await identity.who(phone.meta);
  const held = Object.fromEntries(Object.entries(phone.stores).map(([each, store]) => [each, store.dump()]));
  const { requests, told, shown, minted, renewed, removed, now, locks } = phone;
  Object.assign(phone, { requests: [], told: [], shown: [], locks: 0 });
  return { person: person ?? null, known: person !== undefined, era, revoke, held, requests, told, shown, minted, renewed, removed, now, locks, error, left: phone.script.length, wiped, doomed };
}

// Runs sync against the scripted answers and says everything that came of it.
export async function syncWith(script, { force = false, times = 1, later = 0 } = {}) {
  phone.script = script;
  phone.now += later;
  const runs = Array.from({ length: times }, () => sync(world, { force }).then(() => null, (error) => String(error)));
  return report((await Promise.all(runs)).find(Boolean) ?? null);
}

export async function pullOpenWith(script, { later = 0 } = {}) {
  phone.script = script;
  phone.now += later;
  await pullOpen(world);
  return report(null);
}

// The phone is looked at again, `later` by its own clock: what has had its time goes.
export async function looks(later) {
  phone.now += later;
  await tidy(world);
  return report(null);
}

export async function lapses(later) {
  phone.now += later;
  await lapse(world);
  return report(null);
}

export const tells = (kind, data) => anonymous.keep(world, kind, data);

// Sends what is due, `later` by its own clock, and says what is kept.
export async function tellWith(script, { later = 0 } = {}) {
  phone.script = script;
  phone.now += later;
  const error = await anonymous.send(world).then(() => null, String);
  const kept = await phone.meta.read(["anonymous"], (t) => t.anonymous.all());
  return { ...(await report(error)), kept };
}

export const passedOf = (values, now) => passed(values, now);

export const plans = (person, text) => storeOf(person).write(["plan"], ({ plan }) => plan.put({ id: "p1", sealed: text }));

export const sharedSays = () => shared.answer(world);

export const saysShared = (said, person = "p9") => shared.keep(world, person, said);

export const dooms = (person) => identity.lock(phone.meta, { wiped: "all", doomed: person });

export async function workFor(person) {
  const { era } = await identity.who(phone.meta);
  await identity.meet(phone.meta, person, era);
}

export const act = (what, value) => ACTS[what](value);

export const lock = () => identity.lock(phone.meta);

export const again = async (old, id) => outbox.again(storeOf("p9"), old, { ...(await outbox.needy(storeOf("p9"), old)), id });

export const discard = (id) => outbox.discard(storeOf("p9"), id);

export const mend = (person) => { storeOf(person).fails = false; };

export const seenOf = (kind, id) => seen(storeOf("p9"), kind, id);

// How often all the rows of this store were read.
export const looksAt = (person, name) => storeOf(person).looks[name] ?? 0;

export const recordsOf = async (person) => (await heldIn(storeOf(person))).live;

export const outboxOf = (person) => storeOf(person).read(["outbox", "settled"], async (t) => ({
  waiting: await outbox.actions(await t.outbox.all()), settled: await outbox.actions(await t.settled.all()) }));

export const chance = (random) => { phone.random = random; };

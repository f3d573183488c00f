// One sender: actions up, outcomes and records down, in one request (sync/README.md). Everything it needs of the phone comes in as `world`:
// meta, storeOf(person), nobody, wipe(person), fetch, now(), random(), mint(), lock(work), tell(message), show(progress), build, renew().
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import { checkIn, cursorsIn, restartIn, sealed, takeIn } from "./replica.js";
import { due, heard, pace } from "./pace.js";
import { counting } from "./progress.js";
import { refused } from "./refused.js";

const BATCH = 100;
const ROUNDS = 60;
const DAY = 24 * 60 * 60 * 1000;
const ALL = ["record", "scope", "outbox", "settled", "value"];

const json = { "content-type": "application/json", accept: "application/json" };

const valuesIn = async ({ value }, names) => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await value.get(name)])));

// Of many calls at once one runs and one waits; the waiting one sends everything written by then.
let waiting;

export function sync(world, { force = false } = {}) {
  if (force) world.forced = true;
  if (waiting) return waiting;
  const mine = world.lock(() => {
    waiting = undefined;
    const forced = world.forced;
    world.forced = false;
    return run(world, forced);
  });
  waiting = mine;
  mine.catch(() => { if (waiting === mine) waiting = undefined; });
  return mine;
}

async function run(world, force) {
  const far = counting(world);
  let limit = BATCH;
  let changed = false;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const me = await identity.who(world.meta);
      if (me.revoke && !(await revoke(world))) return;
      const store = me.person ? world.storeOf(me.person) : world.nobody;
      if (!force && round === 0 && me.person !== undefined && !(await due(store, world.now()))) return;
      const result = await exchange(world, store, me, { limit, far });
      changed ||= result.changed;
      limit = result.limit ?? limit;
      if (!result.again) return;
    }
  } finally {
    if (changed) await world.tell({ type: "changed" });
    await far.over();
  }
}

// Ends the session that was locked while there was no signal, before anything is asked in its name.
export async function revoke(world) {
  const response = await world.fetch("/log-out", { method: "POST", redirect: "manual" });
  if (response.status >= 500) return false;
  await identity.revoked(world.meta);
  return true;
}

// What anyone may read, for whoever is here next and not logged in. Asked without a cookie, once a day.
export async function pullOpen(world) {
  const store = world.nobody;
  const now = world.now();
  const { ready, last_sync } = await store.read(["value"], (t) => valuesIn(t, ["ready", "last_sync"]));
  if (ready && Math.abs(now - last_sync) < DAY) return;
  const body = await compose(world, store, { person: null }, []);
  const response = await world.fetch("/sync", { method: "POST", headers: json, credentials: "omit", body: JSON.stringify(body) });
  const call = { world, store, body, ids: [], now };
  if (response.status === 204) await quiet(call);
  if (response.status !== 200) return;
  const reply = await response.json();
  await (body.epoch && reply.epoch !== body.epoch ? otherLineage(call, reply) : settle(call, store, reply));
}

async function exchange(world, store, me, { limit, far }) {
  const { batch, waiting: left } = me.person ? await outbox.choose(store, limit) : { batch: [] };
  if (batch.some((action) => !action.sent) && !(await reachable(world))) return { changed: false };
  const marked = new Set(await outbox.mark(store, batch.map((action) => action.id)));
  const sent = batch.filter((action) => marked.has(action.id));
  const body = await compose(world, store, me, sent);
  if (sent.length) await far.sending(left);
  const response = await world.fetch("/sync", { method: "POST", headers: json, body: JSON.stringify(body) });
  const call = { world, store, me, body, far, ids: [...marked], now: world.now() };
  if (response.status === 204) return quiet(call, response.headers.get("date"));
  if (response.status === 200) return answered(call, await response.json());
  return refused(call, response);
}

// Asked before an action leaves for the first time, so that one that found no signal was certainly not sent and can still be deleted.
async function reachable(world) {
  const response = await world.fetch("/health", { cache: "no-store" });
  return response.ok && (response.headers.get("content-type") ?? "").includes("json");
}

const wired = ({ id, seq, kind, v, at, seen, data }) => ({ id, seq, kind, v, at, seen, data });

async function compose(world, store, me, batch) {
  const now = world.now();
  const device = me.person && (await deviceOf(world, store));
  return store.read(["value", "scope", "record"], async (t) => {
    const { epoch, checked_at } = await valuesIn(t, ["epoch", "checked_at"]);
    const fresh = me.person === undefined; // a hello: whoever it is, everything they may hold
    const check = me.person && epoch && Math.abs(now - (checked_at ?? 0)) > DAY ? { check: await checkIn(t) } : {};
    return {
      v: 1, sent_at: now, actions: batch.map(wired), cursors: fresh ? {} : await cursorsIn(t), ...check,
      ...(epoch && !fresh ? { epoch } : {}), ...(me.person ? { person: me.person, device } : {}),
    };
  });
}

// Minted with the database, bound to the session by the server when it first hears of it.
function deviceOf(world, store) {
  return store.write(["value"], async ({ value }) => {
    const device = (await value.get("device")) ?? world.mint();
    await value.put(device, "device");
    return device;
  });
}

async function quiet({ store, body, now, world }, date) {
  await store.write(["value"], async (t) => {
    await heard(t, now, Date.parse(date));
    if (body.check) await t.value.put(now, "checked_at");
    await pace(t, world, now);
  });
  return { changed: false };
}

async function answered(call, reply) {
  const { world, store, me, body } = call;
  if (reply.build && reply.build !== world.build) world.renew();
  if (reply.new_device) return newDevice(call);
  if (body.epoch && reply.epoch !== body.epoch) return otherLineage(call, reply);
  if (me.person) return settle(call, store, reply);
  if (!(await identity.meet(world.meta, reply.person ?? null, me.era))) return { changed: false, again: true };
  return reply.person ? met(call, reply) : settle(call, store, reply);
}

// A hello was answered with a person: from now on in their name. What came with it fills a database that is new.
async function met(call, reply) {
  const own = call.world.storeOf(reply.person);
  const known = await own.read(["value"], ({ value }) => value.get("epoch"));
  if (!known && call.me.person === undefined) await settle(call, own, reply);
  return { changed: true, again: true };
}

async function newDevice({ world, store, ids }) {
  await outbox.release(store, ids);
  await store.write(["value"], ({ value }) => value.put(world.mint(), "device"));
  return { changed: false, again: true };
}

async function otherLineage({ store, now }, reply) {
  await store.write(ALL, async (t) => {
    await outbox.resendIn(t, now);
    await restartIn(t);
    await t.value.put(reply.epoch, "epoch");
    await t.value.put(1, "resending");
  });
  return { changed: true, again: true };
}

// Outcomes, records and cursors in one transaction.
async function settle({ world, body, ids, now, far }, store, reply) {
  const parts = await sealed(reply.scopes);
  const moved = reply.outcomes.some(([, outcome]) => outcome !== "later");
  const result = await store.write(ALL, async (t) => {
    for (const outcome of reply.outcomes) await outbox.settleIn(t, outcome, now);
    const left = (await t.outbox.all()).some((entry) => !ids.includes(entry.id));
    const { resending, log_in } = await valuesIn(t, ["resending", "log_in"]);
    const toSend = left && (moved || !ids.length); // a batch that did not move is not sent again at once
    const loops = resending && toSend ? [] : await takeIn(t, parts, now); // no reset before all is sent again
    if (!left) await t.value.put(0, "resending");
    await outbox.pruneIn(t, now);
    await remember(t, { reply, body, now, loops });
    await pace(t, world, now, { next: reply.next, loops: loops.length });
    return { changed: moved || parts.length > 0 || Boolean(log_in), again: toSend || (reply.more && !loops.length) };
  });
  await far?.kept(reply);
  return result;
}

async function remember(t, { reply, body, now, loops }) {
  await t.value.put(reply.epoch, "epoch");
  await heard(t, now, reply.now);
  await t.value.put(loops.length ? `reset twice: ${loops.join(", ")}` : "", "trouble");
  await t.value.put(0, "log_in");
  if (!reply.more) await t.value.put(1, "ready");
  if (body.check) await t.value.put(now, "checked_at");
}

// How long a phone may keep a person's copy without an answer from the server in that person's name, and what goes when that is over:
// all that the server can give again. What was typed here and is nowhere else stays, locked, until that person logs in again.
// Knows nothing of pages.
import * as anonymous from "./anonymous.js";
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const LEASE = 30 * DAY;
const ALL = ["record", "scope", "outbox", "settled", "plan", "value"];
const NEXT_TIME = ["device", "epoch", "seq"]; // without these, what waits could not be sent in order

// How much of the lease has passed. Time is counted from look to look, so a clock that is put back gives none of it back.
// If the clock was wrong when the server was last heard (`clock`: this phone's time less the server's), it may have been put right since:
// then the server's own time, as last heard, says it better than a leap.
export function passed({ last_sync, clock = 0, lease }, now) {
  const { spent, seen } = lease?.since === last_sync ? lease : { spent: 0, seen: last_sync };
  const counted = spent + Math.max(0, now - seen);
  const told = now - (last_sync - clock);
  return Math.abs(clock) > DAY && told >= 0 ? Math.max(spent, Math.min(counted, told)) : counted;
}

const valuesOf = (store) => store.read(["value"], async ({ value }) => {
  const [last_sync, clock, lease] = await Promise.all(["last_sync", "clock", "lease"].map((name) => value.get(name)));
  return { last_sync, clock, lease };
});

export async function over(store, now) {
  const values = await valuesOf(store);
  if (values.last_sync === undefined) return false; // nothing is held
  const spent = passed(values, now);
  const seen = values.lease?.since === values.last_sync ? values.lease.seen : values.last_sync;
  if (Math.abs(now - seen) > HOUR) {
    const lease = { since: values.last_sync, spent, seen: now };
    await store.write(["value"], ({ value }) => value.put(lease, "lease")).catch(() => {}); // on a full phone the last look counts
  }
  return spent > LEASE;
}

// Whoever the phone works for is locked out when their lease is over. Ask the server first: an answer renews it.
export async function lapse(world) {
  const { person } = await identity.who(world.meta);
  if (!person || !(await over(world.storeOf(person), world.now()))) return;
  await identity.lock(world.meta, { wiped: "lease" });
  await world.tell({ type: "person" });
}

// Answers how much is left: what was typed on this phone and is nowhere else.
export function strip(store) {
  return store.write(ALL, async (t) => {
    const kept = await Promise.all(NEXT_TIME.map(async (name) => [name, await t.value.get(name)]));
    for (const each of [t.record, t.scope, t.value]) await each.clear();
    await outbox.dropReceiptsIn(t);
    for (const [name, value] of kept) if (value !== undefined) await t.value.put(value, name);
    const left = await Promise.all([t.outbox, t.settled, t.plan].map((each) => each.all()));
    return left.flat().length;
  });
}

// Not while an answer is being kept: half of it would come back.
const empty = (world, person) => world.lock(async () => {
  if ((await identity.who(world.meta)).person === person) return;
  if (!(await strip(world.storeOf(person)))) await world.wipe(person);
});

const bare = (store) => store.read(["outbox", "settled", "plan", "value"], async (t) => {
  const held = await t.value.get("last_sync");
  const left = await Promise.all([t.outbox, t.settled, t.plan].map((each) => each.all()));
  return { held: held !== undefined, left: left.flat().length > 0 };
});

// On a phone that others use, nobody's copy stays once somebody else, or nobody, is known to be here.
async function mayGo(world, { shared, person }, each) {
  const store = world.storeOf(each);
  const { held, left } = await bare(store);
  if (!held) return !left;
  return (shared === "yes" && person !== undefined) || over(store, world.now());
}

export async function finish(world, person) {
  await world.wipe(person);
  await anonymous.forget(world);
  await identity.gone(world.meta);
}

// Everything whose time has come, whoever's it is; and what a phone that died in the middle of it had begun.
export async function tidy(world) {
  await lapse(world);
  const who = await identity.who(world.meta);
  if (who.doomed) await finish(world, who.doomed);
  for (const each of await world.people()) {
    if (each !== who.person && (await mayGo(world, who, each))) await empty(world, each);
  }
}

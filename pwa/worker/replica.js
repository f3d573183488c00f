// The replica: what the server said, and nothing else. Scopes are opaque strings. Functions of an open transaction end in `In`.
import { open, seal } from "./seal.js";

const LOOP_MS = 10 * 60 * 1000;

// What was last read of each store. It is true for as long as `mark` is what it was: whoever changes rows, in whatever worker, changes that too.
const memory = new WeakMap();

// What a view may need of these rows, bodies opened. Tombstones are left out: nobody sees them.
async function records(rows) {
  const live = rows.filter((row) => row.body !== null);
  return Promise.all(live.map(async ({ kind, id, version, body }) => ({ kind, id, version, body: await open(body) })));
}

// All that is held, and what `beside` reads of other stores in the same transaction.
export async function held(store, names = [], beside = () => null) {
  const [last, rows, more] = await store.read(["record", "value", ...names], async (t) => {
    const other = beside(t);
    const mark = await t.value.get("mark");
    const known = memory.get(store);
    const same = mark !== undefined && known?.mark === mark;
    return Promise.all([same ? known : { mark }, same ? null : t.record.all(), other]);
  });
  if (rows) {
    const versions = rows.map(({ kind, id, version }) => ({ kind, id, version }));
    Object.assign(last, { versions, live: await records(rows) });
    memory.set(store, last);
  }
  return { ...last, more };
}

// The version of the record last held, tombstones included; 0 if there never was one.
export async function seen(store, kind, id) {
  const { versions } = await held(store);
  const same = versions.filter((row) => row.kind === kind && row.id === id);
  return Math.max(0, ...same.map((row) => row.version));
}

export async function cursorsIn({ scope }) {
  return Object.fromEntries((await scope.all()).map(({ id, cursor }) => [id, cursor]));
}

// Count and sum of versions of the live rows of each scope.
export async function checkIn({ record, scope }) {
  const sums = Object.fromEntries((await scope.all()).map(({ id }) => [id, [0, 0]]));
  for (const row of await record.all()) {
    if (row.body === null || !sums[row.scope]) continue;
    sums[row.scope][0] += 1;
    sums[row.scope][1] += row.version;
  }
  return sums;
}

// [scope, null] or [scope, {to, reset, rows}], sealed before the transaction that will hold them.
export function sealed(scopes) {
  return Promise.all(Object.entries(scopes).map(async ([scope, part]) => {
    if (!part) return [scope, null];
    const rows = await Promise.all(part.docs.map(async ([id, kind, body, version]) => (
      { scope, kind, id, version, body: body === null ? null : await seal(body) })));
    return [scope, { to: part.to, reset: Boolean(part.reset), rows }];
  }));
}

// Answers the scopes that were not taken: one that is reset twice running is left as it is, and reported.
export async function takeIn(t, parts, now) {
  const loops = [];
  if (parts.length) await t.value.put(Math.random(), "mark");
  for (const [scope, part] of parts) {
    if (!part) {
      await t.record.deleteUnder(scope);
      await t.scope.delete(scope);
      continue;
    }
    const before = await t.scope.get(scope);
    const repair = part.reset && (before?.cursor ?? 0) > 0 && part.rows.length > 0;
    if (repair && Math.abs(now - (before.reset_at ?? -Infinity)) < LOOP_MS) {
      loops.push(scope);
      continue;
    }
    if (part.reset) await t.record.deleteUnder(scope);
    for (const row of part.rows) await t.record.put(row);
    await t.scope.put({ id: scope, cursor: part.to, reset_at: repair ? now : before?.reset_at ?? null });
  }
  return loops;
}

// Another lineage of the server's database: what is held stays to be seen until each scope is sent whole again.
export async function restartIn({ scope }) {
  for (const each of await scope.all()) await scope.put({ ...each, cursor: 0, reset_at: null });
}

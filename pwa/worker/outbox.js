// The outbox: what the person did and the server has not answered yet. `settled`: what it has answered, kept 14 days, and what needs the person.
// Knows nothing of kinds, pages or the network. Functions of an open transaction end in `In`.
import { open, seal } from "./seal.js";

export const KEEP_MS = 14 * 24 * 60 * 60 * 1000;
const BYTES = 200 * 1024;

const opened = async ({ sealed, ...rest }) => ({ ...(await open(sealed)), ...rest });
const bySeq = (a, b) => a.seq - b.seq;
const isRefused = ({ outcome }) => outcome === "rejected";

async function nextSeqIn({ value }) {
  const seq = ((await value.get("seq")) ?? 0) + 1;
  await value.put(seq, "seq");
  return seq;
}

// Resolves once it is on disk. The same id twice is one action. `forget`: no receipt is kept of it on this phone.
export async function add(store, { id, ...action }, forget = false) {
  const sealed = await seal(action);
  await store.write(["outbox", "settled", "value"], async (t) => {
    if ((await t.outbox.by("id", id)) || (await t.settled.get(id))) return;
    await t.outbox.put({ seq: await nextSeqIn(t), id, sealed, sent: 0, tries: 0, ...(forget && { forget: 1 }) });
  });
}

export async function actions(entries) {
  return (await Promise.all(entries.map(opened))).sort(bySeq);
}

// What goes in one request, and how many there are.
export async function choose(store, limit) {
  const waiting = await actions(await store.read(["outbox"], ({ outbox }) => outbox.all()));
  let room = BYTES;
  const batch = waiting.slice(0, limit).filter((action, index) => {
    room -= JSON.stringify(action.data).length * 3 + 300; // as UTF-8 at its longest, with its envelope
    return index === 0 || room > 0;
  });
  return { batch, waiting: waiting.length };
}

export const unsent = (store) => store.read(["outbox"], async ({ outbox }) => (await outbox.all()).length);

// What was refused and needs the person.
export const refused = (store) => store.read(["settled"], async ({ settled }) => (await settled.all()).filter(isRefused).length);

// Marked in the transaction that chooses them: an action deleted before it is never sent, one marked by it is never deleted.
export function mark(store, ids) {
  return store.write(["outbox"], async ({ outbox }) => {
    const still = [];
    for (const id of ids) {
      const entry = await outbox.by("id", id);
      if (!entry) continue;
      await outbox.put({ ...entry, sent: 1 });
      still.push(id);
    }
    return still;
  });
}

// The server certainly applied nothing of these: they may be deleted again.
export function release(store, ids) {
  return store.write(["outbox"], async ({ outbox }) => {
    for (const id of ids) {
      const entry = await outbox.by("id", id);
      if (entry) await outbox.put({ ...entry, sent: 0 });
    }
  });
}

export async function settleIn(t, [id, outcome, code, detail], now) {
  const entry = await t.outbox.by("id", id);
  if (!entry) return;
  if (outcome === "later") {
    await t.outbox.put({ ...entry, sent: 0, tries: entry.tries + 1 });
    return;
  }
  await t.outbox.delete(entry.seq);
  if (entry.forget && outcome !== "rejected") return;
  await t.settled.put({ ...entry, outcome, code, at_server: detail?.at ?? now, words: detail?.words ?? "", settled_at: now });
}

export async function pruneIn({ settled }, now) {
  for (const entry of await settled.all()) {
    if (entry.outcome !== "rejected" && now - entry.settled_at > KEEP_MS) await settled.delete(entry.id);
  }
}

// Receipts go; what was refused stays, it was never taken.
export async function dropReceiptsIn({ settled }) {
  for (const entry of await settled.all()) if (!isRefused(entry)) await settled.delete(entry.id);
}

// The server was restored from an older copy: what it had acknowledged is sent again, in the old order, under the old ids.
export async function resendIn(t, now) {
  for (const { seq, id, sealed, outcome, settled_at } of await t.settled.all()) {
    if (outcome === "rejected" || now - settled_at > KEEP_MS) continue;
    await t.settled.delete(id);
    await t.outbox.put({ seq, id, sealed, sent: 1, tries: 0 });
  }
}

// False: it is on its way, or may have arrived. Then only the server's answer decides.
export function remove(store, id) {
  return store.write(["outbox"], async ({ outbox }) => {
    const entry = await outbox.by("id", id);
    if (entry?.sent) return false;
    if (entry) await outbox.delete(entry.seq);
    return true;
  });
}

// True: it was waiting and is gone, as if it had never been done.
export function takeBack(store, id) {
  return store.write(["outbox"], async ({ outbox }) => {
    const entry = await outbox.by("id", id);
    if (!entry || entry.sent) return false;
    await outbox.delete(entry.seq);
    return true;
  });
}

export const needy = async (store, id) => {
  const entry = await store.read(["settled"], ({ settled }) => settled.get(id));
  return entry?.outcome === "rejected" ? opened(entry) : null;
};

// A refused action, tried again as a new one.
export async function again(store, old, { id, ...action }) {
  const sealed = await seal(action);
  await store.write(["outbox", "settled", "value"], async (t) => {
    const entry = await t.settled.get(old);
    if (!entry) return;
    await t.settled.delete(old);
    await t.outbox.put({ seq: await nextSeqIn(t), id, sealed, sent: 0, tries: 0, ...(entry.forget && { forget: 1 }) });
  });
}

export const discard = (store, id) => store.write(["settled"], ({ settled }) => settled.delete(id));

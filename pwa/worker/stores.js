// The databases of this phone: one per person, one for when nobody is logged in, and a tiny one that says whose turn it is.
import { database } from "./database.js";

// Only ever add a step, and only ever add in it. `outbox` is never changed or emptied by a step: an old build's queue is still sent.
const HELD = [
  (db) => {
    db.createObjectStore("record", { keyPath: ["scope", "kind", "id"] }); // {scope, kind, id, version, body}; body null is a tombstone
    db.createObjectStore("outbox", { keyPath: "seq" }).createIndex("id", "id", { unique: true }); // {seq, id, sealed, sent, tries}
    db.createObjectStore("settled", { keyPath: "id" }); // an outbox entry with its outcome, code, at, words, settled_at
    db.createObjectStore("scope", { keyPath: "id" }); // {id, cursor, reset_at}
    db.createObjectStore("value"); // device, epoch, seq, ready, last_sync, clock, next_at, mark …
    db.createObjectStore("plan", { keyPath: "id" }); // {id, sealed}: never leaves the phone
  },
];
const META = [
  (db) => db.createObjectStore("value"), // person, era, revoke, shared …
  (db) => db.createObjectStore("anonymous", { keyPath: "id" }), // {id, kind, day, data, due}: whose it is, nobody knows
];

const opened = new Map();

function held(name, steps) {
  if (!opened.has(name)) opened.set(name, database(name, steps));
  return opened.get(name);
}

export const meta = () => held("cg-meta", META);
export const nobody = () => held("cg-nobody", HELD);
export const storeOf = (person) => (person ? held(`cg-${person}`, HELD) : nobody());

// Everybody who has a database here, whoever the phone works for now.
export async function people() {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  return names.filter((name) => name.startsWith("cg-") && !["cg-meta", "cg-nobody"].includes(name)).map((name) => name.slice("cg-".length));
}

export async function wipe(person) {
  const store = storeOf(person);
  opened.delete(store.name);
  await store.destroy();
}

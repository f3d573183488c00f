// Who this phone is working for. `person` is an opaque id; null: nobody is logged in; undefined: not known, ask the server.
// `era` goes up whenever that changes, so that an answer to an older question cannot decide it. `revoke`: a log out the server has not heard of.
// `language` and `colours` were chosen on this phone, whoever it works for. So was `shared`: "yes" when others use it too (shared.js).
// `wiped` says that private things were just taken off this phone, and why: "lease" or "all". `doomed` is whoever's database still has to go.

const KEPT = ["person", "era", "revoke", "language", "colours", "shared", "wiped", "doomed"];

export function who(meta) {
  return meta.read(["value"], async ({ value }) => {
    const found = Object.fromEntries(await Promise.all(KEPT.map(async (name) => [name, await value.get(name)])));
    return { ...found, era: found.era ?? 0, revoke: found.revoke ?? 0 };
  });
}

export const choose = (meta, choice) => meta.write(["value"], async ({ value }) => {
  for (const [name, chosen] of Object.entries(choice)) await value.put(chosen, name);
});

async function turn({ value }, marks = {}) {
  await value.delete("person");
  await value.delete("wiped");
  await value.put(((await value.get("era")) ?? 0) + 1, "era");
  for (const [name, mark] of Object.entries(marks)) await value.put(mark, name);
}

export const forget = (meta, marks) => meta.write(["value"], (t) => turn(t, marks));

// A page that the server wrote for somebody who is logged in: "nobody" is out of date.
export const doubt = (meta) => meta.write(["value"], async (t) => { if ((await t.value.get("person")) === null) await turn(t); });

// Locked at once, whatever the network does; the session itself ends at the next contact.
export const lock = (meta, marks) => forget(meta, { revoke: 1, ...marks });

export const revoked = (meta) => meta.write(["value"], ({ value }) => value.put(0, "revoke"));

export const gone = (meta) => meta.write(["value"], ({ value }) => value.delete("doomed"));

// Answers whether the phone works for this person now.
export function meet(meta, person, era) {
  return meta.write(["value"], async ({ value }) => {
    if (((await value.get("era")) ?? 0) !== era) return false;
    await value.put(person, "person");
    if (person) await value.delete("wiped");
    return true;
  });
}

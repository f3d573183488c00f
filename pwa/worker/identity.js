// Who this phone is working for. `person` is an opaque id; null: nobody is logged in; undefined: not known, ask the server.
// `era` goes up whenever that changes, so that an answer to an older question cannot decide it. `revoke`: a log out the server has not heard of.
// `language` and `colours` were chosen on this phone, whoever it works for.

export function who(meta) {
  return meta.read(["value"], async ({ value }) => {
    const [person, era, revoke, language, colours] = await Promise.all(["person", "era", "revoke", "language", "colours"].map((name) => value.get(name)));
    return { person, era: era ?? 0, revoke: revoke ?? 0, language, colours };
  });
}

export const choose = (meta, choice) => meta.write(["value"], async ({ value }) => {
  for (const [name, chosen] of Object.entries(choice)) await value.put(chosen, name);
});

async function turn({ value }, revoke) {
  await value.delete("person");
  await value.put(((await value.get("era")) ?? 0) + 1, "era");
  if (revoke !== undefined) await value.put(revoke, "revoke");
}

export const forget = (meta) => meta.write(["value"], (t) => turn(t));

// A page that the server wrote for somebody who is logged in: "nobody" is out of date.
export const doubt = (meta) => meta.write(["value"], async (t) => { if ((await t.value.get("person")) === null) await turn(t); });

// Locked at once, whatever the network does; the session itself ends at the next contact.
export const lock = (meta) => meta.write(["value"], (t) => turn(t, 1));

export const revoked = (meta) => meta.write(["value"], ({ value }) => value.put(0, "revoke"));

// Answers whether the phone works for this person now.
export function meet(meta, person, era) {
  return meta.write(["value"], async ({ value }) => {
    if (((await value.get("era")) ?? 0) !== era) return false;
    await value.put(person, "person");
    return true;
  });
}

// When to ask the server again, and when it was last heard. It says how long to wait, each phone adds its own 20 % either way,
// and what is unsent never waits longer than one tick of an open page.

const TICK = 20 * 1000; // under the page's own 25 s
const LONGEST = 24 * 60 * 60 * 1000; // further away than this, a clock was turned

const past = (moment, now) => !moment || now >= moment || moment - now > LONGEST;

export function due(store, now) {
  return store.read(["outbox", "value"], async ({ outbox, value }) => {
    const [unsent, next, until] = await Promise.all([outbox.all(), value.get("next_at"), value.get("wait_until")]);
    return past(unsent.length ? until : next, now);
  });
}

const spread = (seconds, random) => seconds * 1000 * (0.8 + 0.4 * random);

// `told` is the server's own time in that answer: how far this phone's clock is from it is only worth knowing, nothing is decided by it.
export async function heard({ value }, now, told) {
  await value.put(now, "last_sync");
  if (told) await value.put(now - told, "clock");
}

// After a good answer. Without `next` (204) the last one stands.
export async function pace({ value }, world, now, { next, loops = 0 } = {}) {
  const seconds = next ?? (await value.get("next")) ?? 300;
  await value.put(seconds, "next");
  await value.put(now + spread(loops ? 3600 : seconds, world.random()), "next_at");
  await value.put(0, "wait_until");
}

export function wait(store, world, seconds) {
  const now = world.now();
  return store.write(["value"], async ({ value }) => {
    await value.put(now + Math.min(seconds * 1000, TICK), "wait_until");
    await value.put(now + spread(seconds, world.random()), "next_at");
  });
}

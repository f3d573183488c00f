// An answer that is not 2xx settles nothing: it says when to try again, who is logged in, or how much to send at once.
import * as identity from "./identity.js";
import * as outbox from "./outbox.js";
import { wait } from "./pace.js";

const STOP = { changed: false, again: false };
const APPLIED_NOTHING = [400, 401, 409, 413, 426, 429];

async function codeOf(response) {
  try {
    return (await response.json()).code ?? "";
  } catch {
    return ""; // something between us and the server answered
  }
}

export async function refused(call, response) {
  const code = await codeOf(response);
  if (APPLIED_NOTHING.includes(response.status) || code === "too_busy") await outbox.release(call.store, call.ids);
  if (response.status === 401) return loggedOut(call, code);
  if (response.status === 409 && code === "other_person") return someoneElse(call);
  if (response.status === 413 && call.ids.length > 1) return { changed: false, again: true, limit: call.ids.length >> 1 };
  await wait(call.store, call.world, Number(response.headers.get("retry-after")) || 60);
  return STOP;
}

async function loggedOut({ world, store, me }, code) {
  if (!me.person) {
    await identity.meet(world.meta, null, me.era);
    return STOP;
  }
  if (code === "device_removed") {
    await world.wipe(me.person);
    await identity.forget(world.meta, { wiped: "all" });
    await world.tell({ type: "person" });
    return { changed: true, again: true };
  }
  const known = await store.write(["value"], async ({ value }) => { // everything is kept; pages offer to log in
    const before = await value.get("log_in");
    await value.put(1, "log_in");
    return before;
  });
  await wait(store, world, 60);
  return { changed: !known, again: false };
}

async function someoneElse({ world }) {
  await identity.forget(world.meta);
  await world.tell({ type: "person" });
  return { changed: true, again: true };
}

// POST to the doors of the worker over a phone in memory: what is answered, what stays, and whether the server was told.
import { door } from "../../pwa/worker/doors.js";
import * as identity from "../../pwa/worker/identity.js";
import * as outbox from "../../pwa/worker/outbox.js";
import { sync } from "../../pwa/worker/sync.js";
import { phone, world } from "./memory_phone.js";

export { act, plans, syncWith, workFor } from "./memory_phone.js";

// What stands in for the templates: the context itself is the page.
globalThis.draw = ({ page, app, unsent, problems, values }) => JSON.stringify({ page, app, unsent, problems, values });

const requestOf = (form) => ({ formData: async () => new Map(Object.entries(form)), clone() { return this; } });

async function whomNow() {
  const { person, shared } = await identity.who(world.meta);
  if (!person) return null;
  return { person, store: world.storeOf(person), now: phone.now, language: "en", colours: "", online: true, shared: shared === "yes" ? 1 : 0 };
}

// `script` is what the server answers to a send; `signal` whether the door's own request reaches it.
export async function posts(path, form, { script = [], signal = true } = {}) {
  phone.script = script;
  let asked = 0;
  const response = await door(requestOf(form), path, await whomNow(), {
    world,
    send: () => sync(world, { force: true }),
    server: async () => {
      asked += 1;
      return signal ? new Response("", { status: 303, headers: { location: "/log-in" } }) : null;
    },
  });
  const { person, revoke, wiped, shared } = await identity.who(world.meta);
  const waiting = phone.stores.p9 ? await outbox.unsent(phone.stores.p9) : null;
  const { status, headers, body } = response;
  return {
    status, location: headers.location ?? "", body: body ? JSON.parse(body) : null, asked,
    person: person ?? null, revoke, wiped: wiped ?? "", shared: shared ?? "", waiting,
  };
}

// What a page may ask for by postMessage, and the answers. An answer goes to the port that came with the question, else to the page.
import * as anonymous from "./anonymous.js";
import { BUILD } from "./built.js";
import { choose } from "./doors.js";
import * as identity from "./identity.js";
import * as plan from "./plan.js";
import { cursorsIn } from "./replica.js";
import { send } from "./serve.js";
import * as shared from "./shared.js";
import { world } from "./world.js";

async function status() {
  const { person, era } = await identity.who(world.meta);
  const asked = await shared.answer(world); // do others use this phone?
  const told_at = (await world.meta.read(["value"], ({ value }) => value.get("told_at"))) ?? 0;
  return world.storeOf(person).read(["value", "scope", "outbox"], async (t) => {
    const [epoch, last_sync, clock, trouble] = await Promise.all(["epoch", "last_sync", "clock", "trouble"].map((name) => t.value.get(name)));
    const unsent = (await t.outbox.all()).length;
    const told = { epoch: epoch ?? null, last_sync: last_sync ?? null, clock: clock ?? null, trouble: trouble ?? "" };
    return { build: BUILD, ...told, unsent, cursors: await cursorsIn(t), era, told_at, progress: world.progress, shared: asked };
  });
}

async function planOf({ id, text }) {
  const { person } = await identity.who(world.meta);
  if (!person) return { plan: id, text: null };
  const store = world.storeOf(person);
  if (text !== undefined) await plan.keep(store, id, text);
  return { plan: id, text: await plan.read(store, id) };
}

async function sync({ force = false, logged_in = false }) {
  if (logged_in) await identity.doubt(world.meta);
  await send({ force });
}

const ASKED = {
  look: async ({ choice }) => ({ changed: await choose(world, choice) }),
  status,
  plan: planOf,
  helped: async ({ kind, data }) => {
    await anonymous.keep(world, kind, data);
    return { kept: true };
  },
  sync,
  claim: () => self.clients.claim(), // a page that was on its way while the first worker took over
  update: () => self.skipWaiting(),
};

export async function hear({ data, ports, source }) {
  const ask = ASKED[data?.ask];
  if (!ask) return;
  const answer = await ask(data);
  if (answer) (ports[0] ?? source).postMessage(answer);
}

// POST to /look: how this phone looks, kept here. And to /log-in, /demo/log-in and /log-out, or back from an organisation's log in: after each of them it is the server who says who is here.
// The phone forgets before and after the request: a sync that was on its way must not bring the last person back.
import { seeOther } from "./answer.js";
import { LANGUAGES } from "./built.js";
import * as identity from "./identity.js";

const COLOURS = ["", "light", "dark"];
const PATIENCE = 8 * 1000;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function unsentChoice(request) {
  const form = await request.formData();
  return form.get("unsent") ?? "keep";
}

// `whom` is null when nobody was known. With "delete" nothing of the person stays; else it waits, locked, for the next log in.
async function leave(request, whom, { world, send, server }) {
  const choice = await unsentChoice(request.clone());
  if (whom && choice === "send") await Promise.race([send(), pause(PATIENCE)]).catch(() => {}); // what has not gone by then is kept
  await identity.lock(world.meta);
  if (whom && choice === "delete") await world.wipe(whom.person);
  await world.tell({ type: "person" });
  const answer = await server();
  if (!answer) return seeOther("/help"); // locked already; the session is ended at the next contact
  if (answer.status < 500) await identity.revoked(world.meta);
  return answer;
}

// The server is not asked: its own pages read the cookies that the page script writes.
async function look(request, { world }) {
  await choose(world, Object.fromEntries(await request.formData()));
  return seeOther("/look");
}

// Answers whether it was a choice that there is.
export async function choose(world, { language, colours }) {
  const choice = { ...(Object.hasOwn(LANGUAGES, language) && { language }), ...(COLOURS.includes(colours) && { colours }) };
  await identity.choose(world.meta, choice);
  if (Object.keys(choice).length) await world.tell({ type: "person" });
  return Object.keys(choice).length > 0;
}

export async function door(request, path, whom, doing) {
  const { world, server } = doing;
  if (path === "/look") return look(request, doing);
  if (path === "/log-out") return leave(request, whom, doing);
  await identity.forget(world.meta);
  const answer = await server();
  await identity.forget(world.meta);
  await world.tell({ type: "person" });
  return answer;
}

// POST to /log-in, /demo/log-in and /log-out: after each of them it is the server who says who is here.
// The phone forgets before and after the request: a sync that was on its way must not bring the last person back.
import { seeOther } from "./answer.js";
import * as identity from "./identity.js";

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

export async function door(request, path, whom, doing) {
  const { world, server } = doing;
  if (path === "/log-out") return leave(request, whom, doing);
  await identity.forget(world.meta);
  const answer = await server();
  await identity.forget(world.meta);
  await world.tell({ type: "person" });
  return answer;
}

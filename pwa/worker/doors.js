// POST to /look and /shared: how this phone looks and who uses it, kept here. And to where a log in may be completed (router.js lists them) and /log-out:
// after each of them it is the server who says who is here. The phone forgets before and after the request: a sync on its way must not bring the last person back.
import { pageAnswer, seeOther } from "./answer.js";
import { LANGUAGES, PAGES } from "./built.js";
import * as identity from "./identity.js";
import { speaking } from "./language.js";
import { finish } from "./lease.js";
import * as outbox from "./outbox.js";
import { match } from "./router.js";
import * as shared from "./shared.js";

const COLOURS = ["", "light", "dark"];
const PATIENCE = 8 * 1000;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const formOf = async (request) => Object.fromEntries(await request.clone().formData());

// What has not gone by then waits.
const tryTo = (send) => Promise.race([send(), pause(PATIENCE)]).catch(() => {});

// Nothing may stay on a phone that others use, and nothing may go unsaid. Answers the key of the words for why the person is still logged in, if so.
async function unsettled({ store }, choice, send) {
  if (choice === "delete" || !(await outbox.unsent(store))) return "";
  if (choice !== "send") return "log_out.choose";
  const before = await outbox.refused(store);
  await tryTo(send);
  return (await outbox.unsent(store)) || (await outbox.refused(store)) > before ? "log_out.not_sent" : "";
}

async function askedAgain(whom, path, field, key, filled) {
  const problems = [{ field, words: (await speaking(whom.language)).words[key] }];
  return pageAnswer(whom, path, { problems, ...filled });
}

// With `all`, everything of the person goes. A phone that dies in the middle of it goes on with that when it is used again.
async function close(whom, all, { world, server }) {
  await identity.lock(world.meta, all ? { wiped: "all", doomed: whom.person } : {});
  if (all) await finish(world, whom.person).catch(console.error);
  await world.tell({ type: "person" });
  const answer = await server();
  if (answer && answer.status < 500) await identity.revoked(world.meta); // else the session is ended at the next contact
  return answer;
}

// `whom` is null when nobody was known. What does not go waits, locked, for the next log in.
async function leave(request, whom, doing) {
  const { unsent = "keep" } = await formOf(request);
  if (whom?.shared) {
    const trouble = await unsettled(whom, unsent, doing.send);
    if (trouble) return askedAgain(whom, "/me", "unsent", trouble, { values: { unsent }, status: 422 });
  } else if (whom && unsent === "send") {
    await tryTo(doing.send);
  }
  const all = Boolean(whom && (whom.shared || unsent === "delete"));
  const answer = await close(whom, all, doing);
  return all ? seeOther("/") : answer ?? seeOther("/help");
}

async function share(request, whom, { world }) {
  const { page = "/", ...form } = await formOf(request);
  try {
    if (whom) await shared.keep(world, whom.person, form.shared);
  } catch (error) {
    console.error(error);
    return askedAgain(whom, "/", "", "storage.full", { status: 507 });
  }
  await world.tell({ type: "changed" });
  return seeOther(match(PAGES, page) ? page : "/");
}

// The server is not asked: its own pages read the cookies that the page script writes.
async function look(request, { world }) {
  await choose(world, await formOf(request));
  return seeOther("/look");
}

// Answers whether it was a choice that there is.
export async function choose(world, { language, colours }) {
  const choice = { ...(Object.hasOwn(LANGUAGES, language) && { language }), ...(COLOURS.includes(colours) && { colours }) };
  await identity.choose(world.meta, choice);
  if (Object.keys(choice).length) await world.tell({ type: "person" });
  return Object.keys(choice).length > 0;
}

const HERE = { "/look": (request, whom, doing) => look(request, doing), "/shared": share, "/log-out": leave };

export async function door(request, path, whom, doing) {
  const { world, server } = doing;
  if (HERE[path]) return HERE[path](request, whom, doing);
  await identity.forget(world.meta);
  const answer = await server();
  await identity.forget(world.meta);
  await world.tell({ type: "person" });
  return answer;
}

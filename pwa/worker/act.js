// POST /do/<kind>: a form becomes an action in the outbox, on disk before anybody says "Saved".
// After that commit it is never sent another way. Whatever goes wrong before it, the server is tried.
import { pageAnswer, seeOther } from "./answer.js";
import { PAGES } from "./built.js";
import { check } from "./forms.js";
import { speaking } from "./language.js";
import * as outbox from "./outbox.js";
import { seen } from "./replica.js";
import { match } from "./router.js";
import { checking } from "../features/checking.js";

const ID = /^[A-Za-z0-9-]{16,64}$/;

const mint = () => crypto.randomUUID();

async function formOf(request) {
  const { page = "/", undo = "", ...form } = Object.fromEntries([...await request.formData()].filter(([, value]) => typeof value === "string"));
  return { page: match(PAGES, page) ? page : "/", undo, form };
}

async function actionOf({ store, language }, kind, data, { id, at }) {
  const { v, chooses } = (await speaking(language)).kinds[kind];
  const chosen = chooses ? { seen: await seen(store, chooses[0], data[chooses[1]]) } : {};
  return { id, kind, v, at, data, ...chosen };
}

// Acts on the outbox itself, which the server never hears of. Answers the key of the words for what could not be done.
const LOCAL = {
  async "outbox.delete"({ store }, { action }) {
    return (await outbox.remove(store, action)) ? "" : "outbox.sending";
  },
  async "outbox.send"() {
    return "";
  },
  async "outbox.again"(whom, { action }) {
    const old = await outbox.needy(whom.store, action);
    if (old) await outbox.again(whom.store, action, await actionOf(whom, old.kind, old.data, { id: mint(), at: whom.now }));
    return "";
  },
  async "outbox.discard"({ store }, { action }) {
    await outbox.discard(store, action);
    return "";
  },
};

// After the commit: the whole page for htmx, 303 for a plain form. Nothing that goes wrong here may send the form again.
// The send comes after the page is drawn: a person waits for that one.
async function done(request, whom, page, send, just) {
  try {
    const answer = request.headers.get("hx-request") === "true" ? await pageAnswer(whom, page, { just }) : null;
    if (answer) return answer;
  } catch (error) {
    console.error(error);
  } finally {
    send();
  }
  return seeOther(page);
}

async function locally(request, whom, kind, send) {
  const { form } = await formOf(request.clone());
  const trouble = await LOCAL[kind](whom, form);
  if (!trouble) return done(request, whom, "/outbox", send);
  return pageAnswer(whom, "/outbox", { problems: [await problem(whom, trouble)], status: 409 });
}

const problem = async ({ language }, key, field = "") => ({ field, words: (await speaking(language)).words[key] });

// The phone could not keep it: the server may; without it, the page again with every word still in it.
async function notKept(request, whom, page, values, server) {
  const answer = await server();
  if (answer) return answer;
  return pageAnswer(whom, page, { problems: [await problem(whom, "storage.full")], values, status: 507 });
}

// `server` sends the request on and answers null when nothing can be reached; `send` starts a send without waiting for it.
export async function act(request, whom, kind, { server, send }) {
  if (LOCAL[kind]) return locally(request, whom, kind, send);
  const { page, undo, form } = await formOf(request.clone());
  const { kinds } = await speaking(whom.language);
  const { data, problems } = check(kinds[kind].rules, form);
  const trouble = problems.length ? null : checking[kind]?.(data);
  if (trouble) problems.push(await problem(whom, trouble.key, trouble.field));
  if (problems.length) return pageAnswer(whom, page, { problems, values: form, status: 422 });
  const given = request.headers.get("x-action-id") ?? "";
  const id = ID.test(given) ? given : mint();
  try {
    if (undo && (await outbox.takeBack(whom.store, undo))) return done(request, whom, page, send);
    await outbox.add(whom.store, await actionOf(whom, kind, data, { id, at: whom.now }), kinds[kind].private);
  } catch (error) {
    console.error(error);
    return notKept(request, whom, page, form, server);
  }
  return done(request, whom, page, send, undo ? {} : { id, page });
}

export const knows = async (kind, { language }) => Object.hasOwn(LOCAL, kind) || Object.hasOwn((await speaking(language)).kinds, kind);

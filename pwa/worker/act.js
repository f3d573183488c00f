// POST /do/<kind>: a form becomes an action in the outbox, on disk before anybody says "Saved".
// After that commit it is never sent another way. Whatever goes wrong before it, the server is tried.
import { pageAnswer, seeOther } from "./answer.js";
import { KINDS, PAGES, WORDS } from "./built.js";
import { check } from "./forms.js";
import * as outbox from "./outbox.js";
import { seen } from "./replica.js";
import { match } from "./router.js";

const ID = /^[A-Za-z0-9-]{16,64}$/;

const mint = () => crypto.randomUUID();

async function formOf(request) {
  const { page = "/", ...form } = Object.fromEntries([...await request.formData()].filter(([, value]) => typeof value === "string"));
  return { page: match(PAGES, page) ? page : "/", form };
}

async function actionOf(store, kind, data, { id, at }) {
  const { v, chooses } = KINDS[kind];
  const chosen = chooses ? { seen: await seen(store, chooses[0], data[chooses[1]]) } : {};
  return { id, kind, v, at, data, ...chosen };
}

// Acts on the outbox itself, which the server never hears of. Answers the words of what could not be done.
const LOCAL = {
  async "outbox.delete"(store, { action }) {
    return (await outbox.remove(store, action)) ? "" : WORDS["outbox.sending"];
  },
  async "outbox.send"() {
    return "";
  },
  async "outbox.again"(store, { action }, at) {
    const old = await outbox.needy(store, action);
    if (old) await outbox.again(store, action, await actionOf(store, old.kind, old.data, { id: mint(), at }));
    return "";
  },
  async "outbox.discard"(store, { action }) {
    await outbox.discard(store, action);
    return "";
  },
};

// After the commit: the whole page for htmx, 303 for a plain form. Nothing that goes wrong here may send the form again.
// The send comes after the page is drawn: a person waits for that one.
async function done(request, whom, page, send) {
  try {
    const answer = request.headers.get("hx-request") === "true" ? await pageAnswer(whom, page) : null;
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
  const words = await LOCAL[kind](whom.store, form, whom.now);
  if (!words) return done(request, whom, "/outbox", send);
  return pageAnswer(whom, "/outbox", { problems: [{ field: "", words }], status: 409 });
}

// The phone could not keep it: the server may; without it, the page again with every word still in it.
async function notKept(request, whom, page, values, server) {
  const answer = await server();
  if (answer) return answer;
  return pageAnswer(whom, page, { problems: [{ field: "", words: WORDS["storage.full"] }], values, status: 507 });
}

// `server` sends the request on and answers null when nothing can be reached; `send` starts a send without waiting for it.
export async function act(request, whom, kind, { server, send }) {
  if (LOCAL[kind]) return locally(request, whom, kind, send);
  const { page, form } = await formOf(request.clone());
  const { data, problems } = check(KINDS[kind].rules, form);
  if (problems.length) return pageAnswer(whom, page, { problems, values: form, status: 422 });
  const given = request.headers.get("x-action-id") ?? "";
  const id = ID.test(given) ? given : mint();
  try {
    await outbox.add(whom.store, await actionOf(whom.store, kind, data, { id, at: whom.now }));
  } catch (error) {
    console.error(error);
    return notKept(request, whom, page, form, server);
  }
  return done(request, whom, page, send);
}

export const knows = (kind) => Object.hasOwn(LOCAL, kind) || Object.hasOwn(KINDS, kind);

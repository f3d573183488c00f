// POST /do/<kind> over a store in memory: what is answered, what is kept, and whether the server was asked.
import { act, knows } from "../../pwa/worker/act.js";
import { pageAnswer } from "../../pwa/worker/answer.js";
import * as outbox from "../../pwa/worker/outbox.js";
import { memoryStore } from "./memory_phone.js";

const store = memoryStore();
const whom = { person: "p9", store, now: 1763906520000, language: "en", colours: "", online: true };
const asked = [];

// What stands in for the templates: the context itself is the page.
globalThis.draw = ({ page, params, outbox: rows, unsent, problems, values, states, pledge }) => {
  if (store.breaks) throw new Error("a bug in a template");
  return JSON.stringify({ page, params, rows, unsent, problems, values, states, pledge });
};

function requestOf(form, headers) {
  return {
    headers: { get: (name) => headers[name] ?? null },
    formData: async () => new Map(Object.entries(form)),
    clone() { return this; },
  };
}

async function told(response) {
  const body = response.body?.startsWith("{") ? JSON.parse(response.body) : response.body;
  const waiting = store.fails ? [] : await outbox.actions(await store.read(["outbox"], (t) => t.outbox.all()));
  return { status: response.status, headers: response.headers, body, waiting, asked: asked.splice(0) };
}

export async function posts(kind, form, { headers = { "hx-request": "true" }, server = null, fails = false, breaks = false } = {}) {
  Object.assign(store, { fails, breaks });
  const response = await act(requestOf(form, headers), whom, kind, {
    server: async () => {
      asked.push("server");
      return server;
    },
    send: () => asked.push("send"),
  });
  store.fails = false;
  return told(response);
}

export const gets = async (path) => told(await pageAnswer(whom, path));

export const holds = (rows) => store.write(["record", "value"], async ({ record, value }) => {
  for (const row of rows) await record.put(row);
  await value.put(1, "ready");
});

export const sends = (id) => outbox.mark(store, [id]);

export const known = (kind) => knows(kind, whom);

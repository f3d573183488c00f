// Whole pages as answers: what a page is given, and the response around it. Knows no request and no network.
import { APP, CALM, HEADERS, LANGUAGES, PAGES } from "./built.js";
import { clock, londonDate, longDate } from "./dates.js";
import { speaking } from "./language.js";
import * as outbox from "./outbox.js";
import { rows, states } from "./receipts.js";
import { held } from "./replica.js";
import { match } from "./router.js";
import { reduced } from "./view.js";
import { reducers } from "../features/index.js";
import { undoing } from "../features/undoing.js";

const DAY = 24 * 3600 * 1000;
const HTML = { ...HEADERS, "content-type": "text/html; charset=utf-8", "x-rendered-by": "worker" };
const OFFLINE = { id: "offline", template: "layout/offline.html" };
const WIPED = { id: "wiped", template: "layout/wiped.html" };
const NOT_FOUND = { id: "not-found", template: "layout/not_found.html" };
const PLAIN = `<!doctype html><title>${CALM.title}</title><h1>${CALM.title}</h1><p>${CALM.body}`; // even the templates are gone

export const html = (text, status) => new Response(text, { status, headers: HTML });

export const seeOther = (path) => new Response(null, { status: 303, headers: { ...HEADERS, location: path } });

const loggedIn = (person, ended) => (person && !ended ? 1 : 0);

const TONGUES = Object.entries(LANGUAGES).map(([tag, [name]]) => ({ tag, name }));

const appOf = ({ tag, dir }, { colours, shared = 0, device = "", logged_in = 0, stale = "", days_old = 0 }) => ({
  ...APP, device, logged_in, lang: tag, dir, colours, shared, stale, days_old, languages: TONGUES });

// When this copy is from, once that is a day ago and there is no signal to bring a newer one; else nothing is said.
const staleSince = (heard, { now, online }) => (heard && !online && now - heard > DAY ? `${longDate(londonDate(heard))} at ${clock(heard)}` : "");

const daysSince = (heard, { now }) => (heard ? Math.max(0, Math.floor((now - heard) / DAY)) : 0);

// Nothing here reads the replica: it is what is left when that cannot be read.
function bare(said, { now, colours, shared }) {
  return {
    me: null, params: {}, app: appOf(said, { colours, shared }), today: londonDate(now),
    outbox: [], unsent: 0, needs_you: 0, states: {}, problems: [], values: {}, undo: null,
  };
}

// All of it in one transaction: between two, a sync could take an action from the outbox into the replica.
async function kept(store) {
  const { live, more: [waiting, settled, ready, device, ended, heard] } = await held(store, ["outbox", "settled"], (t) => Promise.all([
    t.outbox.all(), t.settled.all(), t.value.get("ready"), t.value.get("device"), t.value.get("log_in"), t.value.get("last_sync")]));
  const actions = { waiting: await outbox.actions(waiting), settled: await outbox.actions(settled) };
  return { live, actions, ready, device, ended, heard };
}

// Null before the first full pull: there is nothing to draw from yet.
export async function contextOf(whom, said, just = {}) {
  const { person, store, now, colours, shared } = whom;
  const { live, actions, ready, device, ended, heard } = await kept(store);
  if (!ready) return null;
  const { kinds, words } = said;
  const { view, keys, undo } = reduced(live, actions, { reducers, kinds, undoing, just: just.id });
  const logged_in = loggedIn(person, ended);
  const known = { kinds, words, now, loggedIn: logged_in };
  const me = person ? view.get("person", "me") : null;
  return {
    view,
    context: {
      ...bare(said, whom),
      me: me && { ...me, id: "me" },
      app: appOf(said, { colours, shared, device, logged_in, stale: staleSince(heard, whom), days_old: daysSince(heard, whom) }),
      outbox: rows(actions, view, known),
      unsent: actions.waiting.length,
      needs_you: actions.settled.filter(({ outcome }) => outcome === "rejected").length,
      states: states(actions, keys, known),
      undo: undo && { ...just, kind: undo.kind ?? "", said: undo.said, fields: Object.entries(undo.data ?? {}).map(([name, value]) => ({ name, value })) },
    },
  };
}

const drawn = ({ draw, titles }, { id, template }, context) => draw(template, { ...context, page: { id, title: titles[id] } });

// The page at this path for this person, with what a form brought back to it, if anything, or `just`: {id, page} of what was done there; null before the first full pull.
export async function pageAnswer(whom, path, { problems = [], values = {}, status = 200, just } = {}) {
  const { page, params } = match(PAGES, path);
  const said = await speaking(whom.language);
  const found = await contextOf(whom, said, just);
  if (!found) return null;
  const { view, context } = found;
  if (page.of && !view.get(page.of, params[page.of])) return html(drawn(said, NOT_FOUND, context), 404);
  const collections = Object.fromEntries(page.needs.map((kind) => [kind, view.collection(kind)]));
  return html(drawn(said, page, { ...collections, ...context, params, problems, values }), status);
}

// In place of every private page, from when private things were taken off this phone until somebody logs in. `why` is "lease" or "all".
export async function wipedAnswer(whom, why) {
  const said = await speaking(whom.language);
  return html(drawn(said, WIPED, { ...bare(said, whom), why }), 200);
}

// Nothing can be reached and this page is not held: say so calmly.
export async function calmAnswer(whom) {
  try {
    const said = await speaking(whom.language);
    const found = await contextOf(whom, said).catch(() => null);
    return html(drawn(said, OFFLINE, found?.context ?? bare(said, whom)), 503);
  } catch (error) {
    console.error(error);
    return html(PLAIN, 503);
  }
}

// What is said about each action: the rows of the outbox and the state beside a record. Pure; the words come from the copy deck.
import { clock, londonDate, longDate } from "./dates.js";

const PLACE = /\{(\w+)\}/g;

export const fill = (text, values) => text.replace(PLACE, (whole, name) => values[name] ?? whole);

const when = (at, now) => (londonDate(at) === londonDate(now) ? clock(at) : longDate(londonDate(at)));

// "{pledge}" is the title of the record of kind pledge with that id; what no record knows is said as it was given.
function said(action, view, kinds) {
  const titles = Object.entries(action.data).map(([name, value]) => [name, view.get(name, value)?.title ?? String(value)]);
  return fill(kinds[action.kind]?.says ?? action.kind, Object.fromEntries(titles));
}

const sentText = (action, now, words) => fill(words.sent, { time: when(action.at_server, now) });

function waitingWords(action, words, loggedIn) {
  if (action.sent) return words["outbox.sending"];
  if (!loggedIn) return words["log_in.needed"];
  return action.tries > 2 ? words["saved.still"] : "";
}

export function rows({ waiting, settled }, view, { kinds, words, now, loggedIn }) {
  const row = (action, rest) => ({ id: action.id, kind: action.kind, text: said(action, view, kinds), can_delete: 0, tries: action.tries, ...rest });
  const saved = (action) => row(action, {
    state: "saved", when_text: when(action.at, now), words: waitingWords(action, words, loggedIn), can_delete: action.sent ? 0 : 1 });
  const answered = (action) => row(action, action.outcome === "rejected"
    ? { state: "needs-you", when_text: when(action.at_server, now), words: action.words }
    : { state: "sent", when_text: sentText(action, now, words), words: action.words });
  return [...waiting.map(saved), ...settled.slice().reverse().map(answered)];
}

function stateOf(action, now, words) {
  if (!action.outcome) return { state: "saved", text: words["saved.title"] };
  if (action.outcome === "rejected") return { state: "needs-you", text: words["needs_you.title"] };
  if (action.code?.startsWith("waitlist.")) return { state: "waiting", text: words["waiting.title"] };
  return { state: "sent", text: sentText(action, now, words) };
}

// "kind:id" -> {state, text}: the latest action about a record speaks for it.
export function states({ waiting, settled }, keys, { words, now }) {
  const found = {};
  for (const action of [...settled, ...waiting]) {
    for (const key of keys[action.id]) found[key] = stateOf(action, now, words);
  }
  return found;
}

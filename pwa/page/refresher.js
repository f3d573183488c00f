// One question about something finished a while ago: at most one a day, stopped with one tap, kept and decided on this phone alone.
// A question that was missed is gone: only the latest one that has come is asked.
import { ask } from "./ask.js";
import { all, answerIn, pressedIn } from "./asking.js";

const DAY = 24 * 3600 * 1000;

let kept = null; // {off, day: the last day something was answered, asked: {module: how long after finishing it}}

const list = () => document.querySelector("[data-refreshers]");

const since = (on, today) => (Date.parse(today) - Date.parse(on)) / DAY;

// Questions are {module, on: the day it was finished, after: days}, each module's in order.
export function due(questions, { off, day, asked = {} }, today) {
  if (off || day === today) return null;
  const come = questions.filter(({ on, after }) => after <= since(on, today));
  return come.find(({ module, after }, i) => come[i + 1]?.module !== module && after > (asked[module] ?? 0)) ?? null;
}

export function nextDay(on, afters, today) {
  const after = afters.find((each) => each > since(on, today));
  return after ? new Date(Date.parse(on) + after * DAY) : null;
}

async function keep(change) {
  const text = change && JSON.stringify({ ...kept, ...change });
  const answer = await ask({ ask: "plan", id: "learn:questions", ...(change && { text }) });
  kept = typeof answer?.text === "string" ? JSON.parse(answer.text || "{}") : null;
  return kept;
}

export async function fillNext(page) {
  const row = page.querySelector("[data-next]");
  if (!row) return;
  const next = nextDay(row.dataset.next, all("[data-day]", page).map(({ dataset }) => Number(dataset.day)), row.dataset.today);
  row.hidden = !next || Boolean((await keep())?.off);
  row.lastElementChild.textContent = next?.toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
}

export async function showRefresher() {
  if (!list() || !(await keep())) return;
  const sections = [...list().children];
  const found = due(sections.map((section) => ({ section, module: section.dataset.refresher, on: section.dataset.on, after: Number(section.dataset.day) })), kept, list().dataset.refreshers);
  for (const section of sections) section.hidden = section !== found?.section && !section.dataset.answered;
  for (const said of all("[data-asked-off]")) said.hidden = !kept.off;
}

async function pressed({ target }) {
  const button = target.closest("[data-refresher] button, [data-asked-off] button");
  if (!button || !kept) return;
  const section = button.closest("[data-refresher]");
  const asked = button.closest("[data-ask]");
  if (asked && pressedIn(asked, button).seen && asked.dataset.result) {
    section.dataset.answered = "yes";
    await keep({ day: list().dataset.refreshers, asked: { ...kept.asked, [section.dataset.refresher]: Number(section.dataset.day) } });
  }
  if (asked) return;
  await keep({ off: Boolean(section) });
  for (const each of list().children) each.dataset.answered = "";
  await showRefresher();
  document.querySelector("h1").focus();
}

function changed({ target }) {
  const asked = target.closest("[data-refresher] [data-ask]");
  if (asked) answerIn(asked, false);
}

export function watchRefresher() {
  document.addEventListener("input", changed);
  document.addEventListener("click", pressed);
  document.addEventListener("htmx:after:swap", showRefresher);
}

// A module, card by card. The card, the answers and a person's own words are kept beside the plans by the worker on this phone, sent to
// nobody, and written down at each change: a phone that dies in the middle of a card opens on that card again.
// Where nothing could be kept the page stays what it is without scripts, one long page.
import { ask } from "./ask.js";
import { all, answerIn, pressedIn, restore } from "./asking.js";
import { enough } from "./grades.js";
import { fillNext } from "./refresher.js";

let memory = null; // what is kept of the module on the screen

const page = () => document.querySelector("[data-learn]");
const cards = () => all(":scope > [data-card]", page());
const asks = () => all(":scope > [data-card] [data-ask]", page());

const keep = () => ask({ ask: "plan", id: `learn:${memory.learn}`, text: JSON.stringify(memory) });

async function read(id) {
  const answer = await ask({ ask: "plan", id: `learn:${id}` });
  return typeof answer?.text === "string" ? JSON.parse(answer.text || "{}") : null; // nobody is logged in, or nothing could keep it
}

// A place belongs to one way of reading; answers belong to their question, for as long as its words are the same.
function begin({ learn, way, version }, kept) {
  const begun = kept.way === way;
  memory = { answers: {}, words: {}, ...kept, learn, way, version, card: begun && kept.card, changed: begun && (kept.changed || kept.version !== version) };
}

function drawWords(typing) {
  for (const box of all("[data-words]", page())) if (box !== typing) box.value = memory.words[box.dataset.words] ?? "";
  for (const own of all("[data-echo]", page())) own.textContent = memory.words[own.dataset.echo] ?? "";
}

// Words of one's own are never looked at, so any will do.
const gradeOf = ({ dataset: { kind, ask: name, result } }) => (kind === "words" ? memory.words[name] && "best" : result) || "";

// What is still to be answered or looked at again, and whether enough of it would work.
function drawEnd() {
  const { gate, skip } = page().dataset;
  const grades = asks().map(gradeOf);
  const left = grades.includes("");
  const met = !left && (gate === undefined || enough(grades));
  const again = asks().filter((_, i) => (left ? !grades[i] && skip === undefined : !met && grades[i] === "avoid"));
  const shown = { left: left && skip === undefined, again: !left && !met, form: !left || skip !== undefined };
  for (const part of all("[data-end]", page())) part.hidden = !shown[part.dataset.end];
  for (const part of all("[data-open]", page())) part.hidden = !again.some((each) => each.closest("[data-card]").dataset.card === part.dataset.open);
  for (const button of all("[name=gate_met]", page())) button.value = met ? "yes" : "no";
}

function drawCards() {
  const found = cards();
  const at = Math.max(0, found.findIndex(({ dataset }) => dataset.card === memory.card));
  const last = found.length - 1;
  found.forEach((card, i) => { card.hidden = i !== at; });
  for (const each of all("[data-n]", page())) each.textContent = at + 1;
  for (const each of all("[data-m]", page())) each.textContent = last + 1;
  Object.assign(memory, { card: found[at].dataset.card, n: at + 1, m: last + 1 });
  page().dataset.cards = `${at ? "" : "first"} ${at < last ? "" : "last"}`;
  drawEnd();
}

async function showBegun(line) {
  const { n, m, way } = (await read(line.dataset.begun)) ?? {};
  line.hidden = way !== "new" || n < 2;
  line.querySelector("[data-n]").textContent = n;
  line.querySelector("[data-m]").textContent = m;
}

export async function showLearning() {
  all("[data-begun]").forEach(showBegun);
  const found = page();
  if (!found) return;
  if (["learn", "way", "version"].some((name) => memory?.[name] !== found.dataset[name])) {
    const kept = await read(found.dataset.learn);
    if (!kept || page() !== found) return;
    begin(found.dataset, kept);
  }
  for (const asked of all("[data-ask]", found)) restore(asked, memory.answers[asked.dataset.ask]);
  found.querySelector("[data-changed]").hidden = !memory.changed;
  drawWords();
  drawCards();
  fillNext(found);
}

function go(to) {
  const names = cards().map(({ dataset }) => dataset.card);
  memory.card = names[memory.n - 1 + { "+": 1, "-": -1 }[to]] ?? to;
  drawCards();
  keep();
  page().scrollIntoView();
  cards()[memory.n - 1].querySelector("h2").focus({ preventScroll: true });
}

function answered(asked, answer) {
  memory.answers[asked.dataset.ask] = answer;
  drawEnd();
  keep();
}

function typed({ target }) {
  if (!memory || !target.closest("[data-learn]")) return;
  const asked = target.closest("fieldset")?.closest("[data-ask]");
  if (asked) answered(asked, answerIn(asked, false));
  if (!target.dataset.words) return;
  memory.words[target.dataset.words] = target.value;
  drawWords(target);
  drawEnd();
  keep();
}

async function copy() {
  await navigator.clipboard.writeText(all("[data-note] > *").map(({ textContent }) => textContent).join("\n\n"));
  page().querySelector("[data-copied]").hidden = false;
}

function pressed({ target }) {
  const button = target.closest("[data-learn] button[type=button]");
  if (!button || !memory) return;
  const asked = button.closest("[data-ask]");
  if (asked) answered(asked, pressedIn(asked, button));
  else if (button.dataset.go) go(button.dataset.go);
  else if (button.dataset.print) {
    page().dataset.paper = button.dataset.print;
    print();
  } else copy();
}

export function watchLearning() {
  document.addEventListener("input", typed);
  document.addEventListener("click", pressed);
  document.addEventListener("htmx:after:swap", showLearning);
}

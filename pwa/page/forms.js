// Forms sent by htmx: an id for each filled-in form, so that sending it twice counts once; where focus goes; what stays on the screen.
import { begun, forms, main } from "./filling.js";

const ids = new Map(); // what is being sent -> its action id, until an answer settles it
const notice = () => document.getElementById("trouble");

let others = new Map(); // forms begun besides the one being sent -> where they post to
let heading = "";
let pressedFor = "";

const posts = (ctx) => ctx.request.method === "POST";
const headingOf = () => main().querySelector("h1");

// What pressing the thing that has the focus would do: morphing may make another button of it.
const atHand = () => {
  const { form, textContent } = document.activeElement;
  return [textContent, form?.action, ...[...form?.elements ?? []].filter(({ type }) => type === "hidden").map(({ value }) => value)].join();
};

function sending({ detail: { ctx } }) {
  if (!posts(ctx)) return;
  ctx.filled = `${ctx.request.action}?${new URLSearchParams(ctx.request.body)}`;
  if (!ids.has(ctx.filled)) ids.set(ctx.filled, crypto.randomUUID());
  ctx.request.headers["X-Action-Id"] = ids.get(ctx.filled);
}

function answered({ detail: { ctx } }) {
  if (!posts(ctx)) return;
  if (ctx.response.status < 500) ids.delete(ctx.filled);
  others = new Map(forms().filter((form) => form !== ctx.sourceElement && begun(form)).map((form) => [form, form.action]));
  heading = headingOf()?.textContent;
  pressedFor = atHand();
}

// Another page than this one has come. A redirect is followed; a page that says "not now" must not take the typed words away.
function swapping(swap) {
  const { ctx, tasks } = swap.detail;
  if (!posts(ctx)) return;
  const arrived = tasks.find(({ type }) => type === "main")?.fragment.querySelector("#main");
  if (arrived?.dataset.page === main().dataset.page) return;
  if (ctx.response.status >= 500 || !arrived) {
    swap.preventDefault();
    notice().hidden = false;
  } else if (ctx.response.raw.redirected) {
    swap.preventDefault();
    location.assign(ctx.response.raw.url);
  }
}

function swapped({ detail: { ctx } }) {
  if (!posts(ctx)) return;
  notice().hidden = true;
  const problems = document.getElementById("problems");
  if (ctx.response.status >= 400 && problems) {
    problems.focus();
    return;
  }
  // What was sent is done: morphing keeps what was typed and chosen, also in a form that is another one now.
  for (const form of forms()) if (!form.dataset.plan && others.get(form) !== form.action) form.reset();
  const title = headingOf();
  const same = title?.textContent === heading;
  const gone = atHand() !== pressedFor || document.activeElement.checkVisibility?.() === false; // what was opened is closed again
  if (!same || gone) title?.focus({ preventScroll: same });
}

// The second tap of two must not press what the first one put in its place.
function pressed(press) {
  if (press.detail > 1 && press.target.closest("#main button")) press.preventDefault();
}

export function watchForms() {
  document.addEventListener("htmx:config:request", sending);
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:before:swap", swapping);
  document.addEventListener("htmx:after:swap", swapped);
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (!ctx || posts(ctx)) notice().hidden = false; });
  document.addEventListener("click", pressed, true);
}

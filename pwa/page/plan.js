// The if-then plan: typed here, kept by the worker on this phone, sent to nobody.
import { ask } from "./ask.js";
import { begun, keep } from "./filling.js";

const SELECTOR = "form[data-plan]";

async function show(form) {
  const answer = await ask({ ask: "plan", id: form.dataset.plan });
  if (typeof answer?.text !== "string") return; // nobody is logged in, or nothing could keep it
  if (form.hidden || !begun(form)) keep(form.querySelector("textarea"), answer.text);
  form.hidden = false;
}

export const showPlans = () => document.querySelectorAll(SELECTOR).forEach((form) => { show(form); });

async function kept(submit) {
  const form = submit.target;
  if (!form.matches(SELECTOR)) return;
  submit.preventDefault();
  const box = form.querySelector("textarea");
  const answer = await ask({ ask: "plan", id: form.dataset.plan, text: box.value });
  if (answer?.text !== box.value) return;
  keep(box, answer.text);
  form.querySelector("[role=status]").hidden = false;
}

export function watchPlans() {
  document.addEventListener("submit", kept);
  document.addEventListener("htmx:after:swap", showPlans);
}

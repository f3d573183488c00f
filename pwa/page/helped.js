// "This helped": the worker keeps it without a name and sends it within a day. Without a worker there is no such button.
import { ask, controlled } from "./ask.js";

const SELECTOR = "form[data-helped]";

export function showHelped() {
  for (const form of document.querySelectorAll(SELECTOR)) form.hidden = !controlled();
}

async function pressed(submit) {
  const form = submit.target;
  if (!form.matches(SELECTOR)) return;
  submit.preventDefault();
  const answer = await ask({ ask: "helped", kind: form.dataset.helped, data: Object.fromEntries(new FormData(form)) });
  if (!answer) return;
  const thanks = form.querySelector("[role=status]");
  thanks.hidden = false;
  thanks.focus(); // the button is gone
  form.querySelector("button").hidden = true;
}

export function watchHelped() {
  document.addEventListener("submit", pressed);
  document.addEventListener("htmx:after:swap", showHelped);
}

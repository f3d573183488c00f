// A network whose events somebody follows without being in it: kept beside the plans by the worker on this phone, sent to nobody.
import { ask } from "./ask.js";

const SELECTOR = "form[data-follow]";
const ON = "on";

async function show(form, text) {
  const answer = await ask({ ask: "plan", id: `follow:${form.dataset.follow}`, ...(text !== undefined && { text }) });
  if (typeof answer?.text !== "string") return; // nobody is logged in, or nothing could keep it
  form.querySelector("[data-follow-on]").hidden = answer.text !== ON;
  form.querySelector("[data-follow-off]").hidden = answer.text === ON;
  form.hidden = false;
}

export const showFollowed = () => document.querySelectorAll(SELECTOR).forEach((form) => { show(form); });

async function chosen(submit) {
  const form = submit.target;
  if (!form.matches(SELECTOR)) return;
  submit.preventDefault();
  const follows = !form.querySelector("[data-follow-on]").hidden;
  await show(form, follows ? "" : ON);
  form.querySelector(`[data-follow-${follows ? "off" : "on"}] button`).focus(); // the button that was pressed is gone
}

export function watchFollowed() {
  document.addEventListener("submit", chosen);
  document.addEventListener("htmx:after:swap", showFollowed);
}

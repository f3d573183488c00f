// The pages /me/phone and /me/install: asks the browser and the worker what they know, and shows of the answers in the page those that
// are true. The steps for this browser come first and open; no other is hidden, because a browser may be taken for another.
import { ask, controlled } from "./ask.js";
import { answers, steps } from "./keeps.js";

const PATIENCE_MS = 3 * 1000;

let offer = null; // Chromium's own question "Add to Home screen?", kept for the button
let added = false;
let asked = false;

const section = () => document.querySelector("[data-phone]");

// Null for what is not told, refused or too slow.
const told = (promise) => Promise.race([
  Promise.resolve(promise).catch(() => null),
  new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, null); }),
]);

const installed = () => navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;

async function facts() {
  const { storage } = navigator;
  const [status, persisted, room] = await Promise.all([
    told(ask({ ask: "status" })), told(storage?.persist ? storage.persisted() : null), told(storage?.estimate?.())]);
  return {
    controlled: controlled(), heard: status?.last_sync ?? null, unsent: status?.unsent ?? null, clock: status?.clock ?? null,
    persisted, asked, quota: room?.quota ?? null, usage: room?.usage ?? 0,
    installed: installed(), added, offered: Boolean(offer), agent: navigator.userAgent, touch: navigator.maxTouchPoints > 1,
  };
}

const moment = (ms) => new Date(ms).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "Europe/London" });

function putFirst(mine) {
  if (!mine || "mine" in mine.dataset) return; // what a person has closed since stays closed
  mine.dataset.mine = "";
  mine.parentElement.prepend(mine);
  mine.querySelector("details").open = true;
}

async function show() {
  if (!section()) return;
  const known = await facts();
  const found = answers(known);
  if (!section()) return; // another page has come meanwhile
  for (const each of document.querySelectorAll("[data-answer]")) each.hidden = each.dataset.answer !== found[each.closest("[data-check]").dataset.check];
  const fill = { unsent: known.unsent, heard: known.heard && moment(known.heard) };
  for (const each of document.querySelectorAll("[data-fill]")) each.textContent = fill[each.dataset.fill];
  putFirst(document.querySelector(`[data-steps="${steps(known)}"]`));
  section().hidden = false;
}

const ACTS = {
  async promise() {
    await navigator.storage.persist().catch(() => {});
    asked = true;
  },
  async add() {
    const offering = offer;
    offer = null; // it can be asked once
    const choice = await offering?.prompt();
    added = choice?.outcome === "accepted";
  },
};

async function pressed({ target }) {
  const button = target.closest("[data-act]");
  if (!button) return;
  const check = button.closest("[data-check]");
  await ACTS[button.dataset.act]();
  await show();
  check.querySelector("[data-answer]:not([hidden])")?.focus(); // the button may be gone, and the answer is read out
}

export function watchPhone() {
  document.addEventListener("click", pressed);
  document.addEventListener("htmx:after:swap", show);
  navigator.serviceWorker?.addEventListener("controllerchange", show);
  addEventListener("beforeinstallprompt", (offering) => {
    if (!section()) return; // on other pages the browser asks in its own way
    offering.preventDefault();
    offer = offering;
    show();
  });
  show();
}

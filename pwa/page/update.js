// Registers the worker and offers a new version. The first one takes over at once; a later one waits until somebody says so.
import { filling } from "./filling.js";
import { stay } from "./stay.js";

const CHECK_MS = 60 * 60 * 1000;

let registration = null;
let checked = Date.now();

const notice = () => document.getElementById("update");

export function offer() {
  if (registration) notice().hidden = !registration.waiting || !navigator.serviceWorker.controller || filling();
}

export function lookForUpdate() {
  if (!registration || Date.now() - checked < CHECK_MS) return;
  checked = Date.now();
  registration.update().catch(() => {}); // no signal
}

function found() {
  registration.installing?.addEventListener("statechange", offer);
}

function workerOf(known) {
  const registering = navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  if (!known) stay(registering);
  return registering;
}

// A quiet page only makes sure that there is a worker at all.
export async function register(quiet) {
  const workers = navigator.serviceWorker;
  const known = await workers.getRegistration("/");
  registration = quiet && known ? known : await workerOf(known);
  registration.addEventListener("updatefound", found);
  found();
  offer();
  workers.ready.then(({ active }) => { if (!workers.controller) active.postMessage({ ask: "claim" }); });
  notice().querySelector("button").addEventListener("click", () => {
    if (!filling()) registration.waiting?.postMessage({ ask: "update" });
  });
}

// A page in the middle of a form goes on as it is: the new worker understands it.
export function watchTakeover(first) {
  let had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!had) first();
    else if (!filling()) location.reload();
    had = true;
  });
}

// Do others use this phone? The worker knows what was answered here; of the parts in the page, the true one is shown.
import { ask } from "./ask.js";

let said = "";

function put() {
  for (const each of document.querySelectorAll("[data-shared]")) each.hidden = each.dataset.shared !== said;
}

// At once as last known, so that a page drawn anew does not blink; then as it is.
export async function showShared() {
  if (!document.querySelector("[data-shared]")) return;
  put();
  said = (await ask({ ask: "status" }))?.shared ?? "";
  put();
}

export function watchShared() {
  document.addEventListener("htmx:after:swap", showShared);
  navigator.serviceWorker?.addEventListener("controllerchange", showShared);
  showShared();
}

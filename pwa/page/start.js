// The page's own script: sends what is waiting, shows what changed, offers updates. Pages work without it.
// It knows nothing of pledges or people, and does nothing by itself on a quiet page (help, guides and the statements).
import { ask, tell } from "./ask.js";
import { watchCopying } from "./copying.js";
import { main } from "./filling.js";
import { showFollowed, watchFollowed } from "./follow.js";
import { watchForms } from "./forms.js";
import { showHelped, watchHelped } from "./helped.js";
import { showLearning, watchLearning } from "./learn.js";
import { handOver, watchLook } from "./look.js";
import { watchHide } from "./hide.js";
import { watchPasskey } from "./passkey.js";
import { watchPhone } from "./phone.js";
import { showPlans, watchPlans } from "./plan.js";
import { hearProgress, watchProgress } from "./progress.js";
import { refresh, refreshLate, watchRefresh } from "./refresh.js";
import { watchRemind } from "./remind.js";
import { showRefresher, watchRefresher } from "./refresher.js";
import { watchShared } from "./shared.js";
import { watchUndo } from "./undo.js";
import { lookForUpdate, offer, register, watchTakeover } from "./update.js";

const TICK_MS = 25 * 1000; // what is unsent is tried at least every 30 s, whatever else goes on
const GLANCE_MS = 2 * 1000;

const quiet = main().hasAttribute("data-quiet");
const step = main().dataset.page.startsWith("log-in"); // often the answer to a form: asked for again it would be another step
let leaving = false; // a plain form is on its way: reloading now would lose it
let era;

const unsent = () => Number(document.getElementById("sync-line")?.dataset.unsent ?? 0);

const loggedIn = document.body.hasAttribute("data-logged-in");

const sync = (force = false) => { if (!quiet) tell({ ask: "sync", force, logged_in: loggedIn }); };

function tick() {
  if (!document.hidden || unsent()) sync();
  refreshLate();
  offer();
}

const eraNow = async () => (await ask({ ask: "status" }))?.era;

// From the back/forward cache: not one glance at the page of a person who has left.
async function restored() {
  document.body.hidden = true;
  const now = await Promise.race([eraNow(), new Promise((resolve) => { setTimeout(resolve, GLANCE_MS, "unknown"); })]);
  if (now !== era) {
    location.reload();
    return;
  }
  document.body.hidden = false;
  if (quiet) return;
  sync();
  refresh();
}

function heard({ data }) {
  if (step) return;
  if (data.type === "person" && !leaving) location.reload();
  if (data.type === "changed" && !quiet && !leaving) refresh();
  if (data.type === "progress" && !quiet) hearProgress(data.progress);
}

function showSignal() {
  document.documentElement.toggleAttribute("data-offline", !navigator.onLine);
}

// What only this phone keeps.
function showOwn() {
  showPlans();
  showFollowed();
  showHelped();
  showLearning();
  showRefresher();
}

// What the pages were told while this one was still on its way, it missed.
async function arrived() {
  const status = await ask({ ask: "status" });
  era = status?.era;
  if (!quiet && !step && status?.told_at >= performance.timeOrigin) refresh();
  if (!quiet && status?.progress) hearProgress(status.progress);
}

function watchWorker() {
  navigator.serviceWorker.addEventListener("message", heard);
  watchTakeover(() => {
    showOwn();
    arrived();
    sync();
  });
  if (navigator.serviceWorker.controller) handOver();
  register(quiet).catch(() => {}); // refused or no signal: the pages are the server's
  arrived();
  showOwn();
  sync();
  if (matchMedia("(display-mode: standalone)").matches) navigator.storage?.persist?.();
}

function watchPage() {
  addEventListener("pageshow", ({ persisted }) => {
    leaving = false;
    if (persisted) restored();
  });
  addEventListener("submit", ({ target, defaultPrevented }) => { leaving = !defaultPrevented && !target.hasAttribute("hx-post"); });
  addEventListener("offline", showSignal);
  addEventListener("online", () => {
    showSignal();
    sync(true);
  });
  if (quiet) return;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    sync();
    lookForUpdate();
  });
  setInterval(tick, TICK_MS);
}

// Log out that could not be done yet answers with /me: what is there changes, and asking anew must not send the form again.
if (location.pathname === "/log-out") history.replaceState(null, "", "/me");
showSignal();
watchForms();
watchLook();
watchRefresh();
watchPlans();
watchFollowed();
watchHelped();
watchCopying();
watchRemind(quiet);
watchLearning();
watchRefresher();
watchPhone();
watchProgress();
watchShared();
watchPasskey();
watchUndo();
watchPage();
if ("serviceWorker" in navigator) watchWorker();
watchHide();

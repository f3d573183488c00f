// How far a long send or download is, said in the calm line. Not in its first second, and then once a second at most: each change is read out.

const EACH_MS = 1000;

let latest = null; // what the worker said last
let said = null; // what the line says
let timer;

const line = () => document.getElementById("sync-line");

const number = (count) => count.toLocaleString(document.documentElement.lang);

function say() {
  for (const each of line().querySelectorAll("[data-doing]")) each.hidden = each.dataset.doing !== (said?.doing ?? "");
  if (said) for (const each of line().querySelectorAll("[data-count]")) each.textContent = number(said[each.dataset.count]);
}

// Null: it is over, and the line is again what the page brought.
export function hearProgress(progress) {
  latest = progress;
  timer ??= setTimeout(() => {
    timer = undefined;
    if (latest === said) return;
    said = latest;
    say();
  }, EACH_MS);
}

// A line that came with a form's answer or a refresh does not know it yet.
export const watchProgress = () => document.addEventListener("htmx:after:swap", () => { if (said) say(); });

// Keeps a page where it is while the first worker starts: a form or a link waits a moment until that worker is there.
// WebKit: if the page goes away while the worker's script starts, the worker is "installing" until the browser is closed; register, update
// and unregister all wait behind it. And a page that comes while the worker is being activated is never taken over.

const PATIENCE_MS = 3 * 1000;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const started = ({ installing }) => new Promise((resolve) => {
  if (!installing) resolve();
  installing?.addEventListener("statechange", () => { if (["activated", "redundant"].includes(installing.state)) resolve(); });
});

export function stay(registering) {
  const there = Promise.race([registering.then(started).catch(() => {}), pause(PATIENCE_MS)]);
  const listening = new AbortController();
  const hold = (leaving, again) => {
    if (leaving.defaultPrevented) return;
    leaving.preventDefault();
    there.then(again);
  };
  addEventListener("submit", (submit) => hold(submit, () => submit.target.requestSubmit(submit.submitter)), listening);
  addEventListener("click", (click) => {
    const link = click.target.closest("a[href]:not([target])");
    if (link && !click.ctrlKey && !click.metaKey && !click.shiftKey) hold(click, () => link.click());
  }, listening);
  there.then(() => listening.abort());
}

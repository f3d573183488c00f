// The choice of language and colours, in the cookies that the server reads: its pages and the worker's look the same.
import { ask } from "./ask.js";

const KEEP_S = 400 * 86400;

const shown = () => ({ language: document.documentElement.lang, colours: document.documentElement.dataset.colours ?? "" });

const cookies = () => Object.fromEntries(document.cookie.split("; ").map((part) => part.split("=")));

function keep({ target, submitter }) {
  if (!target.hasAttribute("data-look") || !submitter) return;
  document.cookie = `${submitter.name}=${submitter.value}; path=/; max-age=${submitter.value ? KEEP_S : 0}; samesite=lax`;
}

export const watchLook = () => addEventListener("submit", keep);

// Chosen before there was a worker: it takes that over, once.
export async function handOver() {
  const kept = cookies();
  const choice = Object.fromEntries(Object.entries(shown()).filter(([name, now]) => kept[name] && kept[name] !== now).map(([name]) => [name, kept[name]]));
  if (Object.keys(choice).length && (await ask({ ask: "look", choice }))?.changed) location.reload();
}

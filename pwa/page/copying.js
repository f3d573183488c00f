// Words to take along, and words that are only in this page: nothing reads them but Copy, and whoever leaves the page leaves none behind.

const find = (name, within = document) => [...within.querySelectorAll(`[data-${name}]`)];
const own = () => find("own-words");

const textOf = (part) => (part.labels ? part.value.trim() && `${part.labels[0].textContent}\n${part.value.trim()}` : part.textContent);

async function copy(button) {
  const around = button.closest("[data-copies]");
  const text = find("copied", around).map(textOf).filter(Boolean).join("\n\n");
  const done = text && await navigator.clipboard.writeText(text).then(() => "yes", () => "no");
  for (const each of find("copy-says", around)) each.hidden = each.dataset.copySays !== (done || "nothing");
}

function erase() {
  for (const form of own()) {
    form.reset();
    for (const each of find("copy-says", form)) each.hidden = true;
  }
}

function pressed({ target }) {
  const button = target.closest("button");
  if (button?.matches("[data-copy]")) copy(button);
  if (!button?.matches("[data-erase]")) return;
  erase();
  button.form.elements[0].focus();
}

// Every word that is asked for has to be in it, or in what it is for.
function look(box) {
  const words = box.value.toLowerCase().split(/\s+/);
  const has = (text) => words.every((word) => text.toLowerCase().includes(word));
  let found = 0;
  for (const group of find("group")) {
    const parts = find("copied", group);
    for (const part of parts) part.parentElement.hidden = !has(`${group.dataset.group} ${part.textContent}`);
    const left = parts.filter((part) => !part.parentElement.hidden).length;
    group.hidden = !left;
    found += left;
  }
  for (const each of find("count")) if (each.dataset.count === "found") each.textContent = found;
  for (const each of find("found")) each.hidden = !box.value.trim();
  for (const each of find("none")) each.hidden = found > 0;
}

export function watchCopying() {
  for (const each of find("scripted")) each.hidden = false;
  document.addEventListener("click", pressed);
  document.addEventListener("input", ({ target }) => { if (target.matches("[data-find]")) look(target); });
  addEventListener("pagehide", erase);
}

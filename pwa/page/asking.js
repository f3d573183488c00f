// One question on the screen: what is chosen in it, and how that went once somebody asked. The style shows the feedback that belongs to
// `data-result` and to what is chosen. Knows nothing of cards, or of where answers are kept.
import { grade } from "./grades.js";

export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const options = (asked) => all("[data-option]", asked).map(({ dataset }) => ({ id: dataset.option, grade: dataset.grade, place: Number(dataset.place) }));

const ordered = ({ dataset }) => dataset.kind === "order";

// The words an answer was given to: it is of no other question.
const words = (asked) => all("legend, label, [data-text]", asked).map(({ textContent }) => textContent).sort().join();

const put = (asked, { chosen, seen }) => { asked.dataset.result = seen ? grade(asked.dataset.kind, options(asked), chosen) : ""; };

export function answerIn(asked, seen) {
  const chosen = ordered(asked) ? options(asked).map(({ id }) => id) : all("input:checked", asked).map(({ value }) => value);
  put(asked, { chosen, seen });
  return { chosen, seen, of: words(asked) };
}

export function restore(asked, kept) {
  const answer = kept?.of === words(asked) ? kept : { chosen: [] };
  for (const box of all("input", asked)) box.checked = answer.chosen.includes(box.value);
  if (ordered(asked)) for (const id of answer.chosen) asked.querySelector("ol").append(asked.querySelector(`[data-option="${id}"]`));
  put(asked, answer);
}

// A button of a question was pressed: moves an option, which keeps the focus, or asks how it went. Answers the answer as it is then.
export function pressedIn(asked, button) {
  const option = button.closest("[data-option]");
  if (button.dataset.move === "up") option.previousElementSibling?.before(option);
  if (button.dataset.move === "down") option.nextElementSibling?.after(option);
  button.focus();
  return answerIn(asked, "see" in button.dataset);
}

// Is somebody in the middle of a form? Then nothing may move under their hands.

const TYPED = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
const kept = new WeakMap(); // text that the page script put in a box itself

export const keep = (box, text) => {
  kept.set(box, text);
  box.value = text;
};

const changed = (field) => {
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.matches(TYPED) && field.value !== (kept.get(field) ?? field.defaultValue);
};

export const begun = (form) => [...form.elements].some(changed);

export const main = () => document.getElementById("main");

export const forms = () => [...main().querySelectorAll("form")];

export const filling = () => forms().some(begun);

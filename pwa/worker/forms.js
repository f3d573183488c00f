// One small validator for forms, the twin of sync/forms.py: the rules come from the server, the words in them too. Pure.

const BLANKS = " \t\n\r\f\v";
const owned = Object.prototype.hasOwnProperty;
const WHOLE = /^-?[0-9]{1,15}$/;

function stripped(text) {
  let start = 0;
  let end = text.length;
  while (start < end && BLANKS.includes(text[start])) start += 1;
  while (end > start && BLANKS.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function read(rule, text) {
  if (!text || text.includes("\0")) return null;
  if (rule.type === "integer") {
    const number = WHOLE.test(text) ? Number(text) + 0 : null; // + 0: no minus zero
    return number !== null && rule.min <= number && number <= rule.max ? number : null;
  }
  if (rule.type === "enum") return rule.values.includes(text) ? text : null;
  return [...text].length <= (rule.max_length ?? Infinity) ? text : null;
}

// The typed arguments, and what to put right. What no rule names is left out; so are empty optional fields.
export function check(rules, form) {
  const data = {};
  const problems = [];
  for (const rule of rules) {
    const text = stripped((owned.call(form, rule.name) ? form[rule.name] : "").replace(/\r\n/g, "\n"));
    if (!text && !rule.required) continue;
    const value = read(rule, text);
    if (value === null) problems.push({ field: rule.name, words: rule.words });
    else data[rule.name] = value;
  }
  return { data, problems };
}

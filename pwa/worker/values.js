// The values of a template, as Python's Jinja2 and compile/filters.py see them: what is true, equal, in order, and may be put out.
// Pure. What one side refuses the other refuses too.

// A name, attribute or key that is not there. The filter default answers for it; any other use throws.
class Undefined {
  constructor(name) {
    this.name = name;
  }
}

// What a macro answered: already escaped. It can be put out, joined with ~, compared and passed on, and nothing else.
export class Markup {
  constructor(html) {
    this.html = html;
  }
}

export const fail = (why) => {
  throw new TypeError(why);
};
const say = (v) => (v instanceof Undefined ? `${v.name} is undefined` : `not ${v === null ? "none" : typeof v}`);
const isText = (v) => typeof v === "string";
const isRecord = (v) =>
  typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof Undefined || v instanceof Markup);
const owned = (o, k) => Object.prototype.hasOwnProperty.call(o, k) && o[k] !== undefined;

// Text or a whole number: all that may reach the page, be joined or be put in order.
export function plain(v) {
  return isText(v) || Number.isSafeInteger(v) ? v : fail(`text or a whole number is needed: ${say(v)}`);
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };
export const out = (v) => (v instanceof Markup ? v.html : String(plain(v)).replace(/[&<>'"]/g, (c) => ENTITIES[c]));
export const concat = (...parts) =>
  parts.some((v) => v instanceof Markup) ? new Markup(parts.map(out).join("")) : parts.map(plain).join("");
const bare = (v) => (v instanceof Markup ? v.html : v);

export const name = (c, n) => (n in c && c[n] !== undefined ? c[n] : new Undefined(n));
export const attr = (o, k) => {
  if (o instanceof Undefined) fail(say(o));
  return isRecord(o) && owned(o, k) ? o[k] : new Undefined(k);
};
export const item = (o, k) =>
  isRecord(o) && isText(bare(k)) ? attr(o, bare(k)) : fail(`a key is looked up in a record: ${say(o)}[${say(k)}]`);

export function truth(v) {
  if (v instanceof Undefined) fail(say(v));
  if (Array.isArray(v)) return v.length > 0;
  return isRecord(v) ? Object.keys(v).length > 0 : Boolean(bare(v));
}

export const and = (a, b) => (truth(a) ? b() : a);
export const or = (a, b) => (truth(a) ? a : b());

export function eq(x, y) {
  const a = bare(x);
  const b = bare(y);
  if (a instanceof Undefined || b instanceof Undefined) fail(say(a instanceof Undefined ? a : b));
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (isRecord(a)) {
    const keys = Object.keys(a);
    return isRecord(b) && keys.length === Object.keys(b).length && keys.every((k) => owned(b, k) && same(a[k], b[k]));
  }
  if (typeof a === "boolean" && typeof b === "number") return Number(a) === b; // as in Python
  if (typeof b === "boolean" && typeof a === "number") return Number(b) === a;
  return a === b;
}
const same = (a, b) => a === b || eq(a, b);

// Below, above or equal to 0. Text is ordered by code point, as in Python, not by UTF-16 unit.
export function order(a, b) {
  if (typeof plain(a) !== typeof plain(b)) fail("text and a number have no order");
  if (!isText(a)) return a - b;
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return unit(x) - unit(y);
  }
  return a.length - b.length;
}
const unit = (u) => (u < 0xd800 ? u : u < 0xe000 ? u + 0x2000 : u - 0x800);

export function has(holder, value) {
  const list = bare(holder);
  const v = bare(value);
  if (isText(list)) return isText(v) ? list.includes(v) : fail("only text is looked for in text");
  if (Array.isArray(list)) return list.some((x) => same(x, v));
  if (!isRecord(list)) fail(`nothing can be in this: ${say(list)}`);
  if (isRecord(v) || Array.isArray(v) || v instanceof Undefined) fail(`not a key: ${say(v)}`);
  return isText(v) && owned(list, v);
}

export const list = (v) => (Array.isArray(v) ? v : fail(`a list is needed: ${say(v)}`));
export const whole = (v) => (Number.isSafeInteger(v) ? v : fail(`a whole number is needed: ${say(v)}`));
const text = (v) => (isText(v) ? v : fail(`text is needed: ${say(v)}`));

export const F = {
  default: (v, other) => (v instanceof Undefined ? other : v),
  length: (v) => (isText(v) ? [...v] : isRecord(v) ? Object.keys(v) : list(v)).length,
  sort: (v, attribute) => by(list(v).map((x) => [plain(attr(x, text(attribute))), x])),
  // A collection's records, by (order, id): the one order both servers keep.
  values(v) {
    if (!isRecord(v)) fail(`a collection is needed: ${say(v)}`);
    const keyed = by(Object.keys(v).map((k) => [k, v[k]]));
    return by(keyed.map((x) => [isRecord(x) && owned(x, "order") ? whole(x.order) : 0, x]));
  },
  without: (v, other) =>
    isRecord(v) && isRecord(other)
      ? Object.fromEntries(Object.entries(v).filter(([k]) => !owned(other, k)))
      : fail(`two collections are needed: ${say(v)}`),
};
const by = (pairs) => pairs.sort((a, b) => order(a[0], b[0])).map((pair) => pair[1]);

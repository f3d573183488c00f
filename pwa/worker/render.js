// Draws pages from compiled templates: what Python's Jinja2 does, as far as the subset of pwa/README.md can see it.
// Pure: no clock, no fetch, no database. Knows no template and no feature.

// A name, attribute or key that is not there. The filter default answers for it; any other use throws.
class Undefined {
  constructor(name) {
    this.name = name;
  }
}

// What a macro answered: already escaped. It can be put out, joined with ~, compared and passed on, and nothing else.
class Markup {
  constructor(html) {
    this.html = html;
  }
}

const fail = (why) => {
  throw new TypeError(why);
};
const say = (v) => (v instanceof Undefined ? `${v.name} is undefined` : `not ${v === null ? "none" : typeof v}`);
const isText = (v) => typeof v === "string";
const isRecord = (v) =>
  typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof Undefined || v instanceof Markup);
const owned = (o, k) => Object.prototype.hasOwnProperty.call(o, k) && o[k] !== undefined;

// Text or a whole number: all that may reach the page, be joined or be put in order.
function plain(v) {
  return isText(v) || Number.isSafeInteger(v) ? v : fail(`text or a whole number is needed: ${say(v)}`);
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };
const out = (v) => (v instanceof Markup ? v.html : String(plain(v)).replace(/[&<>'"]/g, (c) => ENTITIES[c]));
const concat = (...parts) =>
  parts.some((v) => v instanceof Markup) ? new Markup(parts.map(out).join("")) : parts.map(plain).join("");
const bare = (v) => (v instanceof Markup ? v.html : v);

const name = (c, n) => (n in c && c[n] !== undefined ? c[n] : new Undefined(n));
const attr = (o, k) => {
  if (o instanceof Undefined) fail(say(o));
  return isRecord(o) && owned(o, k) ? o[k] : new Undefined(k);
};
const item = (o, k) =>
  isRecord(o) && isText(bare(k)) ? attr(o, bare(k)) : fail(`a key is looked up in a record: ${say(o)}[${say(k)}]`);

function truth(v) {
  if (v instanceof Undefined) fail(say(v));
  if (Array.isArray(v)) return v.length > 0;
  return isRecord(v) ? Object.keys(v).length > 0 : Boolean(bare(v));
}

const and = (a, b) => (truth(a) ? b() : a);
const or = (a, b) => (truth(a) ? a : b());

function eq(x, y) {
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
function order(a, b) {
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

function has(holder, value) {
  const list = bare(holder);
  const v = bare(value);
  if (isText(list)) return isText(v) ? list.includes(v) : fail("only text is looked for in text");
  if (Array.isArray(list)) return list.some((x) => same(x, v));
  if (!isRecord(list)) fail(`nothing can be in this: ${say(list)}`);
  if (isRecord(v) || Array.isArray(v) || v instanceof Undefined) fail(`not a key: ${say(v)}`);
  return isText(v) && owned(list, v);
}

const list = (v) => (Array.isArray(v) ? v : fail(`a list is needed: ${say(v)}`));
const whole = (v) => (Number.isSafeInteger(v) ? v : fail(`a whole number is needed: ${say(v)}`));
const text = (v) => (isText(v) ? v : fail(`text is needed: ${say(v)}`));

const F = {
  default: (v, other) => (v instanceof Undefined ? other : v),
  length: (v) => (isText(v) ? [...v] : isRecord(v) ? Object.keys(v) : list(v)).length,
  plural: (v, one, many) => (whole(v) === 1 ? one : many),
  sort: (v, attribute) => by(list(v).map((x) => [plain(attr(x, text(attribute))), x])),
  // A collection's records, by (order, id): the one order both servers keep.
  values(v) {
    if (!isRecord(v)) fail(`a collection is needed: ${say(v)}`);
    const keyed = by(Object.keys(v).map((k) => [k, v[k]]));
    return by(keyed.map((x) => [isRecord(x) && owned(x, "order") ? whole(x.order) : 0, x]));
  },
};
const by = (pairs) => pairs.sort((a, b) => order(a[0], b[0])).map((pair) => pair[1]);

const BODY = Symbol("the body of a call");
const BLOCKS = Symbol("the blocks of the page");

// An operation of a tree: of the values of its operands …
const OF_VALUES = {
  ...F, attr, item, out, "~": concat, "==": eq,
  "<": (a, b) => order(a, b) < 0, "<=": (a, b) => order(a, b) <= 0, ">": (a, b) => order(a, b) > 0, ">=": (a, b) => order(a, b) >= 0,
  in: (value, holder) => has(holder, value),
  not: (v) => !truth(v),
  list: (...all) => all,
  record: (...all) => Object.fromEntries(all.flatMap((k, i) => (i % 2 ? [] : [[k, all[i + 1]]]))),
  words: (...parts) => parts.map(plain).join(""),
  all: (...parts) => parts.join(""),
  markup: (html) => new Markup(html),
};
// … or of the operands themselves, each a function of what can be seen here.
const OF_OPERANDS = {
  name: (e, n) => name(e, n()),
  and: (e, a, b) => and(a(e), () => b(e)),
  or: (e, a, b) => or(a(e), () => b(e)),
  if: (e, test, yes, no) => (truth(test(e)) ? yes : no)(e),
  set(e, n, value) {
    e[n()] = value(e);
    return "";
  },
  for(e, n, items, body, nothing) {
    const all = list(items(e));
    const last = all.length - 1;
    const each = (one, i) => body(Object.assign(Object.create(e), { [n()]: one, "loop.index": i + 1, "loop.first": i === 0, "loop.last": i === last }));
    return all.length ? all.map(each).join("") : nothing(e);
  },
  caller: (e) => e[BODY](),
  block: (e, n) => e[BLOCKS][n()](Object.create(e)),
};

// Makes functions of trees; a macro's when it is first called.
function maker(macros) {
  const ready = new Map();

  function made(tree) {
    if (!Array.isArray(tree)) return () => tree;
    const [operation, ...rest] = tree;
    if (operation === "call") return called(...rest);
    const operands = rest.map(made);
    const sees = OF_OPERANDS[operation];
    if (sees) return (e) => sees(e, ...operands);
    const values = OF_VALUES[operation] ?? fail(`no operation ${operation}`);
    return (e) => values(...operands.map((operand) => operand(e)));
  }

  function called(key, body, ...given) {
    const inside = made(body);
    const values = given.map(made);
    return (e) => {
      const own = Object.create(null); // a macro sees its parameters and nothing of the page
      macros[key].params.forEach(([param, other], i) => (own[param] = given[i] === null ? other : values[i](e)));
      own[BODY] = () => inside(e);
      if (!ready.has(key)) ready.set(key, made(macros[key].body));
      return ready.get(key)(own);
    };
  }

  return made;
}

// Draws the pages of one bundle of compile/bundle.py; each is made ready when it is first drawn.
export function renderer({ pages, macros }) {
  const made = maker(macros);
  const ready = Object.create(null);

  function page(template) {
    const { parent, blocks, root } = pages[template] ?? fail(`no template ${template}`);
    return (ready[template] ??= {
      parent, root: made(root), blocks: Object.fromEntries(Object.entries(blocks).map(([n, tree]) => [n, made(tree)])),
    });
  }

  return (template, context) => {
    const { parent, blocks, root } = page(template);
    const e = Object.assign(Object.create(null), context);
    e[BLOCKS] = blocks;
    const html = root(e); // with a parent this only sets what the blocks use
    if (!parent) return html;
    const above = page(parent);
    e[BLOCKS] = { ...above.blocks, ...blocks };
    return above.root(e);
  };
}

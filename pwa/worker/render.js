// Draws pages from compiled templates, operation by operation: the subset of pwa/README.md.
// Pure: no clock, no fetch, no database. Knows no template and no feature.
import { F, Markup, and, attr, concat, eq, fail, has, item, list, name, or, order, out, plain, truth, whole } from "./values.js";

const BODY = Symbol("the body of a call");
const PLURAL = Symbol("which form a number takes: 200 digits");
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
  counted: (e, count, ...forms) => forms[e[PLURAL][nth(whole(count(e)))]](e),
  block: (e, n) => e[BLOCKS][n()](Object.create(e)),
};

const nth = (n) => (n < 0 ? fail("what is counted is not below 0") : n < 200 ? n : 100 + (n % 100));

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
      own[PLURAL] = e[PLURAL];
      if (!ready.has(key)) ready.set(key, made(macros[key].body));
      return ready.get(key)(own);
    };
  }

  return made;
}

// Draws the pages of one bundle of compile/bundle.py; each is made ready when it is first drawn.
export function renderer({ pages, macros, plural }) {
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
    e[PLURAL] = plural;
    e[BLOCKS] = blocks;
    const html = root(e); // with a parent this only sets what the blocks use
    if (!parent) return html;
    const above = page(parent);
    e[BLOCKS] = { ...above.blocks, ...blocks };
    return above.root(e);
  };
}

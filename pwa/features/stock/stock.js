// What was done at a collection desk, shown before the server has said so. Pure.
// Whom a delivery serves, and what a code is for that this phone does not know, only the server can say.
import { isCode, typed } from "../ally/code.js";

const LATELY = 10;
const SIGNS = { delivery: 1, return: 1, damage: -1 };

const idOf = (place, code) => `${place}-${typed(code)}`;

const change = (view, kind, id, values) => {
  const held = view.get(kind, id);
  if (held) view.put(kind, id, { ...held, ...values(held) });
};

const move = (view, place, item, by) => change(view, "stock", `${place}-${item}`, ({ in_hand, ready }) => (
  { in_hand: in_hand + by, ready: Math.max(0, ready + by) }));

const list = (view, place, values) => change(view, "hand_over", place, (desk) => {
  const handed = values(desk.handed).slice(0, LATELY);
  return { handed, handed_on: handed[0]?.on ?? "" };
});

const handed = (view, place, code) => view.get("hand_over", place)?.handed.find((each) => each.code === typed(code));

export const stock = {
  "stock.move": (view, { place, item, what, number }) => change(view, "stock", `${place}-${item}`, ({ in_hand }) => (
    { in_hand: what === "count" ? number : in_hand + SIGNS[what] * number })),

  "stock.collect": (view, { place, code }, { on, on_text }) => {
    const id = idOf(place, code);
    const known = view.get("collecting", id);
    if (known) {
      const { item, title } = known;
      view.remove("collecting", id);
      move(view, place, item, -1);
      list(view, place, (before) => [{ code: typed(code), item, title, on, on_text }, ...before]);
    } else if (!handed(view, place, code) && !view.get("check_code", id)) {
      view.put("check_code", id, { place, code: typed(code), on, on_text, until: "" });
    }
  },

  "stock.put_back": (view, { place, code }) => {
    const known = handed(view, place, code);
    view.remove("check_code", idOf(place, code));
    if (!known) return;
    const { item, title } = known;
    view.put("collecting", idOf(place, code), { place, code: known.code, item, title });
    move(view, place, item, 1);
    list(view, place, (before) => before.filter((each) => each !== known));
  },

  "stock.checked": (view, { place, code }) => view.remove("check_code", idOf(place, code)),
};

// What was handed over can go back; what was handed over before stays as it was. A movement is put right by counting again.
export const undone = {
  "stock.collect": (view, { place, code }) => (handed(view, place, code) ? { said: "before" } : { said: "handed", kind: "stock.put_back", data: { place, code } }),
  "stock.move": () => ({ said: "counted" }),
};

// What only a look at the whole can tell: a slip of the finger is caught before anything is kept.
export const checks = {
  "stock.collect": ({ code }) => (isCode(code) ? null : { field: "code", key: "code.mistyped" }),
};

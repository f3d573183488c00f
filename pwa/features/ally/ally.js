// What a choice about the ally scheme will have done, shown before the server has said so. Pure.
// Only the server knows whether there is one for everybody, so a request is "asked" until it answers.

const finished = (view, gate, on) => {
  const module = view.get("module", gate);
  return !module || module.review_by < on || view.get("progress", gate)?.gate_met === "yes";
};

const asked = (scheme, item, collect_at, state, day) => ({ scheme, item, collect_at, state, with_person: 0, code: "", ...day,
  expected: "", expected_text: "", collected_on: "", collected_on_text: "" });

const same = (held, item, collect_at) => held?.item === item && held.collect_at === collect_at;

const drop = (view, { scheme }) => view.remove("ally", scheme);

export const ally = {
  "ally.request": (view, { scheme, item, collect_at }, day) => {
    const held = view.get("ally", scheme);
    if (held?.state === "collected" || same(held, item, collect_at)) return;
    const state = finished(view, view.get("scheme", scheme)?.gate, day.on) ? "asked" : "learn";
    view.put("ally", scheme, asked(scheme, item, collect_at, state, day));
  },

  "ally.cancel": (view, data) => { if (view.get("ally", data.scheme)?.state !== "collected") drop(view, data); },

  "ally.step_back": drop,

  "ally.replace": (view, { scheme }, day) => {
    const held = view.get("ally", scheme);
    if (held?.state === "collected") view.put("ally", scheme, asked(scheme, held.item, held.collect_at, "asked", day));
  },
};

const request = (said, { scheme, item, collect_at }) => ({ said, kind: "ally.request", data: { scheme, item, collect_at } });

// What takes an action back exactly, also when it was sent already. Whoever gives up a place in the queue, or what is put aside for
// them, cannot have the very same again: then only the words are said.
const kept = (said, held) => (["learn", "asked"].includes(held?.state) ? request(said, held) : { said });

export const undone = {
  "ally.request": (view, { scheme, item, collect_at }) => {
    const held = view.get("ally", scheme);
    if (held?.state === "collected" || same(held, item, collect_at)) return null;
    return held ? kept("changed", held) : { said: "asked", kind: "ally.cancel", data: { scheme } };
  },

  "ally.cancel": (view, { scheme }) => {
    const held = view.get("ally", scheme);
    return held && held.state !== "collected" ? kept("cancelled", held) : null;
  },

  "ally.step_back": (view, { scheme }) => (view.get("ally", scheme) ? { said: "left" } : null),

  "ally.replace": (view, { scheme }) => (view.get("ally", scheme)?.state === "collected" ? { said: "asked" } : null),
};

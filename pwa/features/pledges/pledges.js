// What a pledge action will have done, shown before the server has said so. Pure: no clock, no database, no network.
// Fields that only the server can know (`shown`, `ask_from`) stay as they were, or empty.

export const pledges = {
  "pledge.take": (view, { pledge, version, show }, { on, on_text }) => {
    const held = view.get("pledging", pledge);
    const first = held ?? { pledge, shown: "", on, on_text, how: "", how_on: "", how_on_text: "", ask_from: "" };
    const earlier = on < first.on ? { on, on_text, ask_from: "" } : {};
    const shown = show === "name" ? first.shown : "";
    if (first.shown && !shown) view.remove("pledge_shown", first.shown);
    view.put("pledging", pledge, { ...first, ...earlier, version, show, shown });
  },

  "pledge.withdraw": (view, { pledge }) => {
    const held = view.get("pledging", pledge);
    if (held?.shown) view.remove("pledge_shown", held.shown);
    view.remove("pledging", pledge);
  },

  "pledge.report": (view, { pledge, how }, { on, on_text }) => {
    const held = view.get("pledging", pledge);
    if (held) view.put("pledging", pledge, { ...held, how, how_on: on, how_on_text: on_text, ask_from: "" });
  },
};

const take = (said, { pledge, version, show }) => ({ said, kind: "pledge.take", data: { pledge, version, show } });

// What takes an action back exactly, also when it was sent already. Nothing, where something would be lost:
// a pledge taken again has today's date and no answer, and a first answer can be changed but not taken back.
export const undone = {
  "pledge.take": (view, { pledge }) => {
    const held = view.get("pledging", pledge);
    return held ? take("changed", held) : { said: "taken", kind: "pledge.withdraw", data: { pledge } };
  },

  "pledge.withdraw": (view, { pledge }, { on }) => {
    const held = view.get("pledging", pledge);
    return held && held.on === on && !held.how ? take("withdrawn", held) : null;
  },

  "pledge.report": (view, { pledge }, { on }) => {
    const held = view.get("pledging", pledge);
    return held?.how && held.how_on === on ? { said: "changed", kind: "pledge.report", data: { pledge, how: held.how } } : null;
  },
};

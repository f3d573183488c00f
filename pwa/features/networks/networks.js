// What a choice about a network will have done, shown before the server has said so. Pure.

const fresh = ({ on, on_text }) => ({ level: "all", since: on.slice(0, 7), since_text: on_text.split(" ").slice(2).join(" ") });

// A name that nobody may see was not looked at.
const told = (held, seen_by) => ({ read_text: seen_by === "committee" ? held.read_text ?? "" : "" });

const change = (view, network, values) => {
  const held = view.get("membership", network);
  if (held) view.put("membership", network, { ...held, ...values(held) });
};

export const networks = {
  "network.join": (view, { network, as, seen_by, consent }, day) => {
    const held = view.get("membership", network) ?? fresh(day);
    view.put("membership", network, { ...held, as, seen_by, consent, ...told(held, seen_by) });
  },

  // At once nothing of it is left to see, also what was said to members only.
  "network.leave": (view, { network }) => {
    view.remove("membership", network);
    for (const post of Object.values(view.collection("post"))) if (post.network === network) view.remove("post", post.id);
    for (const { id, topic } of Object.values(view.collection("notice"))) {
      if (topic === network) ["notice", "notice_read"].forEach((kind) => view.remove(kind, id));
    }
  },

  "network.seen_by": (view, { network, seen_by }) => change(view, network, (held) => ({ seen_by, ...told(held, seen_by) })),

  "network.ask": (view, { topic }) => view.put("asking", topic, { topic }),
};

const choice = (held) => ({ as: held.as, seen_by: held.seen_by, consent: held.consent });

// What takes an action back exactly, also when it was sent already. Who left a network of an earlier month, or one that takes
// nobody new, cannot come back to the very same: then only the words are said.
export const undone = {
  "network.join": (view, { network }) => {
    const held = view.get("membership", network);
    return held ? { said: "changed", kind: "network.join", data: { network, ...choice(held) } } : { said: "joined", kind: "network.leave", data: { network } };
  },

  "network.leave": (view, { network }, { on }) => {
    const held = view.get("membership", network);
    const exact = held && held.since === on.slice(0, 7) && view.get("network", network)?.state === "open";
    return exact ? { said: "left", kind: "network.join", data: { network, ...choice(held) } } : { said: "left" };
  },

  "network.seen_by": (view, { network }) => {
    const held = view.get("membership", network);
    return held ? { said: "changed", kind: "network.seen_by", data: { network, seen_by: held.seen_by } } : null;
  },
};

// The view: the replica with the outbox reduced over it, computed on every read and stored nowhere. Pure.
// Reducers see get, put and remove over all held scopes, and may forget which scope a record is in.
import { longDate, londonDate } from "./dates.js";

const key = (kind, id) => `${kind}:${id}`;

export function viewOf(records) {
  const kinds = Object.create(null);
  let touched = new Set();
  for (const { kind, id, body } of records) (kinds[kind] ??= Object.create(null))[id] = body;
  return {
    get: (kind, id) => kinds[kind]?.[id] ?? null,
    put(kind, id, body) {
      touched.add(key(kind, id));
      (kinds[kind] ??= Object.create(null))[id] = body;
    },
    remove(kind, id) {
      touched.add(key(kind, id));
      if (kinds[kind]) delete kinds[kind][id];
    },
    collection: (kind) => Object.fromEntries(Object.entries(kinds[kind] ?? {}).map(([id, body]) => [id, { ...body, id }])),
    takeTouched() {
      const keys = [...touched];
      touched = new Set();
      return keys;
    },
  };
}

const dayOf = ({ at }) => {
  const on = londonDate(at);
  return { on, on_text: longDate(on) };
};

// Which records an action is about: what its reducer touches, and the record it chooses.
function about(view, action, { reducers, kinds }) {
  const chooses = kinds[action.kind]?.chooses;
  const chosen = chooses ? [key(chooses[0], action.data[chooses[1]])] : [];
  try {
    reducers[action.kind]?.(view, action.data, dayOf(action));
  } catch (error) {
    console.error(action.kind, error); // one bad reducer must not close every page: the action shows as pending only
  }
  return [...new Set([...chosen, ...view.takeTouched()])];
}

// Answers the view with everything waiting reduced over it, for each action the records it is about, and how to take back the one just done.
export function reduced(records, { waiting, settled }, known) {
  const keys = {};
  const scratch = viewOf(records);
  for (const action of settled) keys[action.id] = about(scratch, action, known);
  const view = viewOf(records);
  let undo = null;
  for (const action of waiting) {
    if (action.id === known.just) undo = known.undoing[action.kind]?.(view, action.data, dayOf(action)) ?? null;
    keys[action.id] = about(view, action, known);
  }
  return { view, keys, undo };
}

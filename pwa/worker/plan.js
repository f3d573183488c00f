// A person's if-then plans. They never leave the phone: no action, no request, no record holds one.
import { open, seal } from "./seal.js";

export async function read(store, id) {
  const kept = await store.read(["plan"], ({ plan }) => plan.get(id));
  return kept ? open(kept.sealed) : "";
}

export async function keep(store, id, text) {
  const sealed = await seal(text);
  await store.write(["plan"], ({ plan }) => (text ? plan.put({ id, sealed }) : plan.delete(id)));
}

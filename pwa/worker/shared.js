// Do others use this phone? "yes" is about the phone and holds for whoever uses it. "no" is one person's word and holds for that person alone,
// so somebody new is asked. Kept here only; the server never hears of it.
import * as identity from "./identity.js";

export const isShared = ({ shared }) => (shared === "yes" ? 1 : 0);

// "yes", "no" or "ask"; empty for as long as there is nobody to ask.
export async function answer({ meta, storeOf }) {
  const who = await identity.who(meta);
  if (!who.person) return "";
  const [ready, own] = await storeOf(who.person).read(["value"], ({ value }) => Promise.all([value.get("ready"), value.get("shared")]));
  if (!ready) return "";
  return isShared(who) ? "yes" : own ?? "ask";
}

export async function keep({ meta, storeOf }, person, said) {
  if (said === "yes") await identity.choose(meta, { shared: "yes" });
  if (said !== "no") return;
  await storeOf(person).write(["value"], ({ value }) => value.put("no", "shared"));
  await identity.choose(meta, { shared: "" });
}

// What somebody tells without saying who. Kept without a person, and sent at a random time within a day, with no cookie and no number of this phone.
import { londonDate } from "./dates.js";

const DAY = 24 * 60 * 60 * 1000;
const LATEST = 30 * DAY; // it would count for no month any more

export function keep({ meta, now, random, mint }, kind, data) {
  const told = { id: mint(), kind, day: londonDate(now()), data, due: now() + random() * DAY };
  return meta.write(["anonymous"], ({ anonymous }) => anonymous.put(told));
}

export const forget = ({ meta }) => meta.write(["anonymous"], ({ anonymous }) => anonymous.clear());

// Further away than a day, a clock was turned.
const ready = (now) => ({ due }) => due <= now || due - now > DAY;

// Any answer but trouble of the server's own is the last word: the same thing is never told under another id.
async function over(world, { due, ...told }) {
  if (Math.abs(world.now() - due) > LATEST) return true;
  const headers = { "content-type": "application/json" };
  return (await world.fetch("/anonymous", { method: "POST", headers, credentials: "omit", referrerPolicy: "no-referrer", body: JSON.stringify(told) })).status < 500;
}

export async function send(world) {
  const kept = await world.meta.read(["anonymous"], ({ anonymous }) => anonymous.all());
  for (const told of kept.filter(ready(world.now()))) {
    if (await over(world, told)) await world.meta.write(["anonymous"], ({ anonymous }) => anonymous.delete(told.id));
  }
}

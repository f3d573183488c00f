// What pages are drawn with: the compiled templates, out of the cache the worker was installed with.
import { TEMPLATES } from "./built.js";
import { asset } from "./cache.js";
import { renderer } from "./render.js";

let reading = null;

async function read() {
  const response = await asset(TEMPLATES);
  if (!response.ok) throw new Error(`${TEMPLATES}: ${response.status}`);
  return renderer(await response.json());
}

export async function draw(template, context) {
  reading ??= read().catch((error) => {
    reading = null; // asked again for the next page
    throw error;
  });
  return (await reading)(template, context);
}

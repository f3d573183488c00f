// What this phone says, in one language: templates, words, titles and kinds. A file of the cache the worker was installed with.
import { LANGUAGES } from "./built.js";
import { asset } from "./cache.js";
import { renderer } from "./render.js";

const read = Object.create(null);

async function load(url) {
  const response = await asset(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const said = await response.json();
  return { ...said, draw: renderer(said) };
}

// What was chosen on this phone, else the first that the browser asks for, else the first there is.
export function tagOf(chosen, wanted = navigator.languages) {
  const tags = Object.keys(LANGUAGES);
  const near = (want) => tags.find((tag) => tag === want) ?? tags.find((tag) => tag === want.split("-")[0]);
  return tags.find((tag) => tag === chosen) ?? wanted.map(near).find(Boolean) ?? tags[0];
}

// Answers {tag, dir, words, titles, kinds, draw}.
export const speaking = (tag) => (read[tag] ??= load(LANGUAGES[tag][1]).catch((error) => {
  delete read[tag]; // asked again for the next page
  throw error;
}));

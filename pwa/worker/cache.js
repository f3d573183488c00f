// The files that pages are made of, one cache for each build. Their addresses are hashes, so an older build's copy of one is as good.
import { BUILD, PRECACHE } from "./built.js";

const NAME = `cg-${BUILD}`;

async function keep(cache, url) {
  const old = url.startsWith("/static/") ? await caches.match(url) : undefined;
  const response = old ?? (await fetch(url, { cache: "reload" }));
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  await cache.put(url, response);
}

// All or nothing: a build that is not whole is not installed.
export async function fill() {
  const cache = await caches.open(NAME);
  await Promise.all(PRECACHE.map((url) => keep(cache, url)));
}

// All of ours but the one named.
export async function drop(kept) {
  const names = (await caches.keys()).filter((name) => name.startsWith("cg-") && name !== kept);
  await Promise.all(names.map((name) => caches.delete(name)));
}

export const dropOld = () => drop(NAME);

export const asset = async (request) => (await caches.match(request, { cacheName: NAME })) ?? fetch(request);

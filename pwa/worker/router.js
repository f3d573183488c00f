// Which page a path is, and which part of the worker answers a request. Knows nothing of storage or the network.

const ID = "[A-Za-z0-9_-]{1,64}";
const BACK = "/log-in/directory/back"; // a log in that comes from elsewhere, and so by a link
const DOORS = ["/log-in", "/log-in/account", "/log-in/step", "/log-in/codes", "/demo/log-in", "/log-out", "/look", "/shared"];

const pattern = (path) => new RegExp(`^${path.replace(/\{(\w+)\}/g, `(?<$1>${ID})`)}$`);

export function match(pages, path) {
  for (const page of pages) {
    const found = pattern(page.path).exec(path);
    if (found) return { page, params: { ...found.groups } };
  }
  return null;
}

// null: not ours, the browser goes to the server as if there were no worker.
export function route({ method, path, navigates }, pages) {
  if (path.startsWith("/static/") || path === "/manifest.webmanifest") return method === "GET" ? "asset" : null;
  if (method === "GET" && path === BACK) return "door";
  if (method === "GET") return match(pages, path) ? "page" : navigates ? "elsewhere" : null;
  if (method !== "POST") return null;
  if (path.startsWith("/do/")) return "act";
  if (DOORS.includes(path)) return "door";
  return navigates ? "elsewhere" : null;
}

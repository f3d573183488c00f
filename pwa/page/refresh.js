// The page takes itself anew when the worker says that something changed, and leaves alone what a person is doing.
// The bar comes with it: it holds the sync line, and the way to log in once a session has ended.
import { filling } from "./filling.js";

let late = false;
let refreshing = false;

const asksItself = (ctx) => ctx.request.method === "GET" && ctx.sourceElement === document.body;

export function refresh() {
  late = filling();
  return window.htmx.ajax("GET", location.pathname + location.search, {
    target: "#main", select: "#main", selectOOB: "#bar:outerMorph", swap: late ? "none" : "outerMorph" });
}

export const refreshLate = () => { if (late && !filling()) refresh(); };

function swapping(swap) {
  const { ctx } = swap.detail;
  if (!asksItself(ctx)) return;
  refreshing = ctx.response.status === 200 && !ctx.response.raw.redirected;
  if (refreshing) return;
  swap.preventDefault();
  if (ctx.response.raw.redirected) location.reload(); // somebody else, or nobody, is logged in now
}

export function watchRefresh() {
  document.addEventListener("htmx:before:swap", swapping);
  document.addEventListener("htmx:finally:swap", () => { refreshing = false; });
  document.addEventListener("focusout", () => setTimeout(refreshLate));
  // What a person opened stays open.
  window.htmx.registerExtension("stay-open", { htmx_before_morph_attr: (_, { attrName }) => !(refreshing && attrName === "open") });
}

// What was just done can be taken back for 10 seconds, and for as long as somebody is at the button.

const SHOWN_MS = 10 * 1000;

let timer;

const bar = () => document.getElementById("undo");

function over() {
  if (bar().matches(":hover, :focus-within")) {
    offer();
    return;
  }
  bar().querySelector("form")?.remove();
  bar().querySelector("[role=status]").textContent = "";
}

function offer() {
  clearTimeout(timer);
  timer = setTimeout(over, SHOWN_MS);
}

export function watchUndo() {
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.request.method === "POST") offer(); });
}

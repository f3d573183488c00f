// Hide: a public page takes the place of this one, and of each earlier private page that somebody goes back to,
// until a private page is opened on purpose. (Firefox gives a tab that goes back another sessionStorage than the one it had.)

const MARK = "hidden";

const link = () => document.querySelector("[data-hide]");
const keeps = () => link()?.dataset.hide === ""; // a public page ("once") is only left

function hide() {
  document.documentElement.hidden = true;
  location.replace(link().href);
  localStorage.setItem(MARK, "1");
}

function pressed(click) {
  if (!click.target.closest("[data-hide]")) return;
  click.preventDefault();
  hide();
}

function arrived(back) {
  if (!keeps() || !localStorage.getItem(MARK)) return;
  if (back) hide();
  else localStorage.removeItem(MARK);
}

export function watchHide() {
  document.addEventListener("click", pressed);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) arrived(true); });
  arrived(performance.getEntriesByType("navigation")[0]?.type === "back_forward");
}

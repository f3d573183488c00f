// "Remind me when I have signal": one mark on this phone. What it is about is nowhere.

const MARK = "remind";
const notice = () => document.getElementById("remind");

const show = () => { notice().hidden = !navigator.onLine || !localStorage.getItem(MARK); };

function pressed({ target }) {
  const asked = target.closest("[data-remind]");
  if (asked) {
    localStorage.setItem(MARK, "1");
    asked.nextElementSibling.hidden = false;
  } else if (notice().contains(target)) {
    localStorage.removeItem(MARK);
    notice().hidden = true;
  }
}

export function watchRemind(quiet) {
  document.addEventListener("click", pressed);
  if (quiet) return;
  addEventListener("online", show);
  show();
}

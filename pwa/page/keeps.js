// Will this phone keep what a person did? Decides from facts alone; null is what a browser does not tell, and stays "unsure".

const MB = 1024 * 1024;
const LEAST_SPACE = 50 * MB;
const GB = 1024 * MB;
const SMALL = GB; // less than any phone has for an ordinary window
const CLOCK_MS = 5 * 60 * 1000;

const told = (fact, answer) => (fact === null ? "unsure" : answer);

// How to add the app is another way in each browser. An iPad says that it is a Mac, and has a touch screen.
function way({ agent, touch }) {
  if (/iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && touch)) return "iphone";
  if (/Firefox/.test(agent)) return "firefox";
  return /Android/.test(agent) ? "android" : "other";
}

// Whose steps come first on /me/install; Firefox has some on phones alone.
export function steps(phone) {
  if (/SamsungBrowser/.test(phone.agent)) return "samsung";
  const found = way(phone);
  return found === "firefox" && !/Android/.test(phone.agent) ? "other" : found;
}

const worker = ({ controlled, heard }) => (controlled ? told(heard, "yes") : "no");

const promise = ({ persisted, asked }) => told(persisted, persisted ? "yes" : asked ? "refused" : "no");

function home({ installed, added, offered, ...phone }) {
  if (installed) return "yes";
  if (added) return "added";
  return offered ? "offer" : way(phone);
}

// No browser says it. An app of its own is none; little space and no promise are a sign of one, not more.
function privately({ installed, persisted, quota }) {
  if (installed) return "yes";
  return quota !== null && quota < SMALL && !persisted ? "maybe" : "unsure";
}

// Chromium tells a whole number of GB, however little is left: nobody shall know a phone by it.
function space({ quota, usage }) {
  const left = quota - usage;
  if (quota === null) return "unsure";
  if (left < LEAST_SPACE) return "no";
  return left % GB === 0 ? "unsure" : "yes";
}

function sent({ unsent, heard }) {
  if (unsent) return unsent === 1 ? "one" : "many";
  return unsent === null ? "unsure" : told(heard, "yes");
}

// A full phone says so when it cannot save, so space that is not told is no doubt. By a wrong clock and by what waits nothing is lost.
const KEEPING = ["worker", "promise", "home", "window"];

export function answers(facts) {
  const found = {
    worker: worker(facts),
    promise: promise(facts),
    home: home(facts),
    window: privately(facts),
    space: space(facts),
    clock: told(facts.clock, Math.abs(facts.clock) > CLOCK_MS ? "no" : "yes"),
    sent: sent(facts),
  };
  return { ...found, all: found.space !== "no" && KEEPING.every((name) => found[name] === "yes") ? "yes" : "unsure" };
}

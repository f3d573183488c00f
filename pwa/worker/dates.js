// Dates in words, London time. The twin of pwa/dates.py; tests/vectors/dates.json holds them together.
// British Summer Time is a rule, the one in force since 1996, because Intl is not everywhere.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December"];
const HOUR = 3600000;
const DAY = 24 * HOUR;

// 1763906520000 -> "2025-11-23"
export const londonDate = (ms) => london(ms).slice(0, 10);

// 1763906520000 -> "14:02"
export const clock = (ms) => london(ms).slice(11, 16);

// "2026-11-23" -> "Monday 23 November 2026"; anything but a real day in that form throws
export function longDate(iso) {
  const day = /^\d{4}-\d\d-\d\d$/.test(iso) ? new Date(`${iso}T00:00:00Z`) : new Date(NaN);
  if (iso.startsWith("0000") || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== iso) {
    throw new RangeError(`not a date: ${iso}`);
  }
  return `${DAYS[day.getUTCDay()]} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

function london(ms) {
  const year = new Date(ms).getUTCFullYear();
  const summer = lastSunday(year, 2) <= ms && ms < lastSunday(year, 9);
  return new Date(ms + (summer ? HOUR : 0)).toISOString();
}

// The moment the clocks change, 01:00 UTC, in a month of 31 days.
function lastSunday(year, month) {
  const last = Date.UTC(year, month, 31, 1);
  return last - new Date(last).getUTCDay() * DAY;
}

// The check of a code that is shown to collect something: the twin of server/features/ally_code.py. Pure.

const SIGNS = "23456789CDFHJKMNPRTVWXY";

export const typed = (text) => text.replace(/[\s-]/g, "").toUpperCase();

export function isCode(text) {
  const code = [...typed(text)].map((sign) => SIGNS.indexOf(sign));
  const [a, b, c, check] = code;
  return code.length === 4 && !code.includes(-1) && (2 * a + 3 * b + 4 * c) % SIGNS.length === check;
}

/**
 * The identity of a row among the rows of one table, operator or result. Equal identities
 * are equal keys. A whole number stands for itself, since maps are fastest on numbers.
 */
export type Key = string | number;

/** The key part of NULL; no other part is written so. */
export const NULL_PART = '\\N';

/** A text as one part of a key: `|` and `\` are escaped, so that parts can be joined. */
export function keyPart(text: string): string {
  return /[|\\]/.test(text) ? text.replace(/[|\\]/g, '\\$&') : text;
}

/** The key of several parts, each already a part. Different lists give different keys. */
export const joinParts = (parts: readonly string[]): string => parts.join('|');

/** The identity of a row made of two rows. */
export function pairKey(left: Key, right: Key): string {
  return `${pairPart(left)}|${pairPart(right)}`;
}

function pairPart(key: Key): string {
  return typeof key === 'number' ? wholeText(key) : keyPart(key);
}

const THREE_DIGITS = Array.from({length: 1000}, (_, n) => String(n).padStart(3, '0'));
const UP_TO_THREE = Array.from({length: 1000}, (_, n) => String(n));

/**
 * `String` of a whole number, three digits at a time. JavaScript remembers the texts of
 * numbers in a table that outlives them; with many rows it finds few of them there again,
 * and the collector carries them all.
 */
function wholeText(whole: number): string {
  if (!(whole >= 0 && whole < 1e9)) return String(whole);
  if (whole < 1000) return UP_TO_THREE[whole] as string;
  const thousands = Math.floor(whole / 1000);
  const low = THREE_DIGITS[whole - thousands * 1000] as string;
  if (thousands < 1000) return (UP_TO_THREE[thousands] as string) + low;
  const millions = Math.floor(thousands / 1000);
  const middle = THREE_DIGITS[thousands - millions * 1000] as string;
  return (UP_TO_THREE[millions] as string) + middle + low;
}

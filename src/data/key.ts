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
  if (typeof left === 'number' && typeof right === 'number') return `${left}|${right}`;
  return `${pairPart(left)}|${pairPart(right)}`;
}

function pairPart(key: Key): string {
  return typeof key === 'number' ? String(key) : keyPart(key);
}

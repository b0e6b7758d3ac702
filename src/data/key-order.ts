import type {Key} from './key.ts';

/**
 * The order in which results are listed: by identity, part by part, where whole numbers
 * come first and by size, and texts follow by their characters. Total: no two identities
 * are equal in it, so that a cursor stands at one place for good.
 */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = String(a).split('|');
  const right = String(b).split('|');
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || (typeof a === 'number' ? -1 : typeof b === 'number' ? 1 : 0);
}

const WHOLE = /^-?\d+$/;

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  const wholeA = WHOLE.test(a);
  if (wholeA !== WHOLE.test(b)) return wholeA ? -1 : 1;
  return (wholeA && compareWhole(a, b)) || (a < b ? -1 : 1);
}

function compareWhole(a: string, b: string): number {
  if (a.length < 16 && b.length < 16) return Number(a) - Number(b);
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Where in a list that is in order what follows `key` begins; whether or not it holds `key`. */
export function placeAfter(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle]!, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type {Column} from '../data/schema.ts';

/** Columns are plain data, so their texts tell. */
export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a === b || (a.length === b.length && JSON.stringify(a) === JSON.stringify(b));
}

import type {Key} from '../../src/data/key.ts';
import type {Row, Value} from '../../src/data/value.ts';
import type {Rows} from './expect-incremental.ts';

/** Ascending, null last. */
export function nullsLast(a: Value | undefined, b: Value | undefined): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return a < b ? -1 : 1;
}

/** Entries by a column ascending (or descending, null first), then by key. */
export function sortedBy(rows: Rows, index: number, {descending = false} = {}): [Key, Row][] {
  return [...rows].sort(([aKey, a], [bKey, b]) => {
    const order = nullsLast(a[index], b[index]);
    return (descending ? -order : order) || Number(aKey) - Number(bKey);
  });
}

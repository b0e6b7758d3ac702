import type {Key} from '../../src/data/key.ts';
import type {Row} from '../../src/data/value.ts';
import type {Rows} from './expect-incremental.ts';

/** The first column joins; null meets nothing. */
export const firstColumn = ([value]: Row): Key | null => (value as Key | null) ?? null;

/** Second columns that differ: a residual predicate, over both rows side by side. */
export const differ = (row: Row): boolean =>
  row[1] !== null && row[4] !== null && row[1] !== row[4];

export const always = (): boolean => true;

/** The rows of both sides that meet: by nested loops, as the definition says. */
export function meetings(
  left: Rows,
  right: Rows,
  residual: (row: Row) => boolean,
): {leftKey: Key; rightKey: Key; row: Row}[] {
  const found: {leftKey: Key; rightKey: Key; row: Row}[] = [];
  for (const [leftKey, l] of left) {
    for (const [rightKey, r] of right) {
      const row = [...l, ...r];
      if (l[0] !== null && l[0] === r[0] && residual(row)) found.push({leftKey, rightKey, row});
    }
  }
  return found;
}

export const threeNulls: Row = [null, null, null];

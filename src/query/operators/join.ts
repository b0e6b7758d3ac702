import type {Key} from '../../data/key.ts';
import type {Row, Value} from '../../data/value.ts';

/**
 * What a join is told about its two sides. `leftKey` and `rightKey` answer a row's join
 * key, null where a part of it is NULL: such a row meets nothing.
 */
export interface JoinSides {
  readonly leftKey: (row: Row) => Key | null;
  readonly rightKey: (row: Row) => Key | null;
  /** Whether two rows of a side surely have one key: see `sameKey`. */
  readonly leftStays?: (before: Row, after: Row) => boolean;
  readonly rightStays?: (before: Row, after: Row) => boolean;
}

export const never = (): boolean => false;

/** The row of a pair; undefined where the residual predicate does not hold for it. */
export type PairRow = (left: Row, right: Row) => Row | undefined;

/** Left columns, then right ones, where `residual` holds for them. */
export function pairRow(residual: ((row: Row) => boolean) | undefined): PairRow {
  if (!residual) return beside;
  return (left, right) => {
    const row = beside(left, right);
    return residual(row) ? row : undefined;
  };
}

/** Left columns, then right ones: what `concat` answers, in a fifth of its time. */
export function beside(left: Row, right: Row): Row {
  const row = new Array<Value>(left.length + right.length);
  for (let i = 0; i < left.length; i++) row[i] = left[i] as Value;
  for (let i = 0; i < right.length; i++) row[left.length + i] = right[i] as Value;
  return row;
}

export const nulls = (count: number): Row => Array.from({length: count}, () => null);

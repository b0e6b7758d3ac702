import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';

/**
 * What a join is told about its two sides. `leftKey` and `rightKey` answer a row's join
 * key, null where a part of it is NULL: such a row meets nothing.
 */
export interface JoinSides {
  readonly leftKey: (row: Row) => Key | null;
  readonly rightKey: (row: Row) => Key | null;
}

/** The row of a pair; undefined where the residual predicate does not hold for it. */
export type PairRow = (left: Row, right: Row) => Row | undefined;

/** Left columns, then right ones, where `residual` holds for them. */
export function pairRow(residual: ((row: Row) => boolean) | undefined): PairRow {
  if (!residual) return (left, right) => left.concat(right);
  return (left, right) => {
    const row = left.concat(right);
    return residual(row) ? row : undefined;
  };
}

export const nulls = (count: number): Row => Array.from({length: count}, () => null);

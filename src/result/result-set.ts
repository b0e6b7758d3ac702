import {identicalRows} from '../data/compare.ts';
import {consolidate, type Delta} from '../data/delta.ts';
import type {Diff} from '../data/diff.ts';
import type {Key} from '../data/key.ts';
import {compareKeys} from '../data/key-order.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';

/** A query's result: its rows by identity, as of the last transaction applied. */
export interface ResultSet {
  /** Applies what one transaction did and answers it as a diff, without what changed nothing. */
  apply(delta: Delta): Diff;
  /**
   * Takes the rows of a query hydrated anew; the diff is what differs from those held.
   * `reshaped`: their columns are others now, so that every row that stays is updated.
   */
  replace(rows: Delta, options?: {readonly reshaped: boolean}): Diff;
  /** Its rows, in no order. */
  rows(): IterableIterator<[Key, Row]>;
  row(key: Key): Row | undefined;
  /**
   * Its identities in order. Sorted when it is asked for and rows have come or gone since;
   * rows that only changed cost nothing.
   */
  keys(): readonly Key[];
  readonly size: number;
}

export function resultSet(): ResultSet {
  let rows = new Map<Key, Row>();
  let sorted: readonly Key[] | undefined;

  return {
    apply(delta) {
      const diff = emptyDiff();
      for (const {key, before, after} of consolidate(delta)) {
        assert(rows.has(key) === (before !== undefined), `result row ${key} is not as edited`);
        if (after) rows.set(key, after);
        else rows.delete(key);
        note(diff, key, before, after);
      }
      if (diff.added.length + diff.deleted.length > 0) sorted = undefined;
      return diff;
    },
    replace(delta, {reshaped} = {reshaped: false}) {
      const diff = emptyDiff();
      const held = rows;
      rows = new Map();
      sorted = undefined;
      for (const {key, after} of consolidate(delta)) {
        assert(after !== undefined, `result row ${key} is missing in a new result`);
        rows.set(key, after);
        const before = held.get(key);
        if (before && reshaped) diff.updated.push({key, before, after});
        else note(diff, key, before, after);
      }
      for (const [key, before] of held) {
        if (!rows.has(key)) note(diff, key, before, undefined);
      }
      return diff;
    },
    rows: () => rows.entries(),
    row: (key) => rows.get(key),
    keys() {
      sorted ??= [...rows.keys()].sort(compareKeys);
      return sorted;
    },
    get size() {
      return rows.size;
    },
  };
}

type GrowingDiff = {-readonly [Part in keyof Diff]: Diff[Part][number][]};

const emptyDiff = (): GrowingDiff => ({added: [], updated: [], deleted: []});

function note(diff: GrowingDiff, key: Key, before: Row | undefined, after: Row | undefined): void {
  if (!before) {
    if (after) diff.added.push({key, after});
  } else if (!after) diff.deleted.push({key, before});
  else if (!identicalRows(before, after)) diff.updated.push({key, before, after});
}

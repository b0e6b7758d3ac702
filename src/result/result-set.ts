import {identicalRows} from '../data/compare.ts';
import {consolidate, type Delta} from '../data/delta.ts';
import type {Diff} from '../data/diff.ts';
import type {Key} from '../data/key.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';

/** A query's result: its rows by identity, as of the last transaction applied. */
export interface ResultSet {
  /** Applies what one transaction did and answers it as a diff, without what changed nothing. */
  apply(delta: Delta): Diff;
  /** Its rows, ordered by identity. */
  rows(): IterableIterator<[Key, Row]>;
  readonly size: number;
}

type Added = {key: Key; after: Row};
type Updated = {key: Key; before: Row; after: Row};
type Deleted = {key: Key; before: Row};

export function resultSet(): ResultSet {
  const rows = new Map<Key, Row>();

  return {
    apply(delta) {
      const added: Added[] = [];
      const updated: Updated[] = [];
      const deleted: Deleted[] = [];
      for (const {key, before, after} of consolidate(delta)) {
        assert(rows.has(key) === (before !== undefined), `result row ${key} is not as edited`);
        if (after === undefined) {
          rows.delete(key);
          if (before) deleted.push({key, before});
          continue;
        }
        rows.set(key, after);
        if (!before) added.push({key, after});
        else if (!identicalRows(before, after)) updated.push({key, before, after});
      }
      return {added, updated, deleted} satisfies Diff;
    },
    rows: () => rows.entries(),
    get size() {
      return rows.size;
    },
  };
}

import {identicalRows} from '../data/compare.ts';
import type {Delta, Edit} from '../data/delta.ts';
import type {Diff} from '../data/diff.ts';
import type {Key} from '../data/key.ts';
import {compareKeys} from '../data/key-order.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';

/**
 * A query's result: its rows by identity, as of the last transaction applied. The deltas it
 * takes are a query's answers (`RunningQuery`): net, so that no key is named twice.
 */
export interface ResultSet {
  /** Applies what one transaction did and answers it as a diff. */
  apply(delta: Delta): Diff;
  /**
   * Takes the rows of a query hydrated anew; the diff is what differs from those held. Another
   * query text, or a restart, may have made a number of an identity that was a text, or a text of
   * a number: clients know it by its text, so that is one row.
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

  /** As most transactions are: without lists that stay empty. */
  function one(edit: Edit): Diff {
    const {key, before, after} = edit;
    if (put(rows, key, after) !== (before !== undefined)) notAsEdited(edit);
    if (before && after) return {added: NONE, updated: [{key, before, after}], deleted: NONE};
    sorted = undefined;
    return before
      ? {added: NONE, updated: NONE, deleted: [{key, before}]}
      : {added: [{key, after: after!}], updated: NONE, deleted: NONE};
  }

  return {
    apply(delta) {
      if (delta.length === 1) return one(delta[0]!);
      const diff = emptyDiff();
      for (const edit of delta) {
        const {key, before, after} = edit;
        if (put(rows, key, after) !== (before !== undefined)) notAsEdited(edit);
        if (!before) diff.added.push({key, after: after!});
        else if (!after) diff.deleted.push({key, before});
        else diff.updated.push({key, before, after});
      }
      if (diff.added.length + diff.deleted.length > 0) sorted = undefined;
      return diff;
    },
    replace(delta, {reshaped} = {reshaped: false}) {
      const diff = emptyDiff();
      const held = rows;
      rows = new Map();
      sorted = undefined;
      if (held.size === 0) return filled(rows, delta);
      for (const edit of delta) {
        const {key, after} = edit;
        if (!after || put(rows, key, after)) notAsEdited(edit);
        const before = held.get(key) ?? held.get(otherForm(key));
        if (before && reshaped) diff.updated.push({key, before, after});
        else note(diff, key, before, after);
      }
      for (const [key, before] of held) {
        if (!rows.has(key) && !rows.has(otherForm(key))) note(diff, key, before, undefined);
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

/** Holds a row under its key, or none; answers whether there was one, by a single lookup. */
function put(rows: Map<Key, Row>, key: Key, row: Row | undefined): boolean {
  if (!row) return rows.delete(key);
  const {size} = rows;
  rows.set(key, row);
  return rows.size === size;
}

/** The identity that has the same text; itself where there is no other. */
function otherForm(key: Key): Key {
  if (typeof key === 'number') return String(key);
  const whole = Number(key);
  return String(whole) === key ? whole : key;
}

/** Puts rows where none were: the delta is the diff then. */
function filled(rows: Map<Key, Row>, delta: Delta): Diff {
  for (const edit of delta) if (!edit.after || put(rows, edit.key, edit.after)) notAsEdited(edit);
  return {added: delta as Diff['added'], updated: NONE, deleted: NONE};
}

/** Apart from the loops, so that the text is made for the edit alone that is wrong. */
function notAsEdited({key}: Edit): never {
  assert(false, `result row ${key} is not as edited`);
}

const NONE: readonly never[] = [];

type GrowingDiff = {-readonly [Part in keyof Diff]: Diff[Part][number][]};

const emptyDiff = (): GrowingDiff => ({added: [], updated: [], deleted: []});

function note(diff: GrowingDiff, key: Key, before: Row | undefined, after: Row | undefined): void {
  if (!before) {
    if (after) diff.added.push({key, after});
  } else if (!after) diff.deleted.push({key, before});
  else if (!identicalRows(before, after)) diff.updated.push({key, before, after});
}

import {identicalRows} from '../data/compare.ts';
import type {Edit} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import {keyOf} from '../data/key-of.ts';
import type {Table} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {type OldTuple, type Tuple, UNCHANGED} from '../postgres/pgoutput.ts';
import {sourceProblems} from './problems.ts';
import type {Comparison, TableImage} from './table-image.ts';

/** A Map has no more than 2^24 entries; below it there is room for a transaction. */
export const ROWS_MAX = 16_000_000;

/**
 * The image of a table whose rows are told apart by `keyColumns`: its replica identity's
 * columns, or others where whole old rows are logged.
 */
export function keyedImage(table: Table, {rowsMax} = {rowsMax: ROWS_MAX}): TableImage {
  const types = table.columns.map(({type}) => type);
  const keyOfRow = keyOf(types, table.keyColumns);
  let rows = new Map<Key, Row>();

  function held(key: Key, what: string): Row {
    const row = rows.get(key);
    if (row) return row;
    throw sourceProblems['image-out-of-step']({table: table.id, key: String(key), what});
  }
  function put(key: Key, row: Row, edits: Edit[]): void {
    if (rows.has(key)) {
      const what = 'A row was inserted whose key is held already';
      throw sourceProblems['image-out-of-step']({table: table.id, key: String(key), what});
    }
    if (rows.size >= rowsMax)
      throw sourceProblems['table-too-large']({table: table.id, rows: rowsMax});
    rows.set(key, row);
    edits.push({key, before: undefined, after: row});
  }
  function take(key: Key, before: Row, edits: Edit[]): void {
    rows.delete(key);
    edits.push({key, before, after: undefined});
  }

  return {
    insert(tuple, edits) {
      // Postgres sends every value of a new row.
      const row = tuple as Row;
      put(keyOfRow(row), row, edits);
    },
    update(old, tuple, edits) {
      // Without an old row the key is what it was, and stands in the new one.
      const oldKey = keyOfRow((old?.row ?? tuple) as Row);
      const before = held(oldKey, 'A row was updated that is not held');
      const after = completed(tuple, before, old);
      const key = old ? keyOfRow(after) : oldKey;
      if (key === oldKey) {
        rows.set(key, after);
        edits.push({key, before, after});
      } else {
        take(oldKey, before, edits);
        put(key, after, edits);
      }
    },
    remove(old, edits) {
      const key = keyOfRow(old.row as Row);
      take(key, held(key, 'A row was deleted that is not held'), edits);
    },
    clear(edits) {
      for (const [key, before] of rows) edits.push({key, before, after: undefined});
      rows = new Map();
    },
    undo(edits) {
      for (const {key, before} of edits.toReversed()) {
        if (before === undefined) rows.delete(key);
        else rows.set(key, before);
      }
    },
    compare: () =>
      comparison({table, held: rows, keyOfRow, rowsMax}, (next) => {
        rows = next;
      }),
    rows: () => rows,
    row: (key) => rows.get(key),
    namer: () => keyOfRow,
    load(stored) {
      rows = stored;
    },
    get size() {
      return rows.size;
    },
  };
}

/** The new row with the large values that the update left as they were. */
function completed(tuple: Tuple, before: Row, old: OldTuple | undefined): Row {
  if (!tuple.includes(UNCHANGED)) return tuple as Row;
  const source = old?.kind === 'full' ? (old.row as Row) : before;
  return tuple.map((value, i) => (value === UNCHANGED ? (source[i] ?? null) : value));
}

function comparison(
  {
    table,
    held,
    keyOfRow,
    rowsMax,
  }: {table: Table; held: Map<Key, Row>; keyOfRow: (row: Row) => Key; rowsMax: number},
  adopt: (rows: Map<Key, Row>) => void,
): Comparison {
  const next = new Map<Key, Row>();
  const edits: Edit[] = [];
  const first = held.size === 0;
  let count = 0;
  return {
    add(row) {
      const key = keyOfRow(row);
      const before = first ? undefined : held.get(key);
      const same = before !== undefined && identicalRows(before, row);
      next.set(key, same ? before : row);
      count += 1;
      // A lookup of its own would be one more of a million.
      if (next.size < count) {
        throw sourceProblems['table-key-not-unique']({table: table.id, key: String(key)});
      }
      if (count > rowsMax)
        throw sourceProblems['table-too-large']({table: table.id, rows: rowsMax});
      if (!same) edits.push({key, before, after: row});
    },
    difference() {
      if (first) return edits;
      for (const [key, before] of held) {
        if (!next.has(key)) edits.push({key, before, after: undefined});
      }
      return edits;
    },
    adopt: () => adopt(next),
  };
}

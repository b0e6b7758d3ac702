import type {Edit} from '../data/delta.ts';
import {joinParts, type Key, keyPart, NULL_PART} from '../data/key.ts';
import type {Table} from '../data/schema.ts';
import {textWriter} from '../data/text.ts';
import type {Row} from '../data/value.ts';
import {type OldTuple, type Tuple, UNCHANGED} from '../postgres/pgoutput.ts';
import {ROWS_MAX} from './keyed-image.ts';
import {sourceProblems} from './problems.ts';
import type {Comparison, TableImage} from './table-image.ts';

/** How many copies of a row there are. */
interface Copies {
  readonly row: Row;
  readonly count: number;
}

/**
 * The image of a table whose rows nothing tells apart but all their values, under REPLICA
 * IDENTITY FULL: a bag of rows. The key of a row is its values and which copy it is; when
 * one copy goes it is the last, since copies do not differ. An update is a delete and an
 * insert: no identity joins the two rows.
 */
export function bagImage(table: Table, {rowsMax} = {rowsMax: ROWS_MAX}): TableImage {
  const nameOf = rowNamer(table);
  let bag = new Map<string, Copies>();
  let size = 0;

  function put(row: Row, edits: Edit[]): void {
    if (size >= rowsMax) throw sourceProblems['table-too-large']({table: table.id, rows: rowsMax});
    size += 1;
    const name = nameOf(row);
    const count = bag.get(name)?.count ?? 0;
    bag.set(name, {row, count: count + 1});
    edits.push({key: copyKey(name, count), before: undefined, after: row});
  }
  function take(row: Row, edits: Edit[]): void {
    const name = nameOf(row);
    const copies = bag.get(name);
    if (!copies) {
      const what = 'A row was updated or deleted that is not held';
      throw sourceProblems['image-out-of-step']({table: table.id, key: name, what});
    }
    size -= 1;
    const count = copies.count - 1;
    if (count === 0) bag.delete(name);
    else bag.set(name, {row: copies.row, count});
    edits.push({key: copyKey(name, count), before: copies.row, after: undefined});
  }

  return {
    insert: (tuple, edits) => put(tuple as Row, edits),
    update(old, tuple, edits) {
      const before = wholeRow(old);
      take(before, edits);
      put(
        tuple.map((value, i) => (value === UNCHANGED ? (before[i] ?? null) : value)),
        edits,
      );
    },
    remove: (old, edits) => take(wholeRow(old), edits),
    clear(edits) {
      for (const [key, before] of rowsOf(bag)) edits.push({key, before, after: undefined});
      bag = new Map();
      size = 0;
    },
    undo(edits) {
      for (const {before, after} of edits.toReversed()) {
        if (before) put(before, []);
        if (after) take(after, []);
      }
    },
    compare: () =>
      comparison({table, held: bag, nameOf, rowsMax}, (next, count) => {
        bag = next;
        size = count;
      }),
    rows: () => rowsOf(bag),
    row(key) {
      const {name, copy} = copyOf(key);
      const copies = bag.get(name);
      return copies && copy < copies.count ? copies.row : undefined;
    },
    namer() {
      const copies = new Map<string, number>();
      return (row) => {
        const name = nameOf(row);
        const copy = copies.get(name) ?? 0;
        copies.set(name, copy + 1);
        return copyKey(name, copy);
      };
    },
    load(stored) {
      for (const row of stored.values()) put(row, []);
    },
    get size() {
      return size;
    },
  };

  function wholeRow(old: OldTuple | undefined): Row {
    if (old?.kind === 'full') return old.row as Row;
    const what = 'A row was updated or deleted without its old values';
    throw sourceProblems['image-out-of-step']({table: table.id, key: 'not known', what});
  }
}

const copyKey = (name: string, copy: number): Key => joinParts([name, String(copy)]);

function copyOf(key: Key): {readonly name: string; readonly copy: number} {
  const text = String(key);
  const end = text.lastIndexOf('|');
  return {name: text.slice(0, end), copy: Number(text.slice(end + 1))};
}

function* rowsOf(bag: ReadonlyMap<string, Copies>): Iterable<readonly [Key, Row]> {
  for (const [name, {row, count}] of bag) {
    for (let copy = 0; copy < count; copy++) yield [copyKey(name, copy), row];
  }
}

/** A text that rows share when they print alike: equal numbers of two scales do not. */
function rowNamer(table: Table): (row: Tuple) => string {
  const writers = table.columns.map(({type}) => textWriter(type));
  return (row) =>
    joinParts(
      writers.map((write, i) => {
        const value = row[i];
        if (value === null || value === undefined || value === UNCHANGED) return NULL_PART;
        return keyPart(write(value));
      }),
    );
}

function comparison(
  {
    table,
    held,
    nameOf,
    rowsMax,
  }: {
    table: Table;
    held: ReadonlyMap<string, Copies>;
    nameOf: (row: Row) => string;
    rowsMax: number;
  },
  adopt: (bag: Map<string, Copies>, size: number) => void,
): Comparison {
  const next = new Map<string, Copies>();
  const edits: Edit[] = [];
  let size = 0;
  return {
    add(row) {
      size += 1;
      if (size > rowsMax) throw sourceProblems['table-too-large']({table: table.id, rows: rowsMax});
      const name = nameOf(row);
      const copy = next.get(name)?.count ?? 0;
      next.set(name, {row, count: copy + 1});
      if (copy < (held.get(name)?.count ?? 0)) return;
      edits.push({key: copyKey(name, copy), before: undefined, after: row});
    },
    difference() {
      for (const [name, {row, count}] of held) {
        for (let copy = next.get(name)?.count ?? 0; copy < count; copy++) {
          edits.push({key: copyKey(name, copy), before: row, after: undefined});
        }
      }
      return edits;
    },
    adopt: () => adopt(next, size),
  };
}

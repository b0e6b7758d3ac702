import {identicalRows} from '../data/compare.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import type {Captured} from './captured.ts';
import type {TableImage} from './table-image.ts';

/** What a table in the database has that is not held, and the other way round. */
export interface TableDifference {
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  /** The keys of some of them. */
  readonly keys: readonly string[];
}

/** Keys that a difference names. */
const KEYS = 5;

/** Rows of a snapshot, one by one, held against the image as it was at the snapshot. */
export interface TableCheck {
  add(row: Row): void;
  /** Rows that were added. */
  readonly rows: number;
  /** What is known after the last row; undefined where nothing differs. */
  difference(): TableDifference | undefined;
  /** Begins a second pass over the same rows: it names rows that should not be held. */
  strangers(): {
    add(row: Row): void;
    /** To be called, after the last row, with the keys that are held; answers when it is enough. */
    look(key: Key): boolean;
  };
}

export function tableCheck(
  table: TableId,
  image: TableImage,
  captured: Pick<Captured, 'rows' | 'more'>,
): TableCheck {
  const others = captured.rows(table);
  const nameOf = image.namer();
  const keys: string[] = [];
  let [rows, missing, changed] = [0, 0, 0];

  const heldThen = (key: Key): Row | undefined =>
    others.has(key) ? others.get(key) : image.row(key);

  function differs(key: Key): void {
    if (keys.length < KEYS) keys.push(String(key));
  }

  return {
    add(row) {
      rows += 1;
      const key = nameOf(row);
      const held = heldThen(key);
      if (held && identicalRows(held, row)) return;
      if (held) changed += 1;
      else missing += 1;
      differs(key);
    },
    get rows() {
      return rows;
    },
    difference() {
      const extra = image.size + captured.more(table) - (rows - missing);
      return missing + changed + extra === 0 ? undefined : {missing, changed, extra, keys};
    },
    strangers() {
      const there = new Set<Key>();
      const name = image.namer();
      return {
        add: (row) => void there.add(name(row)),
        look(key) {
          if (!there.has(key) && heldThen(key)) differs(key);
          return keys.length === KEYS;
        },
      };
    },
  };
}

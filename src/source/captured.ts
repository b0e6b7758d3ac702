import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';

/**
 * What the image was at a position, while it moves on: of every row that changed after the
 * position, how it was there. The position may become known later than the first changes.
 */
export interface Captured {
  /** Takes each transaction, in the turn in which the image moves by it. */
  take(transaction: Transaction): void;
  /** The position it is about: what committed up to it is part of it. */
  settle(lsn: Lsn): void;
  /** The rows of a table that are others now; undefined: there was none. */
  rows(table: TableId): ReadonlyMap<Key, Row | undefined>;
  /** How many rows more than now the table had. */
  more(table: TableId): number;
  /** More has changed than may be held: it knows nothing any more. */
  readonly full: boolean;
}

interface CapturedTable {
  readonly rows: Map<Key, Row | undefined>;
  more: number;
}

/** `changesMax`: changes that are held at most. */
export function captured({changesMax}: {readonly changesMax: number}): Captured {
  const tables = new Map<TableId, CapturedTable>();
  let waiting: Transaction[] = [];
  let position: Lsn | undefined;
  let changes = 0;
  let full = false;

  function tableOf(id: TableId): CapturedTable {
    const known = tables.get(id) ?? {rows: new Map(), more: 0};
    tables.set(id, known);
    return known;
  }
  function undo(transaction: Transaction): void {
    for (const [id, delta] of transaction.changes) {
      const table = tableOf(id);
      for (const {key, before, after} of delta) {
        if (!table.rows.has(key)) table.rows.set(key, before);
        table.more += (before ? 1 : 0) - (after ? 1 : 0);
      }
    }
  }

  return {
    take(transaction) {
      if (full) return;
      for (const delta of transaction.changes.values()) changes += delta.length;
      if (changes > changesMax) {
        full = true;
        waiting = [];
        tables.clear();
      } else if (position === undefined) waiting.push(transaction);
      else if (transaction.lsn > position) undo(transaction);
    },
    settle(lsn) {
      position = lsn;
      for (const transaction of waiting) if (transaction.lsn > lsn) undo(transaction);
      waiting = [];
    },
    rows: (table) => tableOf(table).rows,
    more: (table) => tableOf(table).more,
    get full() {
      return full;
    },
  };
}

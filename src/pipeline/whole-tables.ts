import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';

/** All rows of a table as having come with a transaction: what a query is hydrated with. */
export type WholeTables = (table: TableId, at: Transaction) => Delta;

/**
 * Made once for all queries that are hydrated with a transaction. Where the transaction itself
 * brings every row that there is, as a first snapshot does, it is what the transaction says.
 */
export function wholeTables(rows: (table: TableId) => Iterable<readonly [Key, Row]>): WholeTables {
  /** Let go with the transaction. */
  const made = new WeakMap<Transaction, Map<TableId, Delta>>();

  function insertsOf(table: TableId, {changes}: Transaction): Delta {
    const held = rows(table);
    const told = changes.get(table);
    if (told && held instanceof Map && told.length === held.size && told.every(isInsert)) {
      return told;
    }
    return Array.from(held, ([key, after]) => ({key, before: undefined, after}));
  }

  return (table, at) => {
    const own = made.get(at) ?? new Map<TableId, Delta>();
    made.set(at, own);
    const inserts = own.get(table) ?? insertsOf(table, at);
    own.set(table, inserts);
    return inserts;
  };
}

const isInsert = ({before}: Delta[number]): boolean => before === undefined;

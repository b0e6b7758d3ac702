import type {Delta, Edit} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import {keyOf} from '../data/key-of.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import type {Clock} from '../lib/clock.ts';
import {netDeltas} from './image.ts';
import type {Source, SourceSink, SourceStatus} from './source.ts';

/** One write of a transaction: a row as it is to be, or the row that is to go. */
export type Write =
  | {readonly kind: 'put'; readonly table: TableId; readonly row: Row}
  | {readonly kind: 'delete'; readonly table: TableId; readonly row: Row};

/** A source whose database is this process: for tests, and for trying things out. */
export interface MemorySource extends Source {
  /** Commits the writes as one transaction; resolves once the sink has taken it. */
  commit(writes: readonly Write[]): Promise<Transaction>;
}

/**
 * Keeps the contract of a source, with tables that stand in memory. Every table has a
 * key. What is committed before `run` is in its first transaction, the resync.
 */
export function memorySource({
  id,
  tables,
  clock,
}: {
  id: string;
  tables: readonly Table[];
  clock: Clock;
}): MemorySource {
  const rows = new Map<TableId, Map<Key, Row>>(tables.map((table) => [table.id, new Map()]));
  const keys = new Map(tables.map((table) => [table.id, keyOfTable(table)]));
  const sinceMs = clock.nowMs();
  let sink: SourceSink | undefined;
  let lsn: Lsn = 0n;
  let acknowledged: Lsn | undefined;
  let taken: Promise<unknown> = Promise.resolve();

  function write({kind, table, row}: Write): Edit {
    const held = rows.get(table);
    const key = keys.get(table)?.(row);
    assert(held !== undefined && key !== undefined, `table ${table} is one of the source's`);
    const before = held.get(key);
    const after = kind === 'put' ? row : undefined;
    if (after) held.set(key, after);
    else held.delete(key);
    return {key, before, after};
  }
  function transaction(
    kind: 'stream' | 'resync',
    changes: ReadonlyMap<TableId, Delta>,
  ): Transaction {
    lsn += 8n;
    const xid = kind === 'stream' ? Number(lsn / 8n) : undefined;
    return {kind, sourceId: id, lsn, xid, commitTime: clock.nowMs() * 1000, changes};
  }

  return {
    id,
    async run(to, signal) {
      sink = to;
      to.describe(tables, '');
      const all = new Map(
        tables.map((table) => [table.id, Array.from(rows.get(table.id) ?? [], inserted)]),
      );
      taken = to.receive(once(transaction('resync', netDeltas(all))));
      await taken;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), {once: true});
      });
      sink = undefined;
    },
    async commit(writes) {
      // The sink is called one at a time, in the order of the commits.
      const before = taken;
      const edits = new Map<TableId, Edit[]>();
      for (const each of writes) {
        edits.set(each.table, [...(edits.get(each.table) ?? []), write(each)]);
      }
      const committed = transaction('stream', netDeltas(edits));
      const to = sink;
      taken = before.then(() => to?.receive(once(committed)));
      await taken;
      return committed;
    },
    acknowledge(upTo) {
      acknowledged = upTo;
    },
    // What it holds is what there is: a comparison finds nothing.
    resync() {},
    rows: (table) => rows.get(table) ?? [],
    get tables() {
      return sink ? tables : undefined;
    },
    status(): SourceStatus {
      return {
        state: {kind: sink ? 'streaming' : 'stopped'},
        sinceMs,
        receivedLsn: lsn,
        acknowledgedLsn: acknowledged,
        serverLsn: lsn,
        lagBytes: acknowledged === undefined ? undefined : Number(lsn - acknowledged),
        lagMs: acknowledged === lsn ? 0 : undefined,
        tables: tables.map((table) => table.id),
        warnings: [],
        transactions: Number(lsn / 8n),
      };
    },
  };
}

/** Answers a transaction when it is asked first, and nothing after that. */
function once(transaction: Transaction): () => Transaction | undefined {
  const all = [transaction];
  return () => all.shift();
}

const inserted = ([key, after]: readonly [Key, Row]): Edit => ({key, before: undefined, after});

function keyOfTable({id, columns, keyColumns}: Table): (row: Row) => Key {
  assert(keyColumns.length > 0, `table ${id} has a key`);
  const types = columns.map(({type}) => type);
  return keyOf(types, keyColumns);
}

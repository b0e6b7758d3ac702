import type {Diff} from '../data/diff.ts';
import type {Event, EventRow} from '../data/event.ts';
import {rowJson} from '../data/json.ts';
import type {Key} from '../data/key.ts';
import {lsnText} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Store} from '../store/store.ts';
import type {LiveQuery, RowsOf} from './live-query.ts';

/**
 * Moves all queries of all sources, transaction by transaction, and brings what they say
 * into the store.
 *
 * A transaction is evaluated in one synchronous turn: whoever reads results between two
 * turns sees all queries at the same transaction, never half of one. What the log tells
 * readers follows when the store has it.
 */
export interface Engine {
  /**
   * Resolves once there is room for another transaction; calls `durable` when this one is
   * in the store.
   */
  receive(transaction: Transaction, rowsOf: RowsOf, durable: () => void): Promise<void>;
  /** Sequence of the last event of a query, 0 while it has none. */
  sequenceOf(queryId: string): number;
}

/**
 * `queriesOf` names the queries of a source. `inFlightMax` limits the transactions that
 * are evaluated and not yet durable. `fail` is told when the store cannot take a step:
 * nothing after it may be acknowledged.
 */
export function engine({
  store,
  queriesOf,
  inFlightMax,
  fail,
}: {
  store: Store;
  queriesOf: (sourceId: string) => readonly LiveQuery[];
  inFlightMax: number;
  fail: (error: unknown) => void;
}): Engine {
  const sequences = new Map<string, number>();
  const inFlight = new Set<Promise<void>>();
  let sequence = store.log.last;

  function evaluate(transaction: Transaction, rowsOf: RowsOf): Event[] {
    const diffs: {query: LiveQuery; diff: Diff}[] = [];
    const position = {lsn: transaction.lsn, commitTime: transaction.commitTime};
    for (const query of queriesOf(transaction.sourceId)) {
      const diff = query.step(transaction, position, rowsOf);
      if (diff) diffs.push({query, diff});
    }
    return diffs.map(({query, diff}, index) => {
      sequence += 1;
      sequences.set(query.id, sequence);
      return eventOf(query, diff, transaction, {sequence, part: index + 1, parts: diffs.length});
    });
  }

  return {
    async receive(transaction, rowsOf, durable) {
      const events = evaluate(transaction, rowsOf);
      const committed = store.commit([{transaction, events}]).then(durable);
      inFlight.add(committed);
      const settled = committed.catch(fail).finally(() => inFlight.delete(committed));
      if (inFlight.size >= inFlightMax) await settled;
    },
    sequenceOf: (queryId) => sequences.get(queryId) ?? 0,
  };
}

function eventOf(
  query: LiveQuery,
  diff: Diff,
  transaction: Transaction,
  {sequence, part, parts}: {sequence: number; part: number; parts: number},
): Event {
  const json = rowJson(query.columns);
  const row = ({key, before, after}: {key: Key; before?: Row; after?: Row}): EventRow => ({
    key: String(key),
    ...(before && {before: json(before)}),
    ...(after && {after: json(after)}),
  });
  return {
    sequence,
    queryId: query.id,
    added: diff.added.map(row),
    updated: diff.updated.map(row),
    deleted: diff.deleted.map(row),
    transaction: {
      kind: transaction.kind,
      lsn: lsnText(transaction.lsn),
      xid: transaction.xid,
      commitTime: transaction.commitTime,
      part,
      parts,
    },
  };
}

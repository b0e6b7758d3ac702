import type {Event, EventRow} from '../data/event.ts';
import {rowJson} from '../data/json.ts';
import type {Key} from '../data/key.ts';
import {lsnText} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Store} from '../store/store.ts';
import type {Change} from './live-query.ts';
import type {Move, SourceQueries} from './source-queries.ts';

/**
 * Brings what queries did into the store, step by step.
 *
 * A step is made in one synchronous turn: whoever reads results between two turns sees
 * all queries at the same transaction, never half of one. What the log tells readers
 * follows when the store has it.
 */
export interface Engine {
  /**
   * Moves a source's queries by a transaction. Resolves once there is room for another
   * one; calls `durable` when this one is in the store.
   */
  receive(transaction: Transaction, queries: SourceQueries, durable: () => void): Promise<void>;
  /** Takes a step that was made already; resolves once it is in the store. */
  commit(transaction: Transaction, moves: readonly Move[]): Promise<void>;
  /** Sequence of the last event of a query, 0 while it has none. */
  sequenceOf(queryId: string): number;
  /** There is no such query any more. */
  forget(queryId: string): void;
}

/**
 * `inFlightMax` limits the transactions that are evaluated and not yet durable. `fail` is
 * told when the store cannot take a step: nothing after it may be acknowledged.
 */
export function engine({
  store,
  inFlightMax,
  fail,
}: {
  store: Store;
  inFlightMax: number;
  fail: (error: unknown) => void;
}): Engine {
  const sequences = new Map<string, number>();
  const inFlight = new Set<Promise<void>>();
  let sequence = store.log.last;

  function eventsOf(transaction: Transaction, moves: readonly Move[]): Event[] {
    return moves.map(({query, change}, index) => {
      sequence += 1;
      sequences.set(query.id, sequence);
      const place = {sequence, part: index + 1, parts: moves.length};
      return eventOf(query.id, change, transaction, place);
    });
  }

  /** The step on its way to the store. Calls come in order, so their steps do. */
  function commit(transaction: Transaction, moves: readonly Move[]): Promise<void> {
    return store.commit([{transaction, events: eventsOf(transaction, moves)}]);
  }

  return {
    async receive(transaction, queries, durable) {
      const moves = queries.step(transaction);
      const committed = commit(transaction, moves).then(durable);
      inFlight.add(committed);
      const settled = committed.catch(fail).finally(() => inFlight.delete(committed));
      if (inFlight.size >= inFlightMax) await settled;
    },
    async commit(transaction, moves) {
      await commit(transaction, moves).catch((error) => {
        fail(error);
        throw error;
      });
    },
    sequenceOf: (queryId) => sequences.get(queryId) ?? 0,
    forget: (queryId) => void sequences.delete(queryId),
  };
}

function eventOf(
  queryId: string,
  {diff, before, after}: Change,
  {kind, lsn, xid, commitTime}: Transaction,
  {sequence, part, parts}: {sequence: number; part: number; parts: number},
): Event {
  const now = rowJson(after);
  const was = before === after ? now : rowJson(before);
  const row = (one: {key: Key; before?: Row; after?: Row}): EventRow => ({
    key: String(one.key),
    ...(one.before && {before: was(one.before)}),
    ...(one.after && {after: now(one.after)}),
  });
  return {
    sequence,
    queryId,
    added: diff.added.map(row),
    updated: diff.updated.map(row),
    deleted: diff.deleted.map(row),
    transaction: {kind, lsn: lsnText(lsn), xid, commitTime, part, parts},
  };
}

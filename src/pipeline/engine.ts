import type {Checksum} from '../data/checksum.ts';
import type {Event} from '../data/event.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {QueryNote, Step, Store} from '../store/store.ts';
import {checksums} from './checksums.ts';
import {earlierResults} from './earlier-results.ts';
import {eventsOf, resultTexts, rowWriters, saysNothing, sizeOf, toldOf} from './events.ts';
import type {LiveQuery} from './live-query.ts';
import type {Move, SourceQueries} from './source-queries.ts';

/**
 * Brings what queries did into the store, step by step.
 *
 * All of it is one synchronous turn: from the first query that moves to the store's write.
 * So whoever reads results between two turns sees all queries as the log's last event has
 * them: never half a transaction, and nothing that a crash could take back.
 */
export interface Engine {
  /**
   * Moves a source's queries by as many transactions as go into the store together.
   * Answers whether it left off before there were no more.
   */
  take(work: Work): boolean;
  /** The source has nothing for anybody up to `lsn`. */
  reach(lsn: Lsn, work: Pick<Work, 'queries' | 'memo' | 'durable'>): void;
  /** Takes what queries did between two transactions: no source has moved. */
  commit(at: Transaction, moves: readonly Move[], notes?: readonly QueryNote[]): void;
  /** Keeps what is said of queries. */
  note(notes: readonly QueryNote[]): void;
  /** Sequence of the last event of a query, 0 while it has none. */
  sequenceOf(queryId: string): number;
  /** Of its result, as clients fold it; undefined of one that is too large to ask. */
  checksumOf(query: LiveQuery): Checksum | undefined;
  /** There is no such query any more. */
  forget(queryId: string): void;
  /** The result of a query as clients were told it last: JSON texts by key. */
  toldResult(queryId: string): Iterable<readonly [string, string]>;
  /** After a restart: gives queries without a result what clients were told of it. Answers those. */
  keepTold(): readonly LiveQuery[];
  /** Queries whose results are still those of before a restart: all of them gone, or about to run. */
  unsettled(): Iterable<string>;
  /** Whether a step could not be stored: what queries show then is in no log. */
  readonly broken: boolean;
}

export interface Work {
  readonly queries: SourceQueries;
  /** The next transaction; undefined when there is none left. What it throws is thrown on. */
  readonly next: () => Transaction | undefined;
  /**
   * Whether the next one has been made: the source's rows are as of its end, so it is taken
   * in the same turn, whatever the limits are.
   */
  readonly made?: () => boolean;
  /** What the source wants back of itself: goes with the first step. */
  readonly memo?: string | undefined;
  /** Called now and then, while a long transaction is taken between any two queries. */
  readonly breathe?: (() => void) | undefined;
  /** Called with the end of the last transaction once all of them are durable. */
  readonly durable: (lsn: Lsn) => void;
}

export interface EngineOptions {
  readonly store: Store;
  /** Names this program. */
  readonly version?: string | undefined;
  readonly limits: CommitLimits;
  readonly query: (id: string) => LiveQuery | undefined;
  /** Told when the store cannot take a step: nothing after it may be acknowledged. */
  readonly fail: (error: unknown) => void;
}

/** How much goes into the store at once: until then nobody else has a turn. */
export interface CommitLimits {
  readonly transactions: number;
  /** Rows that changed, of tables and of results. One transaction may be more. */
  readonly rows: number;
}

/** Rows that make a transaction a long one. */
const BREATH_ROWS = 256;
/** Short ones between two breaths. */
const BREATH_STEPS = 64;

function rowsIn({changes}: Transaction): number {
  let rows = 0;
  for (const delta of changes.values()) rows += delta.length;
  return rows;
}

/** Most often one of them is empty. */
const joined = (a: readonly QueryNote[], b: readonly QueryNote[]): readonly QueryNote[] =>
  b.length === 0 ? a : [...a, ...b];

export function engine({store, version, limits, query: queryOf, fail}: EngineOptions): Engine {
  const earlier = earlierResults(store, queryOf, version);
  const sequences = new Map([...store.queries].map(([id, {sequence}]) => [id, sequence]));
  const sums = checksums();
  const writerOf = rowWriters();
  let sequence = store.log.last;
  let broken = false;

  /** What a step is told as, from the next sequence on, and what is to be noted with it. */
  function numbered(
    transaction: Transaction,
    moves: readonly Move[],
    breathe?: () => void,
  ): {readonly events: Event[]; readonly gone: readonly QueryNote[]} {
    const {settled, told, notes: gone} = earlier.settle(transaction.sourceId);
    const all = [...told];
    for (const {query, change} of moves) {
      if (!settled.has(query.id)) {
        const own = toldOf(query.id, change, writerOf);
        if (!saysNothing(own)) all.push(own);
      }
      breathe?.();
    }
    const events = eventsOf(all, transaction, sequence);
    for (const event of events) {
      sequence = event.sequence;
      sequences.set(event.queryId, sequence);
      sums.move(event);
    }
    return {events, gone};
  }

  function commit(steps: readonly Step[], durable: () => void): void {
    if (steps.length === 0) return;
    try {
      store.commit(steps, durable);
    } catch (error) {
      broken = true;
      fail(error);
      throw error;
    }
  }

  return {
    take({queries, next, made, memo, durable, breathe}) {
      const steps: Step[] = [];
      let rows = 0;
      let last = 0n;
      try {
        while (made?.() || (steps.length < limits.transactions && rows < limits.rows)) {
          const transaction = next();
          if (!transaction) return false;
          last = transaction.lsn;
          const changed = rowsIn(transaction);
          const long = changed > BREATH_ROWS || queries.waiting > 0;
          const within = long ? breathe : undefined;
          if (steps.length % BREATH_STEPS === 0) breathe?.();
          const moves = queries.step(transaction, within);
          const {events, gone} = numbered(transaction, moves, within);
          const own = steps.length === 0 ? memo : undefined;
          steps.push({transaction, events, memo: own, notes: joined(queries.notes(), gone)});
          rows += changed;
          for (const event of events) rows += sizeOf(event);
        }
        return true;
      } finally {
        commit(steps, () => durable(last));
      }
    },
    reach(lsn, {queries, memo, durable}) {
      const transaction = queries.reach(lsn);
      commit([{transaction, events: [], memo}], () => durable(lsn));
    },
    commit(at, moves, notes = []) {
      const {events, gone} = numbered(at, moves);
      commit([{transaction: undefined, events, notes: joined(notes, gone)}], () => {});
    },
    note: (notes) => commit([{transaction: undefined, events: [], notes}], () => {}),
    sequenceOf: (queryId) => sequences.get(queryId) ?? 0,
    checksumOf: sums.of,
    forget(queryId) {
      sequences.delete(queryId);
      sums.forget(queryId);
    },
    keepTold: earlier.handOver,
    unsettled: earlier.ids,
    toldResult(queryId) {
      const query = queryOf(queryId);
      return earlier.rows(queryId) ?? (query ? resultTexts(query) : []);
    },
    get broken() {
      return broken;
    },
  };
}

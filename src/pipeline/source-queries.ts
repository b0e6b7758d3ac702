import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';
import type {RunningQuery} from '../query/query.ts';
import {type Router, router} from '../query/routing.ts';
import {tablesOf} from '../query/shared-subplans.ts';
import type {QueryNote} from '../store/store.ts';
import {type DueQueries, dueQueries} from './due-queries.ts';
import {
  type Change,
  type Definition,
  type LiveQuery,
  now,
  type Position,
  type SourceNow,
} from './live-query.ts';
import {type QueryNotes, queryNotes} from './query-notes.ts';
import type {Retries} from './retries.ts';
import {sharedStages} from './shared-stages.ts';
import {tableReaders} from './table-readers.ts';
import {wholeTables} from './whole-tables.ts';

/** A query that moved. */
export interface Move {
  readonly query: LiveQuery;
  readonly change: Change;
}

/**
 * The queries of one source. A transaction visits those that can care: of the running ones
 * whom the router names, those that wait for their first rows, and failed ones that read a
 * table it touched. A transaction of time visits the running ones that are due. The others
 * cost nothing, and their results are right as they are.
 */
export interface SourceQueries extends SourceNow {
  /** The source's tables as they are now; the next transaction tells what else is. */
  describe(tables: readonly Table[]): void;
  /**
   * Moves them by a transaction, in the order in which they were added; `breathe` is called
   * between two of them.
   */
  step(transaction: Transaction, breathe?: () => void): readonly Move[];
  /** Nothing has happened up to `lsn`; the answer is the step that says so. */
  reach(lsn: Lsn): Transaction;
  /** Takes a query in, or notes that its state was changed from outside. */
  file(query: LiveQuery): void;
  /** Notes that it has another result, though it is in no other state. */
  note(query: LiveQuery): void;
  remove(query: LiveQuery): void;
  /** Hydrates a failed query, between two transactions. */
  retry(query: LiveQuery): Change | undefined;
  /** What is to be kept of them besides their rows, since this was asked last. */
  notes(): readonly QueryNote[];
  /** How many wait for the next transaction. */
  readonly waiting: number;
  /** The running ones that change by time alone. */
  readonly dues: DueQueries;
}

export interface SourceQueriesOptions {
  readonly id: string;
  /** The rows that the source holds. */
  readonly rows: (table: TableId) => Iterable<readonly [Key, Row]>;
  readonly retries: Retries;
  /** One for all sources: a query may change to another. */
  readonly notes?: QueryNotes;
  /** Told when a query is in another state. */
  readonly onState?: ((query: LiveQuery) => void) | undefined;
}

export function sourceQueries({
  id,
  rows,
  retries,
  notes = queryNotes(new Map()),
  onState,
}: SourceQueriesOptions): SourceQueries {
  const shared = sharedStages<LiveQuery>(rows);
  const places = new Map<LiveQuery, Place>();
  const waiting = new Set<LiveQuery>();
  const failed = tableReaders<LiveQuery>();
  const running: Router<LiveQuery> = router();
  const dues = dueQueries();
  let added = 0;
  let tables: readonly Table[] | undefined;
  let position: Position | undefined;

  function unfile(query: LiveQuery): void {
    waiting.delete(query);
    failed.remove(query);
    running.remove(query);
  }

  /** Puts a query where a transaction finds it. */
  function file(query: LiveQuery): void {
    const place = places.get(query) ?? newPlace(++added);
    const {state, operators} = query;
    dues.note(query);
    notes.moved(query);
    if (place.state !== state.kind) onState?.(query);
    const same = place.state === state.kind && place.operators === operators;
    if (!same || place.definition !== query.definition) notes.changed(query);
    if (same) return;
    places.set(query, {
      rank: place.rank,
      state: state.kind,
      operators,
      definition: query.definition,
    });
    unfile(query);
    if (state.kind === 'waiting') waiting.add(query);
    if (state.kind === 'failed') failed.add(query, tablesRead(query));
    const runs = state.kind === 'running' ? operators : undefined;
    if (runs) running.add(query, runs.plan);
    shared.file(query, runs && {queryId: query.id, plan: runs.plan, scans: runs.scans});
    if (state.kind === 'stopped') shared.forget(query, query.id);
  }

  /** Who is to be visited for a transaction, and for what. */
  function visits(transaction: Transaction): Visit[] {
    const found: Visit[] = [];
    if (transaction.kind === 'timer') {
      for (const query of dues.at(transaction.commitTime)) {
        found.push({kind: 'push', query, transaction});
      }
      return inOrder(found);
    }
    for (const query of waiting) {
      const plan = query.plan();
      // Of all, before the first of them runs: what they have in common is shared at once.
      if (plan) shared.note(plan, {queryId: query.id, dialect: query.definition.dialect});
      found.push({kind: 'hydrate', query, transaction});
    }
    for (const query of failed.of(transaction.changes.keys())) {
      if (retries.due(query)) found.push({kind: 'hydrate', query, transaction});
    }
    const {changes: all, failed: failing} = shared.step(transaction.changes);
    for (const [query, problems] of failing) found.push({kind: 'fail', query, problems});
    for (const {queries, changes} of running.route(all)) {
      const its = changes === transaction.changes ? transaction : {...transaction, changes};
      for (const query of queries) {
        if (!failing.has(query)) found.push({kind: 'push', query, transaction: its});
      }
    }
    return inOrder(found);
  }

  /** In the order in which they were added. */
  function inOrder(found: Visit[]): Visit[] {
    const rank = ({query}: Visit): number => places.get(query)?.rank ?? 0;
    for (let i = 1; i < found.length; i++) {
      // As they mostly are.
      if (rank(found[i - 1]!) > rank(found[i]!)) return found.sort((a, b) => rank(a) - rank(b));
    }
    return found;
  }

  /** Visits a query, and finds it again where its state then is. */
  function visited(visit: Visit): Change | undefined {
    const {query} = visit;
    const change = moved(visit);
    if (query.state.kind === 'failed') retries.failed(query);
    file(query);
    return change;
  }

  const rowsOf = (table: TableId): Iterable<readonly [Key, Row]> =>
    shared.rows(table) ?? rows(table);

  const source: SourceQueries = {
    id,
    get tables() {
      return tables;
    },
    get position() {
      return position;
    },
    rows: rowsOf,
    whole: wholeTables(rowsOf),
    shared,
    describe(described) {
      if (tables && sameTables(tables, described)) return;
      tables = described;
      for (const query of places.keys()) {
        if (query.state.kind !== 'stopped') query.wait();
        file(query);
      }
    },
    step(transaction, breathe) {
      const moves: Move[] = [];
      for (const visit of visits(transaction)) {
        const change = visited(visit);
        if (change) moves.push({query: visit.query, change});
        breathe?.();
      }
      // The time of queries never goes back, though commits need not be in its order.
      const commitTime = Math.max(position?.commitTime ?? 0, transaction.commitTime);
      position = {lsn: transaction.lsn, commitTime};
      return moves;
    },
    reach(lsn) {
      const reached = now(source);
      position = {lsn, commitTime: reached.commitTime};
      return {...reached, kind: 'stream', lsn};
    },
    file,
    note: notes.changed,
    remove(query) {
      unfile(query);
      shared.forget(query, query.id);
      dues.remove(query);
      notes.forget(query);
      places.delete(query);
      retries.forget(query);
    },
    retry: (query) => visited({kind: 'hydrate', query, transaction: now(source)}),
    notes: notes.take,
    get waiting() {
      return waiting.size;
    },
    dues,
  };
  return source;
}

/** What a transaction does to a query. */
type Visit =
  | {
      readonly kind: 'push' | 'hydrate';
      readonly query: LiveQuery;
      readonly transaction: Transaction;
    }
  | {readonly kind: 'fail'; readonly query: LiveQuery; readonly problems: readonly Problem[]};

function moved(visit: Visit): Change | undefined {
  switch (visit.kind) {
    case 'push':
      return visit.query.push(visit.transaction);
    case 'hydrate':
      return visit.query.hydrate(visit.transaction);
    case 'fail':
      return void visit.query.fail(visit.problems);
  }
}

/** The tables in which a query that failed may recover: known even where what it shares failed. */
function tablesRead(query: LiveQuery): Iterable<TableId> {
  const plan = query.operators ? undefined : query.plan();
  return query.operators?.tables ?? (plan ? tablesOf(plan) : []);
}

/** Where a query stands, as it was when it was filed. */
interface Place {
  /** Of those added before it, all are smaller. */
  readonly rank: number;
  readonly state: LiveQuery['state']['kind'];
  readonly operators: RunningQuery | undefined;
  readonly definition: Definition | undefined;
}

const newPlace = (rank: number): Place => ({
  rank,
  state: 'stopped',
  operators: undefined,
  definition: undefined,
});

/** Descriptions are plain data, so their texts tell. */
function sameTables(a: readonly Table[], b: readonly Table[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

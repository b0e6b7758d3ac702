import type {Delta} from '../data/delta.ts';
import {type Diff, isEmpty} from '../data/diff.ts';
import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Column, Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import type {RunningQuery} from '../query/query.ts';
import {resultSet} from '../result/result-set.ts';

/** A point in a source's history: the end of a transaction. */
export interface Position {
  readonly lsn: Lsn;
  /** Microseconds since 1970. */
  readonly commitTime: number;
}

/** The rows a source holds of a table. */
export type RowsOf = (table: TableId) => Iterable<readonly [Key, Row]>;

export type QueryState =
  /** Its source has not described its tables, or not brought its rows yet. */
  | {readonly kind: 'waiting'}
  | {readonly kind: 'running'}
  /** The text does not fit the tables, or an expression failed on a row. Old results stay. */
  | {readonly kind: 'failed'; readonly problems: readonly Problem[]}
  | {readonly kind: 'stopped'};

/**
 * A query over its life: compiled when its source describes tables, hydrated from the
 * source's rows at the next transaction, then moved by each transaction.
 *
 * Invariant: while it is running, its result is the query's answer as of the last
 * transaction it was told. In every other state the result is as it was before.
 */
export interface LiveQuery {
  readonly id: string;
  readonly state: QueryState;
  readonly columns: readonly Column[];
  /** The last transaction that its result is the answer at; undefined while there is none. */
  readonly asOf: Position | undefined;
  /** Its rows, in no order. */
  rows(): IterableIterator<[Key, Row]>;
  readonly count: number;
  /** The plan it runs by; undefined until it was compiled. */
  explain(): string | undefined;
  /** The source's tables as they are now. */
  describe(tables: readonly Table[]): void;
  /** What a transaction, ending at `position`, does to its result; undefined for nothing. */
  step(transaction: Transaction, position: Position, rowsOf: RowsOf): Diff | undefined;
}

/** `compile` throws Problems where the text does not fit the tables. */
export function liveQuery(
  id: string,
  {compile, autoStart}: {compile: (tables: readonly Table[]) => RunningQuery; autoStart: boolean},
): LiveQuery {
  const result = resultSet();
  let state: QueryState = autoStart ? {kind: 'waiting'} : {kind: 'stopped'};
  let columns: readonly Column[] = [];
  let asOf: Position | undefined;
  let tables: readonly Table[] = [];
  /** Made and hydrated, or made and still without rows while the query is waiting. */
  let running: RunningQuery | undefined;

  /** Runs `act`; a Problem of the query's own makes it failed. Bugs go on to the caller. */
  function guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const problems = problemsOf(error);
      if (problems.length === 0) throw error;
      state = {kind: 'failed', problems};
      return undefined;
    }
  }

  function prepare(): RunningQuery | undefined {
    running = undefined;
    return guarded(() => {
      running = compile(tables);
      columns = running.columns;
      return running;
    });
  }

  function hydrate(transaction: Transaction, rowsOf: RowsOf): Diff | undefined {
    const fresh = prepare();
    if (!fresh) return undefined;
    const delta = guarded(() =>
      fresh.push({...transaction, changes: allRows(fresh.tables, rowsOf)}),
    );
    if (!delta) return undefined;
    state = {kind: 'running'};
    return result.replace(delta);
  }

  return {
    id,
    get state() {
      return state;
    },
    get columns() {
      return columns;
    },
    get asOf() {
      return asOf;
    },
    get count() {
      return result.size;
    },
    rows: result.rows,
    explain: () => running?.explain(),
    describe(described) {
      if (state.kind === 'stopped' || sameTables(tables, described)) return;
      tables = described;
      state = {kind: 'waiting'};
      prepare();
    },
    step(transaction, position, rowsOf) {
      const diff = stepped(transaction, rowsOf);
      if (state.kind === 'running') asOf = position;
      return diff && !isEmpty(diff) ? diff : undefined;
    },
  };

  function stepped(transaction: Transaction, rowsOf: RowsOf): Diff | undefined {
    if (state.kind === 'stopped') return undefined;
    if (state.kind === 'waiting') return hydrate(transaction, rowsOf);
    if (!running || !touches(transaction, running.tables)) return undefined;
    // An operator that threw holds half a step: only fresh ones are right again.
    if (state.kind === 'failed') return hydrate(transaction, rowsOf);
    const {push} = running;
    const delta = guarded(() => push(transaction));
    return delta && result.apply(delta);
  }
}

function touches({changes}: Transaction, tables: ReadonlySet<TableId>): boolean {
  for (const table of changes.keys()) if (tables.has(table)) return true;
  return false;
}

function allRows(tables: ReadonlySet<TableId>, rowsOf: RowsOf): Map<TableId, Delta> {
  const changes = new Map<TableId, Delta>();
  for (const table of tables) {
    changes.set(
      table,
      Array.from(rowsOf(table), ([key, after]) => ({key, before: undefined, after})),
    );
  }
  return changes;
}

/** Descriptions are plain data, so their texts tell. */
function sameTables(a: readonly Table[], b: readonly Table[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

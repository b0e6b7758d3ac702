import type {QueryConfig} from '../config/config.ts';
import type {Delta} from '../data/delta.ts';
import {type Diff, isEmpty} from '../data/diff.ts';
import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Column, Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import type {Plan} from '../query/plan.ts';
import {runProblems} from '../query/problems-run.ts';
import type {RunningQuery} from '../query/query.ts';
import type {OrderKey} from '../query/result-order.ts';
import {resultSet} from '../result/result-set.ts';
import type {KeptResult} from './kept-result.ts';
import {sameColumns} from './same-columns.ts';
import {type SharedSubplans, UNSHARED} from './shared-stages.ts';
import {firstOf, standingOrder} from './standing-order.ts';
import type {WholeTables} from './whole-tables.ts';

/** A point in a source's history: the end of a transaction. */
export interface Position {
  readonly lsn: Lsn;
  /** Microseconds since 1970. */
  readonly commitTime: number;
}

/** A source as its queries see it. All of it, asked in one turn, is one state. */
export interface SourceNow {
  readonly id: string;
  /** As it described them last; undefined before the first time. */
  readonly tables: readonly Table[] | undefined;
  /** The end of the last transaction that its queries were told of. */
  readonly position: Position | undefined;
  /** What its queries have in common. */
  readonly shared: SharedSubplans;
  /**
   * The rows it holds, as of that position or of the transaction that is being told; of a
   * subplan that is shared too.
   */
  rows(table: TableId): Iterable<readonly [Key, Row]>;
  /** The same as having come with the transaction that is being told. */
  readonly whole: WholeTables;
}

/** What a query asks for, and of whom. */
export interface Definition {
  readonly config: QueryConfig;
  /** Whether it stands in the configuration, or was given over the API since. */
  readonly origin: 'configuration' | 'api';
  readonly source: SourceNow;
  /** Throws Problems where the text does not fit the tables. */
  readonly plan: (tables: readonly Table[]) => Plan;
  /** Of the plans that may share parts with its own; undefined where none may. */
  readonly dialect?: string | undefined;
  /** Makes the plan run; throws the Problems of what it shares with others and does not run yet. */
  readonly run: (plan: Plan, shared: SharedSubplans) => RunningQuery;
}

export type QueryState =
  /** Its source has not described its tables, or not brought its rows yet. */
  | {readonly kind: 'waiting'}
  | {readonly kind: 'running'}
  /** The text does not fit the tables, or an expression failed on a row. Old results stay. */
  | {readonly kind: 'failed'; readonly problems: readonly Problem[]}
  | {readonly kind: 'stopped'};

/** What a step did to a result, and in which columns its rows are. */
export interface Change {
  readonly diff: Diff;
  /** Of the rows as they were. */
  readonly before: readonly Column[];
  /** Of the rows as they are now. */
  readonly after: readonly Column[];
}

/**
 * A query over its life: it waits for its source, is hydrated from the source's rows, is
 * moved by transactions, and may be defined anew, stopped and started in between.
 *
 * Invariant: while it is running, its result is the query's answer at its source's
 * position. In every other state result and columns are as they were before.
 */
export interface LiveQuery {
  readonly id: string;
  readonly definition: Definition;
  readonly state: QueryState;
  /** What it would run by itself, over the tables as they are; undefined where it does not fit. */
  plan(): Plan | undefined;
  /** The operators it runs by; those of a failed query are of no more use. */
  readonly operators: RunningQuery | undefined;
  /** The columns of its rows; none before its first result. */
  readonly columns: readonly Column[];
  /** Names its columns: results of one id with other columns have another number. */
  readonly shape: number;
  /** The position that its result is the answer at; undefined before the first. */
  readonly asOf: Position | undefined;
  /** Its rows, in no order. */
  rows(): IterableIterator<[Key, Row]>;
  row(key: Key): Row | undefined;
  /**
   * The identities of its rows, or the first of them: as its ORDER BY has them, or else in
   * their own order.
   */
  keys(first?: number): readonly Key[];
  /** Whether `keys` are in an order of the query's. */
  readonly ordered: boolean;
  /** What its ORDER BY names, in its columns. */
  readonly orderBy: readonly OrderKey[];
  readonly count: number;
  /** Takes the result that clients were told of before a restart, until it has one of its own. */
  keep(kept: KeptResult): void;
  /** Its source's tables are others now: it waits for the next transaction. */
  wait(): void;
  /** Makes the result anew from the source's rows. Where that fails, it is failed. */
  hydrate(at: Transaction): Change | undefined;
  /** Moves a running query by what a transaction changed. */
  push(transaction: Transaction): Change | undefined;
  /** What a running query shares with others has failed: so has it. */
  fail(problems: readonly Problem[]): void;
  /**
   * Takes a definition, and with `run` its result as well: at once where the source has
   * one, else with its first transaction. Throws its Problems, and then nothing has changed.
   */
  define(definition: Definition, options: {readonly run: boolean}): Change | undefined;
  stop(): void;
  /** Lets go of all rows. */
  clear(): Change | undefined;
}

/** A Map has no more than 2^24 entries. */
const RESULT_MAX = 16_000_000;

export interface LiveQueryOptions {
  readonly shape: number;
  /** Answers a number that named no columns before. */
  readonly nextShape: () => number;
  /** Rows of its result, at most. */
  readonly rowsMax?: number;
}

export function liveQuery(
  first: Definition,
  {shape: firstShape, nextShape, rowsMax = RESULT_MAX}: LiveQueryOptions,
): LiveQuery {
  const result = resultSet();
  let definition = first;
  let state: QueryState = first.config.autoStart ? {kind: 'waiting'} : {kind: 'stopped'};
  let operators: RunningQuery | undefined;
  let columns: readonly Column[] | undefined;
  let orderBy: readonly OrderKey[] = [];
  /** The order of the result while it does not move, once somebody has asked. */
  let standing: readonly Key[] | undefined;
  let shape = firstShape;
  let planned: Planned | undefined;
  /** The position of the result while it does not move. */
  let stoodAt: Position | undefined;
  /** Whether the rows held are those of before a restart. */
  let kept = false;

  const asOf = (): Position | undefined =>
    state.kind === 'running' ? definition.source.position : stoodAt;

  function enter(next: QueryState): void {
    stoodAt = asOf();
    standing = undefined;
    state = next;
  }

  /** Runs `act`; a Problem of the query's own makes it failed. Bugs go on to the caller. */
  function guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const problems = problemsOf(error);
      if (problems.length === 0) throw error;
      enter({kind: 'failed', problems});
      return undefined;
    }
  }

  /** Made once for the tables as they are. */
  function planOf(wanted: Definition): Plan {
    const {id, tables} = wanted.source;
    assert(tables !== undefined, `source ${id} has described its tables`);
    if (planned?.definition !== wanted || planned.tables !== tables) {
      planned = {definition: wanted, tables, plan: wanted.plan(tables)};
    }
    return planned.plan;
  }

  /** The order of the rows held. Operators that have failed may have gone past them. */
  function order(): Iterable<Key> | undefined {
    if (state.kind === 'running') return operators?.keysInOrder?.();
    standing ??= columns && standingOrder(result.rows(), {orderBy, columns});
    return standing;
  }

  const hydrated = (...given: Parameters<typeof hydration>): Delta =>
    fitting(hydration(...given), {to: 0, rowsMax});

  /** Takes the rows of operators that were just made. */
  function adopt(fresh: RunningQuery, rows: Delta): Change | undefined {
    const before = columns ?? fresh.columns;
    const reshaped = kept || !sameColumns(before, fresh.columns);
    kept = false;
    const diff = result.replace(rows, {reshaped});
    if (reshaped) shape = nextShape();
    operators = fresh;
    columns = fresh.columns;
    orderBy = fresh.orderBy;
    enter({kind: 'running'});
    return told({diff, before, after: fresh.columns});
  }

  return {
    get id() {
      return first.config.id;
    },
    get definition() {
      return definition;
    },
    get state() {
      return state;
    },
    plan() {
      try {
        return definition.source.tables && planOf(definition);
      } catch (error) {
        // It is told when the query is to run.
        if (problemsOf(error).length === 0) throw error;
        return undefined;
      }
    },
    get operators() {
      return operators;
    },
    get columns() {
      return columns ?? [];
    },
    get shape() {
      return shape;
    },
    get asOf() {
      return asOf();
    },
    get count() {
      return result.size;
    },
    rows: result.rows,
    row: result.row,
    keys: (first) => firstOf(order() ?? result.keys(), first),
    get ordered() {
      return order() !== undefined;
    },
    get orderBy() {
      return orderBy;
    },
    keep({columns: told, rows, asOf: position}) {
      assert(columns === undefined && state.kind !== 'running', 'it has no result of its own');
      result.replace(rows);
      columns = told;
      stoodAt = position;
      kept = true;
    },
    wait: () => enter({kind: 'waiting'}),
    hydrate(at) {
      operators = undefined;
      const rows = guarded(() => {
        // Known even where a row fails: the tables that are read are where it can recover.
        operators = definition.run(planOf(definition), definition.source.shared);
        return hydrated(operators, definition.source, at);
      });
      return rows && operators && adopt(operators, rows);
    },
    push(transaction) {
      const running = operators;
      assert(running !== undefined && state.kind === 'running', 'only what runs is moved');
      const delta = guarded(() => fitting(running.push(transaction), {to: result.size, rowsMax}));
      if (!delta) return undefined;
      return told({diff: result.apply(delta), before: running.columns, after: running.columns});
    },
    fail: (problems) => enter({kind: 'failed', problems}),
    define(next, {run}) {
      const {position, tables, shared} = next.source;
      const hydrates = run && position !== undefined;
      // Where it gets no rows yet, it is made all the same: for the Problems of its text.
      const fresh = tables && next.run(planOf(next), hydrates ? shared : UNSHARED);
      const rows = hydrates && fresh && hydrated(fresh, next.source, now(next.source));
      // Where the result stands was a matter of the old source.
      enter(run ? {kind: 'waiting'} : {kind: 'stopped'});
      // Without a row that was told it is no answer of the new one either.
      if (next.source.id !== definition.source.id && result.size === 0) stoodAt = undefined;
      definition = next;
      return rows ? adopt(fresh!, rows) : undefined;
    },
    stop: () => enter({kind: 'stopped'}),
    clear() {
      const before = columns ?? [];
      standing = undefined;
      return told({diff: result.replace([]), before, after: before});
    },
  };
}

/** A step at a source's position that no transaction of its own makes. */
export function now({id, position}: Pick<SourceNow, 'id' | 'position'>): Transaction {
  assert(position !== undefined, `source ${id} has brought its rows`);
  return {kind: 'resync', sourceId: id, ...position, xid: undefined, changes: new Map()};
}

interface Planned {
  readonly definition: Definition;
  readonly tables: readonly Table[];
  readonly plan: Plan;
}

/** What would make a result too large fails its query, before the result has a row of it. */
function fitting(delta: Delta, {to, rowsMax}: {to: number; rowsMax: number}): Delta {
  if (to + delta.length <= rowsMax) return delta;
  let rows = to;
  for (const {before, after} of delta) rows += Number(!!after) - Number(!!before);
  if (rows <= rowsMax) return delta;
  throw runProblems['query-too-large']({max: rowsMax, what: 'rows in its result'});
}

/** The first step of operators: every row of what they scan. */
function hydration(fresh: RunningQuery, source: SourceNow, at: Transaction): Delta {
  const changes = new Map<TableId, Delta>();
  for (const table of fresh.scans) {
    changes.set(table, source.whole(table, at));
  }
  return fresh.push({...at, changes});
}

const told = (change: Change): Change | undefined => (isEmpty(change.diff) ? undefined : change);

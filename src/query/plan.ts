import type {Column, TableId} from '../data/schema.ts';
import type {Type} from '../data/type.ts';
import type {Row, Value} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';
import type {Expression} from './expression.ts';

/**
 * A query as relational algebra, resolved and typed: the seam between the languages and
 * the engine. Each node is a keyed collection of rows; `columns` names what they hold.
 *
 * Identity: a scan's row is its table's key; filter, project and order keep it; a join's
 * row is the pair of both (for outer joins see `operators/outer-identity.ts`, and `single`); an
 * aggregate's is its group; of distinct, the row itself; of a union, the branch and the row; of a
 * recursion the row.
 *
 * A plan may hold one node object in several places: it then runs once for all of them.
 */
export type Plan =
  | Scan
  | Values
  | Filter
  | Project
  | Join
  | Aggregate
  | Distinct
  | SetOperation
  | Unnest
  | Batch
  | Order
  | Window
  | Timed
  | Recursive
  | Working;

interface Node {
  readonly columns: readonly Column[];
}

/** All rows of a table, all columns in the table's order. */
export interface Scan extends Node {
  readonly kind: 'scan';
  readonly table: TableId;
  /**
   * Of a subplan that runs once for several queries (`shared-flow.ts`): what it is. Its rows
   * are told as those of a table with this id.
   */
  readonly of?: Plan;
}

/** Constant rows. `SELECT 1` reads from one row without columns. */
export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly Row[];
}

/** The rows for which the predicate is true (null is not true). */
export interface Filter extends Node {
  readonly kind: 'filter';
  readonly input: Plan;
  readonly predicate: Expression;
}

/** One expression for each of `columns`. */
export interface Project extends Node {
  readonly kind: 'project';
  readonly input: Plan;
  readonly expressions: readonly Expression[];
}

/**
 * Pairs of rows whose keys are equal (NULL equals nothing) and for which `residual`, over
 * the left columns followed by the right ones, is true. left, right and full keep rows
 * without a partner, with nulls beside them. semi and anti answer left rows only.
 */
export interface Join extends Node {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  readonly left: Plan;
  readonly right: Plan;
  readonly keys: readonly {readonly left: Expression; readonly right: Expression}[];
  readonly residual: Expression | undefined;
  /**
   * Of a left join: a left row meets at most one right row, whatever the tables hold, as it
   * is with the value of a subquery. The row's identity is the left row's alone then.
   */
  readonly single?: true;
}

/**
 * One row per group: the group's expressions, then the aggregates. With `groupBy`
 * empty it is one row, even over no input.
 */
export interface Aggregate extends Node {
  readonly kind: 'aggregate';
  readonly input: Plan;
  readonly groupBy: readonly Expression[];
  readonly aggregates: readonly AggregateCall[];
}

export interface AggregateCall {
  readonly function: AggregateFunction;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | undefined;
  readonly orderBy: readonly SortKey[];
  readonly type: Type;
}

/**
 * An aggregate function with its types resolved: SQL's are found by `functions/aggregates.ts`,
 * other languages bring their own. `name` is printed in plans.
 *
 * With `skipsNulls`, a row whose (first) argument is null is left out before the function
 * sees it. A `running` one is kept up to date by adding and removing; a `listing` one is
 * computed anew from the group's values whenever the group changed, in the call's order,
 * then by the rows' identities.
 */
export type AggregateFunction =
  | {
      readonly kind: 'running';
      readonly name: string;
      readonly skipsNulls: boolean;
      /** A fresh accumulator, of an empty group. */
      readonly start: () => Accumulator;
    }
  | {
      readonly kind: 'listing';
      readonly name: string;
      readonly skipsNulls: boolean;
      readonly compute: (values: readonly Value[]) => Value;
      /**
       * Of one that answers one of its values: the place of that value among so many (from
       * 1). It is then found in O(log n), and no list is made.
       */
      readonly pick?: (count: number) => number;
    };

/**
 * What one group holds of one aggregate. A call without arguments adds nulls, one with
 * one argument its values, one with several arguments a list of them.
 *
 * Removing a value undoes adding an identical one exactly, whatever came between.
 */
export interface Accumulator {
  add(value: Value): void;
  remove(value: Value): void;
  result(): Value;
}

/** One copy of each row. */
export interface Distinct extends Node {
  readonly kind: 'distinct';
  readonly input: Plan;
  /** DISTINCT ON: the first row, by `orderBy`, of each combination of these. */
  readonly on?: {
    readonly expressions: readonly Expression[];
    readonly orderBy: readonly SortKey[];
  };
}

export interface SetOperation extends Node {
  readonly kind: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly inputs: readonly Plan[];
}

/** Each row once for every element of a list, which becomes its last column(s). */
export interface Unnest extends Node {
  readonly kind: 'unnest';
  readonly input: Plan;
  readonly list: Expression;
  /** Keep a row whose list is empty or null, with null for the element. */
  readonly outer: boolean;
  /** Append the element's position, from 1. */
  readonly ordinality: boolean;
}

/** The input's columns, then one that is computed for many rows at once. */
export interface Batch extends Node {
  readonly kind: 'batch';
  readonly input: Plan;
  readonly argument: Expression;
  readonly function: BatchFunction;
}

/**
 * A function that costs less for many rows than for each: it answers a value for each
 * argument, in order, or the Problem of the first that it cannot be computed for, and
 * nothing behind that. The same argument has the same value at any time.
 */
export interface BatchFunction {
  readonly name: string;
  readonly compute: (values: readonly Value[]) => readonly (Value | Problem)[];
}

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** An order for the rows, and the part of it that is kept. */
export interface Order extends Node {
  readonly kind: 'order';
  readonly input: Plan;
  readonly by: readonly SortKey[];
  readonly offset: number;
  readonly limit: number | undefined;
}

/** The input's columns, then one for each window function. */
export interface Window extends Node {
  readonly kind: 'window';
  readonly input: Plan;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly functions: readonly WindowCall[];
}

export interface WindowCall {
  readonly function: WindowFunction;
  readonly args: readonly Expression[];
  readonly type: Type;
  /** Absent for the default: from the partition's start to the last peer of the row. */
  readonly frame?: WindowFrame | undefined;
  /** FILTER of an aggregate: the rows that it takes. */
  readonly filter?: Expression | undefined;
}

/** Which rows of its partition, as they stand in order, a function sees from a row. */
export interface WindowFrame {
  readonly mode: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: 'nothing' | 'current' | 'group' | 'ties';
}

/** `unbounded` is the partition's start where a frame starts, and its end where one ends. */
export type FrameBound =
  | {readonly kind: 'unbounded'}
  | {readonly kind: 'current'}
  | {
      readonly kind: 'offset';
      readonly following: boolean;
      /** So many rows or groups, or a distance of the values that are ordered by. */
      readonly offset: Value;
      /** RANGE: the value that far from another; undefined where all are within. */
      readonly reach?: Reach | undefined;
    };

export type Reach = (
  base: Value,
  offset: Value,
  how: {readonly subtract: boolean},
) => Value | undefined;

/** Rows of a partition one after the other: from an index, to behind another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A function over a partition: `rows` holds each row's arguments in the partition's
 * order. The answer has one value for each row.
 */
export interface WindowFunction {
  readonly name: string;
  readonly compute: (rows: readonly (readonly Value[])[], places: WindowPlaces) => readonly Value[];
}

export interface WindowPlaces {
  /** For each row, the index of the first of the rows that sort equal to it. */
  readonly peers: readonly number[];
  /** For each row, its frame: spans in order. */
  readonly frames: readonly (readonly Span[])[];
  /** Which rows FILTER lets pass; undefined for all. */
  readonly takes: readonly boolean[] | undefined;
}

/**
 * The rows of `base`, then again and again those that `step` makes of the rows that were
 * added last, until it makes none. Without `all` a row is added once. `step` answers
 * the number of the round first, then the row, and reads what was added as `working`.
 */
export interface Recursive extends Node {
  readonly kind: 'recursive';
  readonly working: Working['id'];
  readonly base: Plan;
  readonly step: Plan;
  readonly all: boolean;
}

/** What a round of a recursion has added: the number of the round, then the row. */
export interface Working extends Node {
  readonly kind: 'working';
  /** The recursion's, unique in a plan. */
  readonly id: string;
}

/**
 * The input's columns, then one for each time function: what the passing of time makes
 * of a row. Time is the commit time of the transactions; no clock is read.
 */
export interface Timed extends Node {
  readonly kind: 'timed';
  readonly input: Plan;
  /**
   * How many of the input's columns make the row what it is. Those behind them are of time
   * functions below: when time alone changes one, the row has not changed.
   */
  readonly width: number;
  readonly functions: readonly TimeCall[];
}

export interface TimeCall {
  readonly function: TimeFunction;
  readonly args: readonly Expression[];
  readonly type: Type;
}

/**
 * A function of a row and of time. `step` answers what the row's state is at `now`, from
 * the state before (undefined for a row that has just come) and the arguments; `changed`
 * tells whether the row is new or has changed, or whether only time has passed. It is
 * asked again once `due` is reached, and whenever the row changes.
 *
 * With `history`, what it answers depends on earlier rows and times too, so that it must
 * see every row of its input, also those that a condition beside it leaves out.
 */
export interface TimeFunction {
  readonly name: string;
  readonly history: boolean;
  readonly step: (
    was: TimeState | undefined,
    args: readonly Value[],
    at: {readonly now: number; readonly changed: boolean},
  ) => TimeState;
}

export interface TimeState {
  readonly value: Value;
  /** The microsecond at which it may be another, after now; undefined for never. */
  readonly due: number | undefined;
  /** What the function keeps for itself: a time, a value. */
  readonly since?: number;
  readonly current?: Value;
}

import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {Column, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Plan} from './plan.ts';
import type {OrderKey} from './result-order.ts';

/**
 * A query that runs: told of each transaction, it answers what changed in its result.
 * Made by `compile.ts` from a text and a catalog.
 */
export interface RunningQuery {
  readonly columns: readonly Column[];
  /** The tables it reads; a transaction that touches none of them leaves it alone. */
  readonly tables: ReadonlySet<TableId>;
  /** Whose rows it is to be pushed: its tables, and in place of some of them shared subplans. */
  readonly scans: ReadonlySet<TableId>;
  /** What it runs, optimised: `routing.ts` reads from it which edits it can care about. */
  readonly plan: Plan;
  /** The plan as indented text, a line an operator, with the rows each remembers. */
  explain(): string;
  /**
   * Throws a Problem when an expression fails on a row; the query is then hydrated anew
   * before it is used again.
   */
  push(transaction: Transaction): Delta;
  /**
   * The earliest microsecond at which its result may change by time alone; undefined for
   * never. Time is the commit time of what was pushed, and never goes back.
   */
  nextDue(): number | undefined;
  /**
   * The keys of its rows in the order that its ORDER BY asks for; undefined where it asks
   * for none. As of the last push.
   */
  readonly keysInOrder?: (() => Iterable<Key>) | undefined;
  /** What its ORDER BY names, as its columns show it; nothing where it asks for no order. */
  readonly orderBy: readonly OrderKey[];
  /**
   * What its operators remember that the rows of the tables do not tell; undefined where
   * there is no such thing: each is then made anew from the rows alone.
   */
  readonly memory: TimeMemory | undefined;
  /** How many rows its operators remember. */
  readonly size: number;
}

/**
 * What came of the history of a query's rows: since when a condition holds, what a value
 * was before, which of a row's matches in an outer join came first. JSON texts, each under a
 * key of its own, which names the operator by what it does and the row by its identity.
 * Whoever keeps them with the rows can have the query go on after a restart as if there had
 * been none.
 */
export interface TimeMemory {
  /** Whether it goes on from what was kept. */
  readonly recalled: boolean;
  /** All of it. */
  all(): Iterable<readonly [string, string]>;
  /**
   * What is another since this was asked last; undefined: forgotten. Costs what changed.
   * The first answer of operators that recalled nothing is all of it, and takes the place
   * of whatever is kept.
   */
  changes(): ReadonlyMap<string, string | undefined>;
  /**
   * Before the first push, which then brings all rows as they were kept, at a time that is
   * not before any that the query had been pushed. Rows whose own values are as they were go
   * on from what is recalled; all others are new, and what else is recalled is forgotten.
   */
  recall(memory: ReadonlyMap<string, string>): void;
}

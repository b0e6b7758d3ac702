import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {Column, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Plan} from './plan.ts';

/**
 * A query that runs: told of each transaction, it answers what changed in its result.
 * Made by `compile.ts` from a text and a catalog.
 */
export interface RunningQuery {
  readonly columns: readonly Column[];
  /** The tables it reads; a transaction that touches none of them leaves it alone. */
  readonly tables: ReadonlySet<TableId>;
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
  /** How many rows its operators remember. */
  readonly size: number;
}

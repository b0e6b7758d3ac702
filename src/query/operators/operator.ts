import type {Delta} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import type {OperatorMemory} from './row-memory.ts';

/**
 * One step of a running query: told what changed in the collection below it, it answers
 * what that changes in its own. It waits for nothing, reads no clock and keeps no delta
 * (it may keep rows, which never change). What it answers names each key's edits in
 * order, and leaves out edits that change nothing.
 *
 * A step throws a Problem only when an expression fails on a row; its state is then not
 * to be used again, and the query is hydrated anew.
 */
export interface Operator {
  push(delta: Delta): Delta;
  /** How many rows it remembers. Back to 0 when its input is empty again. */
  readonly size: number;
  /** Its rows as of the last push: of an operator that can be shared between queries. */
  rows?(): Iterable<readonly [Key, Row]>;
}

/** An operator over two collections that change in the same step. */
export interface BinaryOperator {
  push(left: Delta, right: Delta): Delta;
  readonly size: number;
  /**
   * Whether its last answer was net, if what it was told was: each key once, and no edit
   * without change. Absent where it cannot say.
   */
  readonly net?: boolean;
  /** Its rows as of the last push: of an operator that can be shared between queries. */
  rows?(): Iterable<readonly [Key, Row]>;
  /** What it remembers that no rows tell: where it has any such thing. */
  readonly memory?: OperatorMemory | undefined;
}

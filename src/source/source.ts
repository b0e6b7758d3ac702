import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';

/**
 * Where changes come from. A source runs until it is told to stop: it connects (again and
 * again, with backoff), describes its tables, brings what it holds in step with a snapshot
 * (a `resync` transaction) and goes on with the stream.
 */
export interface Source {
  readonly id: string;
  /** Resolves once `signal` is aborted and every connection is closed; rejects on a bug. */
  run(sink: SourceSink, signal: AbortSignal): Promise<void>;
  /** All that was received up to `lsn` is durable: the database may forget it. */
  acknowledge(lsn: Lsn): void;
  /**
   * The rows it holds of a table, as of the last transaction handed to the sink: what a
   * query is hydrated from. To be read in the same synchronous turn.
   */
  rows(table: TableId): Iterable<readonly [Key, Row]>;
  status(): SourceStatus;
}

/** Who a source talks to. Called one at a time, in order. */
export interface SourceSink {
  /**
   * The tables as they are now: before the first transaction, and whenever they change. The
   * next transaction is a `resync` with what differs between the rows held and the tables.
   */
  describe(tables: readonly Table[]): void;
  /** Takes a transaction; resolves when there is room for the next. */
  receive(transaction: Transaction): Promise<void>;
}

export interface SourceStatus {
  readonly state: SourceState;
  /** When it came into this state, milliseconds since 1970. */
  readonly sinceMs: number;
  /** End of the last transaction that was received whole. */
  readonly receivedLsn: Lsn | undefined;
  /** What the database was told it may forget. */
  readonly acknowledgedLsn: Lsn | undefined;
  /** The end of the database's log, as last heard. */
  readonly serverLsn: Lsn | undefined;
  /** serverLsn − acknowledgedLsn: what the database keeps for us. */
  readonly lagBytes: number | undefined;
  /** Age of the oldest commit that is not yet acknowledged; 0 when there is none. */
  readonly lagMs: number | undefined;
  readonly tables: readonly string[];
  /** Things that work, and that the user should know of. */
  readonly warnings: readonly Problem[];
}

export type SourceState =
  | {readonly kind: 'stopped'}
  /** `problem` is why the attempt before this one failed. */
  | {readonly kind: 'connecting'; readonly attempt: number; readonly problem?: Problem}
  | {readonly kind: 'snapshotting'; readonly rowsRead: number}
  | {readonly kind: 'streaming'}
  /** Something is wrong that may pass: tried again at `retryAtMs`. */
  | {
      readonly kind: 'waiting';
      readonly problem: Problem;
      /** What else was found wrong at the same time. */
      readonly further?: readonly Problem[];
      readonly retryAtMs: number;
    };

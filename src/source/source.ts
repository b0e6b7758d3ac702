import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Table, TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';
import type {HeartbeatStatus} from './heartbeat.ts';
import type {SlotStatus} from './slot-outlook.ts';
import type {VerificationStatus} from './verified.ts';

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
  /** The tables whose rows it holds; undefined while it holds none. */
  readonly tables: readonly Table[] | undefined;
  status(): SourceStatus;
  /**
   * What the database's clock says, in milliseconds since 1970; undefined until it is known.
   * Commit times are of that clock. A source without one has this machine's.
   */
  nowMs?(): number | undefined;
  /**
   * Compares its tables with the database, as after a loss, as soon as may be; what differs
   * is told as a `resync`. What it holds is served meanwhile.
   */
  resync(): void;
}

/** Who a source talks to. Called one at a time, in order. */
export interface SourceSink {
  /**
   * The tables as they are now: before the first transaction, and whenever they change. The
   * next transaction is a `resync` with what differs between the rows held and the tables.
   * `memo` is the source's own text about them, which it is handed back after a restart.
   */
  describe(tables: readonly Table[], memo: string): void;
  /**
   * Takes transactions, as many as go into the store together. Each is made when it is
   * asked for: `rows` then answers as of its end; undefined when there is none left. What
   * `next` throws is thrown on, after what came before is in the store. Resolves when there
   * is room again, and answers whether it left off before `next` had no more. `breathe` is
   * to be called now and then while that takes long.
   */
  receive(next: () => Transaction | undefined, breathe?: () => void): Promise<boolean>;
  /**
   * There is nothing for anybody up to `lsn`, and all that was given before is in the store.
   * Once the store has that, `lsn` is acknowledged like the end of a transaction. `memo`: what
   * the source now wants back of itself, besides its tables, which are the same.
   */
  reach(lsn: Lsn, memo?: string): void;
}

/** What a source held when the service that ran it before last told the store. */
export interface StoredSource {
  readonly lsn: Lsn;
  /** Microseconds since 1970: of the last transaction, or the time that passed since. */
  readonly commitTime: number;
  /** What it said with `describe`. */
  readonly memo: string;
  /** The rows of its tables. */
  readonly rows: ReadonlyMap<TableId, Map<Key, Row>>;
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
  /** serverLsn − acknowledgedLsn: what the database keeps for us. Not known while it is away. */
  readonly lagBytes: number | undefined;
  /**
   * Age of the oldest commit that is not yet acknowledged; 0 when there is none, and not known
   * while the database may have some that were not sent.
   */
  readonly lagMs: number | undefined;
  readonly tables: readonly string[];
  /** Things that work, and that the user should know of. */
  readonly warnings: readonly Problem[];
  /** Transactions of the database that were handed to the sink since the start. */
  readonly transactions?: number | undefined;
  /** Set while rows are held that nobody keeps up to date at the moment. */
  readonly stale?: Staleness | undefined;
  /** What its replication slot costs the server, as last read. */
  readonly slot?: SlotStatus | undefined;
  /** How long the way from the database's log to here takes, as last measured. */
  readonly heartbeat?: HeartbeatStatus | undefined;
  /** How what it holds compares with the database; absent where that is not looked at. */
  readonly verification?: VerificationStatus | undefined;
}

/** Rows are held, and are those of a moment that is past. */
export interface Staleness {
  /** Since when, milliseconds since 1970. */
  readonly sinceMs: number;
  /** What happened, where it is known. */
  readonly why: Problem | undefined;
}

export type SourceState =
  | {readonly kind: 'stopped'}
  /** `problem` and `further` are why the attempt before this one failed. */
  | {
      readonly kind: 'connecting';
      readonly attempt: number;
      readonly problem?: Problem;
      readonly further?: readonly Problem[];
    }
  /** `rowsExpected`: how many there are, as Postgres guesses; absent where it does not. */
  | {
      readonly kind: 'snapshotting';
      readonly rowsRead: number;
      readonly rowsExpected?: number | undefined;
    }
  | {readonly kind: 'streaming'}
  /** Something is wrong that may pass: tried again at `retryAtMs`. */
  | {
      readonly kind: 'waiting';
      readonly problem: Problem;
      /** What else was found wrong at the same time. */
      readonly further?: readonly Problem[];
      readonly retryAtMs: number;
    };

/** Whether the database is out of reach, or was at the last attempt. */
export const isAway = (state: SourceState): boolean =>
  state.kind === 'stopped' || ('problem' in state && state.problem !== undefined);

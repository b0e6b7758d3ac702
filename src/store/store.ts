import type {Event} from '../data/event.ts';
import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Row} from '../data/value.ts';
import type {Durations} from '../lib/durations.ts';

/**
 * What survives. Steps go in whole or not at all, and in one turn: when `commit` returns,
 * readers of the log see them, and nobody could see less of them in between. Only what it
 * has taken is told to anyone: clients, reactions, Postgres.
 *
 * A durable store has the rows of tables and results too. It is told what changed in them,
 * and reads them whole, from where they are, when it makes a checkpoint.
 */
export interface Store {
  readonly log: EventLog;
  /** The sources as they were when the store was opened; none in a new one. */
  readonly sources: ReadonlyMap<string, StoredSource>;
  /** The queries as they were when the store was opened. */
  readonly queries: ReadonlyMap<string, StoredQuery>;
  /**
   * Where the rows are from now on, all that the store has among them: there is no checkpoint
   * before. To be called once, before anything comes that the store does not have.
   */
  begin(rows: LiveRows): void;
  /**
   * Takes steps in order, in one write. `durable` is called when no loss of power can take
   * them back: before `commit` returns, unless the store was told to wait with that.
   * Throws a Problem where it cannot; nothing it has is lost then, and it takes no more.
   */
  commit(steps: readonly Step[], durable: () => void): void;
  status(): StoreStatus;
  close(): Promise<void>;
}

/** What one transaction did, and what else is to be known from then on. */
export interface Step {
  /** undefined: no source has moved; the rest happened to queries between two transactions. */
  readonly transaction: Transaction | undefined;
  /** Their sequences follow on the log's last one. */
  readonly events: readonly Event[];
  /** What the source wants back with its rows; absent where that is as before. */
  readonly memo?: string | undefined;
  /** What is to be kept of queries besides their rows. */
  readonly notes?: readonly QueryNote[];
}

export interface QueryNote {
  readonly queryId: string;
  /** The pipeline's own text about the query; null: there is no such query any more. */
  readonly memo?: string | null;
  /** What its time functions remember, by their own keys; undefined: no more. */
  readonly memory?: ReadonlyMap<string, string | undefined>;
  /** Its time functions began anew: what they remembered before is gone. */
  readonly afresh?: boolean;
}

export interface StoredSource {
  readonly lsn: Lsn;
  /** Microseconds since 1970. */
  readonly commitTime: number;
  readonly memo: string;
  readonly rows: ReadonlyMap<TableId, Map<Key, Row>>;
}

export interface StoredQuery {
  readonly memo: string;
  /** Sequence of its last event. */
  readonly sequence: number;
  /** Its rows as clients were told them last: JSON texts by key. */
  readonly rows: ReadonlyMap<string, string>;
  readonly memory: ReadonlyMap<string, string>;
}

/** The rows of the service, wherever they are; as of the last step whenever it is read. */
export interface LiveRows {
  /** Those that there are now: one that was left out is forgotten with its rows. */
  sourceIds(): Iterable<string>;
  /** The tables of all sources. */
  tables(): Iterable<{readonly sourceId: string; readonly table: TableId}>;
  rows(sourceId: string, table: TableId): Iterable<readonly [Key, Row]>;
  queryIds(): Iterable<string>;
  /** A result as clients were told it: JSON texts by key. */
  result(queryId: string): Iterable<readonly [string, string]>;
  memory(queryId: string): Iterable<readonly [string, string]>;
}

export interface StoreStatus {
  readonly kind: 'memory' | 'lmdb';
  /** Bytes on disk. */
  readonly bytes: number;
  /** Bytes that a restart reads besides the checkpoint. */
  readonly journalBytes: number;
  /** When the last checkpoint was made, milliseconds since 1970. */
  readonly checkpointMs: number | undefined;
  readonly log: LogStatus;
  /** How long its writes took since it was opened; none where it writes nothing. */
  readonly commits: Durations;
}

export interface LogStatus {
  /** Sequences of the first event that is held, and of the last one there was. */
  readonly oldest: number;
  readonly newest: number;
  /** Of the events that are held; on disk those too that are only yet to be removed. */
  readonly bytes: number;
  /** When the first event that is held came, milliseconds since 1970; undefined: there is none. */
  readonly oldestMs: number | undefined;
}

/** Bounds of the figures of commits, in seconds: a disk that syncs at once, to one that hangs. */
export const COMMIT_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** The events of a store's life, the newest of them at least. */
export interface EventLog {
  /** Names the store's life; sequences of different epochs have nothing to do with each other. */
  readonly epoch: string;
  /** Sequence of the last event; 0 when there was none yet. */
  readonly last: number;
  /** Events up to this sequence are gone: a reader at or after it can go on. */
  readonly trimmed: number;
  /** Held events after a sequence, oldest first, at most `limit` of them. */
  read(after: number, limit: number): readonly Event[];
  /** Calls `listener` after each commit that brought events; the answer ends it. */
  watch(listener: () => void): () => void;
}

import type {Event} from '../data/event.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';

/**
 * What survives. A step goes in whole or not at all, and only what `commit` has resolved
 * for is told to anyone: clients, reactions, Postgres.
 */
export interface Store {
  readonly log: EventLog;
  /** The position up to which a source's transactions are in the store. */
  position(sourceId: string): Lsn | undefined;
  /** Steps in order. A store may join several in one durable write. */
  commit(steps: readonly Step[]): Promise<void>;
  close(): Promise<void>;
}

/** What one transaction did. */
export interface Step {
  readonly transaction: Transaction;
  /** Their sequences follow on the log's last one. */
  readonly events: readonly Event[];
}

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

import type {Clock} from '../lib/clock.ts';
import type {Log} from '../lib/log.ts';
import type {TableKey} from '../postgres/catalog.ts';
import type {ConnectOptions} from '../postgres/connection.ts';

export interface PostgresSourceOptions {
  readonly id: string;
  readonly connect: ConnectOptions;
  /** `schema.name` or `name`; empty: every table of the publication. */
  readonly tables: readonly string[];
  readonly tableKeys: readonly TableKey[];
  readonly slotName: string;
  readonly publicationName: string;
  /** Waits between attempts double from the first to the last. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How long a new slot may wait for open transactions to end. */
  readonly slotWaitMs: number;
  /** How often tables are looked at for changes that the stream says nothing of. */
  readonly tableCheckMs: number;
  /** How often it is looked at what the slot costs the server. */
  readonly slotCheckMs: number;
  /** Log that the server may keep for the slot; past it the slot is given up. 0: any. */
  readonly maxRetainedWalBytes: number;
  /** How often a slot that somebody else reads from is tried. */
  readonly slotRetryMs: number;
  /** Whether standbys are to have a copy of a slot that is made. */
  readonly slotFailover: boolean;
  /** How often a heartbeat is written into the database's log; 0: never. */
  readonly heartbeatMs: number;
  /** How often what is held is compared with the database, beside the stream; 0: never. */
  readonly verifyMs: number;
  /** Rows that are read for that in a second, at most. */
  readonly verifyRowsPerSecond: number;
  /** Rows that may change while a table is read for that; past it there is no verdict. */
  readonly verifyChanges: number;
  readonly limits: SourceLimits;
}

export interface SourceLimits {
  /** Transactions that wait to be applied, before the socket is paused. */
  readonly transactions: number;
  /** Changes that wait to be applied, before the socket is paused. */
  readonly changes: number;
  /** Changes of one transaction; past it the tables are compared instead. */
  readonly transactionRows: number;
  /** Bytes of changes in memory; past it a transaction goes to a file. */
  readonly transactionMemoryBytes: number;
  /** Bytes of changes in files; past it the tables are compared instead. */
  readonly transactionSpillBytes: number;
  /** Where the files are made. */
  readonly spillFolder: string;
}

/** What a source needs of the world outside. */
export interface SourceWorld {
  readonly clock: Clock;
  /** Told when its state, or whether it is stale, may be another. */
  readonly onState?: (() => void) | undefined;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

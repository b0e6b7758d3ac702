import type {Delta} from './delta.ts';
import type {Lsn} from './lsn.ts';
import type {TableId} from './schema.ts';

/**
 * One commit of the source, whole: the step by which every result moves.
 *
 * `stream`: a Postgres transaction. `resync`: what differed between a snapshot and what
 * was held. `timer`: time passed, and nothing else.
 */
export interface Transaction {
  readonly kind: 'stream' | 'resync' | 'timer';
  readonly sourceId: string;
  /** The end of its commit record: everything before this position is known. */
  readonly lsn: Lsn;
  /** Postgres's transaction id; undefined for a step that no transaction made. */
  readonly xid: number | undefined;
  /** Microseconds since 1970 at which it committed. */
  readonly commitTime: number;
  /** Per table, its net delta: each key once, no edit that changes nothing. */
  readonly changes: ReadonlyMap<TableId, Delta>;
}

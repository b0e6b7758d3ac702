import type {Key} from '../data/key.ts';
import type {Column} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';
import type {EventLog} from '../store/store.ts';

/** What reactions need of the service. All of it, asked in one turn, is one state. */
export interface StreamWorld {
  readonly log: EventLog;
  /** A query's result as of the log's last event; undefined while it has none. */
  results(queryId: string): StreamedResult | undefined;
  /** How far the results are known to be right. */
  progress(): Progress;
  /** Tells of queries whether their results are of the past, all by what is so in this turn. */
  staleness(): (queryId: string) => StaleResult | undefined;
  /** Tells of queries why they have no result yet, all by what is so in this turn. */
  waiting(): (queryId: string) => WaitingQuery | undefined;
  /** Calls `listener` whenever what these two say may have changed; the answer ends it. */
  watch(listener: () => void): () => void;
}

export interface StreamedResult {
  readonly columns: readonly Column[];
  /** The position as of which it is the query's answer, as Postgres prints it. */
  readonly lsn: string;
  /** How many rows it has; and their checksum (`data/checksum.ts`), where it is kept. */
  readonly count?: number | undefined;
  readonly checksum?: number | undefined;
  /** Its rows, in no order; read in the turn they are asked for. */
  rows(): Iterable<readonly [Key, Row]>;
}

/** Why nobody keeps a result up to date at the moment. */
export interface StaleResult {
  readonly reason: string;
  /** Null where it is not for a source. */
  readonly source: string | null;
  /** In ISO 8601. */
  readonly since: string;
  readonly problem: Problem | null;
}

/** Why a query has no result yet. */
export interface WaitingQuery {
  readonly reason: string;
  readonly source: string | null;
  /** In full sentences. */
  readonly detail: string;
  readonly hint: string | undefined;
  readonly problem: Problem | null;
  /** When to ask again; undefined: it does not come by itself. */
  readonly retryMs: number | undefined;
}

export interface Progress {
  readonly lsn: string | undefined;
  readonly lagBytes: number | undefined;
  readonly lagMs: number | undefined;
}

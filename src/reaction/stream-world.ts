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
  readonly source: string;
  /** In ISO 8601. */
  readonly since: string;
  readonly problem: Problem | null;
}

export interface Progress {
  readonly lsn: string | undefined;
  readonly lagBytes: number | undefined;
  readonly lagMs: number | undefined;
}

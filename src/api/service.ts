import type {Event} from '../data/event.ts';
import type {Key} from '../data/key.ts';
import type {Moment} from '../data/moment.ts';
import type {Column} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import type {Problem} from '../lib/problem.ts';
import type {SourceStatus} from '../source/source.ts';
import type {Verified} from '../source/verified.ts';
import type {StoreStatus} from '../store/store.ts';

/** What the API needs of the service. Everything it asks in one turn is one state. */
export interface ApiService {
  /** Names the store's life, as in the ids of events. */
  readonly epoch: string;
  /** Whether it is on its way down: it still answers, and is no longer ready. */
  readonly draining: boolean;
  queries(): readonly QueryView[];
  query(id: string): QueryView | undefined;
  sources(): readonly SourceView[];
  reactions(): readonly ReactionView[];
  store(): StoreStatus;
  readonly changes: QueryChanges;
  readonly history: HistoryView;
}

/** The past of queries, as far as the event log reaches. */
export interface HistoryView {
  /** The events of a query, oldest first. */
  events(queryId: string, asked: EventsAsked): Promise<EventsPage>;
  /** The result of a query as it was. */
  result(queryId: string, asked: PastAsked): Promise<PastResult>;
}

export interface EventsAsked {
  /** The first and the last moment, both included. */
  readonly from: Moment | undefined;
  readonly to: Moment | undefined;
  /** The sequence that an earlier page ended with. */
  readonly after: number | undefined;
  /** Events of a page, at most. */
  readonly limit: number;
}

export interface EventsPage {
  readonly events: readonly Event[];
  /** What the next page comes after; undefined for the last. */
  readonly next: number | undefined;
  /** Whether events that were asked for are gone. */
  readonly truncated: boolean;
  readonly reach: Reach;
}

/** How far back the log goes. */
export interface Reach {
  /** It has every event of the store's life. */
  readonly whole: boolean;
  /** Its first event of the same source. */
  readonly first: Event | undefined;
}

export interface PastAsked {
  readonly at: Moment;
  /** The identity that an earlier page ended with. */
  readonly after: Key | undefined;
  readonly limit: number | undefined;
}

export interface PastResult {
  /** Rows of the whole result. */
  readonly count: number;
  /** The last event that had happened: asked for with it, the answer is the same for good. */
  readonly sequence: number;
  /** The position that it was the answer at; undefined where the log does not tell. */
  readonly lsn: string | undefined;
  readonly asOfMs: number | undefined;
  /** The names of the columns that there are now. */
  readonly columns: readonly string[];
  /** By identity; one more than asked for where there are more. */
  readonly rows: readonly (readonly [Key, Row | string])[];
  /** A row as JSON. */
  text(row: Row | string): string;
}

/**
 * What a request may do to queries. Each answer resolves once the step is in the store.
 * What cannot be done throws a Problem of `apiProblems`, or QueryRefused where the query
 * itself is wrong; nothing has changed then.
 */
export interface QueryChanges {
  /** What becomes of changes with a restart, as a sentence. */
  readonly note: string;
  /** Adds a query that there is not yet. */
  add(text: QueryText): Promise<Changed>;
  /** Makes a query be what the text says, whether there was one before or not. */
  put(id: string, text: QueryText): Promise<Changed>;
  drop(id: string): Promise<Changed>;
  start(id: string): Promise<Changed>;
  stop(id: string): Promise<Changed>;
}

export interface QueryText {
  readonly text: string;
  readonly form: 'json' | 'yaml';
}

/** What a request did. */
export interface Changed {
  /** In words, for people. */
  readonly message: string;
  /** As it is now; undefined for one that is gone. */
  readonly query: QueryView | undefined;
  /** Settings of the text that mean nothing here. */
  readonly ignored: readonly string[];
}

/** The text of a query is wrong, or cannot be answered on the rows there are. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly problems: readonly Problem[];
  /** 400: it cannot be read. 422: it does not fit the tables. 409: it fails on a row. */
  readonly status: 400 | 409 | 422;

  constructor(problems: readonly Problem[], status: 400 | 409 | 422) {
    super(problems.map(({message}) => message).join('; '));
    this.problems = problems;
    this.status = status;
  }
}

export interface QueryView {
  readonly id: string;
  readonly text: string;
  readonly language: string | undefined;
  readonly autoStart: boolean;
  /** Whether it stands in the configuration, or was given over the API since. */
  readonly origin: 'configuration' | 'api';
  readonly sources: readonly string[];
  readonly state: QueryViewState;
  /** undefined until it has its first; kept when the query fails later. */
  result(): ResultView | undefined;
  /** When the tables that it reads were compared with the database last, and were the same. */
  readonly verified?: Verified | undefined;
  /** The plan as text; undefined until the query was compiled. */
  plan(): string | undefined;
}

export type QueryViewState =
  | {readonly kind: 'waiting'}
  | {readonly kind: 'running'}
  | {readonly kind: 'failed'; readonly problems: readonly Problem[]}
  | {readonly kind: 'stopped'};

export interface ResultView {
  readonly columns: readonly Column[];
  readonly count: number;
  /** Sequence of the query's last event: it names this state of the result. */
  readonly sequence: number;
  /** Names its columns, among all that results of this id have had; 0: the first. */
  readonly shape: number;
  /** The position as of which it is the query's answer, as Postgres prints it. */
  readonly lsn: string | undefined;
  /** When the source last said so, milliseconds since 1970. */
  readonly asOfMs: number;
  /** Whether `keys` are in an order of the query's. */
  readonly ordered: boolean;
  /** What its ORDER BY names. */
  readonly orderBy: readonly OrderKey[];
  /** The identities of its rows, or the first of them, in its order or else in their own. */
  keys(first?: number): readonly Key[];
  row(key: Key): Row | undefined;
}

/** One of the keys that rows are ordered by. */
export interface OrderKey {
  /** Its place among the columns; undefined: rows do not show it. */
  readonly column: number | undefined;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface SourceView {
  readonly id: string;
  readonly kind: string;
  status(): SourceStatus;
  /** Has its tables compared with the database; what differs is told as a resync. */
  resync(): void;
}

export interface ReactionView {
  readonly id: string;
  readonly kind: string;
  readonly queries: readonly string[];
  status(): ReactionViewStatus;
}

export interface ReactionViewStatus {
  readonly state:
    | {readonly kind: 'stopped'}
    | {readonly kind: 'running'}
    | {readonly kind: 'failed'; readonly problem: Problem};
  readonly sequence: number;
  readonly lagEvents: number;
  readonly lagMs: number;
  readonly clients?: number;
  readonly address?: {readonly host: string; readonly port: number; readonly path: string};
  readonly warnings: readonly Problem[];
}

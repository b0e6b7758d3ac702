import type {TextPlace} from './query-place.ts';
/**
 * The configuration after it was read: every key is there, with its default. The file's
 * forms (both key casings, Drasi's dialects, `${VAR}`) are the business of `load.ts`.
 */
export interface Config {
  /** Names the service in logs and in the API. */
  readonly id: string;
  /** Where the API and the dashboard listen. */
  readonly host: string;
  readonly port: number;
  /** Proxies in front, whose word in X-Forwarded-For is taken for a client's address. */
  readonly trustProxy: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /**
   * Origins whose pages may use the API. Empty: pages of any origin may read it (GET), as
   * Drasi has it, and no page of another origin may change anything.
   */
  readonly corsAllowedOrigins: readonly string[];
  /** The secret that a request to change something carries. Empty: nothing can be changed. */
  readonly apiToken: string;
  /** Drasi's `stateStore`: where what must survive is kept. undefined: in memory. */
  readonly stateStore?: StateStoreConfig;
  readonly sources: readonly SourceConfig[];
  readonly queries: readonly QueryConfig[];
  readonly reactions: readonly ReactionConfig[];
  readonly limits: Limits;
}

/** Limits of the whole service. Each is a key of `limits` in the file. */
export interface Limits {
  /** Events the log keeps for clients that come back, at most. */
  readonly eventLogEvents: number;
  /** Bytes of JSON the log keeps, at most. */
  readonly eventLogBytes: number;
  /** How long the log of a state store keeps an event, at most; while nobody runs it, it rests. */
  readonly eventLogMs: number;
  /** Transactions that wait between the source and the queries. */
  readonly transactionQueue: number;
  /** Transactions that go into the store together, at most. */
  readonly commitTransactions: number;
  /** Rows that they change, of tables and results, at most; one transaction may be more. */
  readonly commitRows: number;
  /** Changes that wait between the source and the queries. */
  readonly changeQueue: number;
  /** Changes of one transaction; past it the tables are compared with the database instead. */
  readonly transactionRows: number;
  /** Bytes of the changes that are read and not yet applied; past it they go to a file. */
  readonly transactionMemoryBytes: number;
  /** Bytes of such files; past it the tables are compared with the database instead. */
  readonly transactionSpillBytes: number;
  /** Answers under way at once on one listener, streams aside. */
  readonly requests: number;
  /** The same, of one address. */
  readonly requestsPerAddress: number;
  /** SSE connections of one listener. */
  readonly clients: number;
  /** SSE connections of one address. */
  readonly clientsPerAddress: number;
  /** Queries that one stream may name. */
  readonly clientQueries: number;
  /** Rows that one stream may ask for as snapshots. */
  readonly snapshotRows: number;
  /** A client that is further behind is told what it missed as a net diff. */
  readonly clientBehindEvents: number;
  /** The same, in bytes of JSON. */
  readonly clientBehindBytes: number;
  /** How long a stream is kept before its client is sent to connect anew; 0: for ever. */
  readonly clientRotateMs: number;
  /** How long a client that takes nothing is kept. */
  readonly clientStalledMs: number;
  /** How often a stream is told at most, between heartbeats, that results are stale or well. */
  readonly clientProgressMs: number;
  /** When a client that lost its stream comes back, at most; spread over the upper half. */
  readonly clientRetryMs: number;
  /** Rows in one page of results. */
  readonly pageRows: number;
  /** Requests about the past that look through the log at the same time. */
  readonly historyRequests: number;
  /** Rows that may have changed since the result that one of them asks for. */
  readonly historyRows: number;
  /** Queries, those of the file and those added over the API. */
  readonly queries: number;
  /** A failed query is tried again when its tables change: waits double up to this. */
  readonly queryRetryMs: number;
  /** Rows that a WITH RECURSIVE query may have. */
  readonly recursionRows: number;
  /** How long a program of jq may take for up to a thousand rows. */
  readonly jqMs: number;
  /** How long a shutdown may take. */
  readonly drainMs: number;
}

export interface StateStoreConfig {
  readonly kind: 'redb' | 'lmdb';
  readonly path: string;
  /**
   * When a change is told: after a write of its own, after a write that it shares with what
   * came at the same time, or at once and written every `flushMs`. Loss of power, or of the
   * process, then takes back what clients saw; they start afresh.
   */
  readonly durability: 'commit' | 'group' | 'interval';
  readonly flushMs: number;
  /** What a restart reads besides the last checkpoint, at least before the next is made. */
  readonly checkpointBytes: number;
}

export interface SourceConfig {
  readonly kind: 'postgres';
  readonly id: string;
  readonly autoStart: boolean;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `schema.name` or `name`; empty: every table that the publication covers. */
  readonly tables: readonly string[];
  readonly slotName: string;
  readonly publicationName: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** A file of PEM certificates that the server's is checked against. */
  readonly sslCa: string | undefined;
  readonly tableKeys: readonly {readonly table: string; readonly keyColumns: readonly string[]}[];
  readonly connectTimeoutMs: number;
  /** How long the server, or we to it, may say nothing before a connection is given up. */
  readonly silentMs: number;
  /** Waits between attempts double from the first to the last. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How long a new slot may wait for transactions that were open before it. */
  readonly slotWaitMs: number;
  /** How often tables are looked at for changes that the stream says nothing of. */
  readonly tableCheckMs: number;
  /** How often it is looked at what the slot costs the server. */
  readonly slotCheckMs: number;
  /** Log that the server may keep for the slot; past it the slot is given up. 0: any. */
  readonly maxRetainedWalBytes: number;
  /** How often a slot that another instance reads from is tried. */
  readonly slotRetryMs: number;
  /** Whether standbys are to have a copy of a slot that is made (Postgres 17). */
  readonly slotFailover: boolean;
  /** How often a heartbeat is written into the database's log; 0: never. */
  readonly heartbeatMs: number;
  /** How often what is held is compared with the database, beside the stream; 0: never. */
  readonly verifyMs: number;
  /** Rows that are read for that in a second, at most. */
  readonly verifyRowsPerSecond: number;
  /** Rows that may change while a table is read for that; past it there is no verdict. */
  readonly verifyChanges: number;
}

export interface QueryConfig {
  readonly id: string;
  readonly query: string;
  /** undefined: recognised from the text. */
  readonly queryLanguage: 'Cypher' | 'GQL' | 'SQL' | undefined;
  readonly autoStart: boolean;
  readonly sources: readonly {
    readonly sourceId: string;
    readonly nodes: readonly string[];
    readonly relations: readonly string[];
    /** Names of `middleware`, in the order in which rows go through them. */
    readonly pipeline?: readonly string[];
  }[];
  readonly joins: readonly {
    readonly id: string;
    readonly keys: readonly {readonly label: string; readonly property: string}[];
  }[];
  /** What a source's pipeline can name. */
  readonly middleware?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
  }[];
  /** What stands for `$name` in the query. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Where the query's text begins in the file, so that its problems can be placed there. */
  readonly place: TextPlace & {readonly file: string};
}

export type ReactionConfig = SseReactionConfig | LogReactionConfig;

export interface SseReactionConfig {
  readonly kind: 'sse';
  readonly id: string;
  readonly queries: readonly string[];
  readonly autoStart: boolean;
  readonly host: string;
  readonly port: number;
  readonly ssePath: string;
  readonly heartbeatIntervalMs: number;
  /** `comment`: invisible to pages. `data`: Drasi's `{"type":"heartbeat","ts":…}` frame. */
  readonly heartbeat: 'comment' | 'data';
  /** `drasi`: events without a template have the body that Drasi's clients read. */
  readonly format: 'tailrace' | 'drasi';
  /** Origins whose pages may read the stream. Empty: any, as Drasi has it. */
  readonly corsAllowedOrigins: readonly string[];
  readonly routes: Readonly<Record<string, OperationTemplates>>;
  readonly defaultTemplate: OperationTemplates | undefined;
}

export interface LogReactionConfig {
  readonly kind: 'log';
  readonly id: string;
  readonly queries: readonly string[];
  readonly autoStart: boolean;
  readonly routes: Readonly<Record<string, OperationTemplates>>;
  readonly defaultTemplate: OperationTemplates | undefined;
}

export interface OperationTemplates {
  readonly added?: OperationTemplate;
  readonly updated?: OperationTemplate;
  readonly deleted?: OperationTemplate;
}

export interface OperationTemplate {
  /** Handlebars; empty: the diff as JSON. */
  readonly template: string;
  /** sse: where this goes; absolute, or appended to `ssePath`. */
  readonly path?: string;
}

/**
 * What a key is when the file does not say. Drasi's defaults, but for the names of slot
 * and publication: a service must not take over another's slot by default.
 */
export const defaults = {
  id: 'tailrace',
  host: '0.0.0.0',
  port: 8080,
  trustProxy: 0,
  logLevel: 'info',
  apiToken: '',
  source: {
    autoStart: true,
    host: 'localhost',
    port: 5432,
    password: '',
    slotName: 'tailrace_slot',
    publicationName: 'tailrace_publication',
    sslMode: 'prefer',
    connectTimeoutMs: 10_000,
    silentMs: 60_000,
    retryFirstMs: 500,
    retryMaxMs: 30_000,
    slotWaitMs: 30_000,
    tableCheckMs: 10_000,
    slotCheckMs: 10_000,
    maxRetainedWalBytes: 16 * 1024 ** 3,
    slotRetryMs: 1_000,
    slotFailover: false,
    heartbeatMs: 10_000,
    verifyMs: 300_000,
    verifyRowsPerSecond: 50_000,
    verifyChanges: 1_000_000,
  },
  stateStore: {durability: 'group', flushMs: 1000, checkpointBytes: 32 * 1024 * 1024},
  query: {autoStart: false},
  reaction: {autoStart: true},
  sse: {
    host: '0.0.0.0',
    port: 8080,
    ssePath: '/events',
    heartbeatIntervalMs: 30_000,
    heartbeat: 'comment',
    format: 'tailrace',
  },
  limits: {
    eventLogEvents: 100_000,
    eventLogBytes: 64 * 1024 * 1024,
    eventLogMs: 7 * 24 * 60 * 60 * 1000,
    transactionQueue: 1_000,
    commitTransactions: 2_000,
    commitRows: 10_000,
    changeQueue: 100_000,
    transactionRows: 5_000_000,
    transactionMemoryBytes: 64 * 1024 * 1024,
    transactionSpillBytes: 4 * 1024 ** 3,
    requests: 1_000,
    requestsPerAddress: 200,
    clients: 10_000,
    clientsPerAddress: 1_000,
    clientQueries: 1_000,
    snapshotRows: 1_000_000,
    clientBehindEvents: 10_000,
    clientBehindBytes: 8 * 1024 * 1024,
    clientRotateMs: 0,
    clientStalledMs: 30_000,
    clientProgressMs: 1_000,
    clientRetryMs: 4_000,
    pageRows: 10_000,
    historyRequests: 4,
    historyRows: 1_000_000,
    queries: 10_000,
    queryRetryMs: 30_000,
    recursionRows: 1_000_000,
    jqMs: 1_000,
    drainMs: 8_000,
  },
} as const;

/** Limits of the reading itself, so that no file can keep it busy for ever. */
export const fileLimits = {
  /** Characters of the file, and of `.env` beside it. */
  characters: 1024 * 1024,
  /** Values of the file, with its aliases expanded. */
  nodes: 100_000,
  /** Maps and lists within each other. */
  depth: 100,
} as const;

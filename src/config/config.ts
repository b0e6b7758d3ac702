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
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** Origins that may read the API from a browser; `*` is any. */
  readonly corsAllowedOrigins: readonly string[];
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
  /** Transactions that wait between the source and the queries. */
  readonly transactionQueue: number;
  /** SSE connections of one listener. */
  readonly clients: number;
  /** SSE connections of one address. */
  readonly clientsPerAddress: number;
  /** Bytes that may wait in one client's socket before it is disconnected. */
  readonly clientBufferBytes: number;
  /** Rows in one page of results. */
  readonly pageRows: number;
  /** How long a shutdown may take. */
  readonly drainMs: number;
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
  /** `schema.name` or `name`; empty: every table that a query names. */
  readonly tables: readonly string[];
  readonly slotName: string;
  readonly publicationName: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  /** A file of PEM certificates that the server's is checked against. */
  readonly sslCa: string | undefined;
  readonly tableKeys: readonly {readonly table: string; readonly keyColumns: readonly string[]}[];
  readonly connectTimeoutMs: number;
  /** Waits between attempts double from the first to the last. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
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
  }[];
  readonly joins: readonly {
    readonly id: string;
    readonly keys: readonly {readonly label: string; readonly property: string}[];
  }[];
  /** Where the query's text begins in the file, so that its problems can be placed there. */
  readonly place: {readonly file: string; readonly line: number; readonly column: number};
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

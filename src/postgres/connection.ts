import pg from 'pg';
import {connectionProblem} from './failure.ts';
import {postgresProblems} from './problems.ts';
import {endSilent, type Watched, worksStill} from './silence.ts';
import {type SslMode, type TlsOptions, tlsAttempts} from './tls.ts';

/** Where the database is, and as whom to go there. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslMode: SslMode;
  /** A file of PEM certificates that the server's is checked against. */
  readonly sslCa: string | undefined;
  readonly connectTimeoutMs: number;
  /**
   * How long either side may say nothing: a server that was asked, see `silence.ts`, and we
   * to a server that sends, see `replication-transport.ts`.
   */
  readonly silentMs: number;
  /** How the sessions are called in pg_stat_activity. */
  readonly applicationName: string;
}

/** An open session, and the way that led to it: a further session takes the same. */
export interface Session {
  readonly client: pg.Client;
  readonly tls: TlsOptions;
  /** The server's process that serves it. */
  readonly pid: number;
  /** Resolves when the connection is gone, whoever ended it; `end` then does nothing. */
  readonly closed: Promise<void>;
  /** Ends the session now. What runs in it is given up. */
  end(): Promise<void>;
}

/**
 * What every session of ours is set to, replication sessions too, so that the snapshot
 * and the stream write equal values as equal texts. Timeouts that a role or a database
 * sets for its applications would end a snapshot or a waiting stream; they are off here.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  // A role may have it higher, and what the stream leaves out is told by a warning.
  client_min_messages: 'warning',
  statement_timeout: '0',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '0',
  // A table with row security is read whole or refused, never in part.
  row_security: 'off',
  // The server's kernel asks after a client whose machine is gone, so that its slot is free
  // for another instance in about 11 s and not only after wal_sender_timeout.
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '2',
  tcp_keepalives_count: '3',
};

export interface SessionOptions {
  readonly replication?: boolean;
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
}

/**
 * Opens a session. `replication` is a walsender bound to the database. `tls` is what an
 * earlier session settled on; without it every way that `sslMode` allows is tried in turn.
 * Fails with a Problem that says what stood in the way, and never holds the password. When
 * `signal` is aborted the session breaks, and what runs in it fails.
 */
export async function openSession(
  options: ConnectOptions,
  {replication = false, tls, signal}: SessionOptions = {},
): Promise<Session> {
  const ways = tls === undefined ? await tlsAttempts(options) : [tls];
  let refusal: unknown;
  for (const way of ways) {
    try {
      return await openBy(way, options, {replication, signal});
    } catch (error) {
      refusal = error;
      if (!refusedTls(error)) break;
    }
  }
  throw connectionProblem(refusal, options);
}

/** The configuration of a client of `pg`; also what the replication transport connects by. */
export function clientConfig(
  options: ConnectOptions,
  {
    tls,
    replication,
    settings = {},
  }: {
    readonly tls: TlsOptions;
    readonly replication: boolean;
    /** Of the session, besides those of every session. */
    readonly settings?: Readonly<Record<string, string>>;
  },
): pg.ClientConfig {
  return {
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    ssl: tls,
    // As libpq does: whoever stands between and decrypts cannot pass the login on. Without
    // TLS there is nothing to bind to.
    enableChannelBinding: tls !== false,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: Object.entries({...SETTINGS, ...settings})
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    // @types/pg does not know this key; pg sends it in the startup packet.
    ...(replication && {replication: 'database'}),
  };
}

async function openBy(
  tls: TlsOptions,
  options: ConnectOptions,
  {replication, signal}: {replication: boolean; signal: AbortSignal | undefined},
): Promise<Session> {
  signal?.throwIfAborted();
  const client = new pg.Client(clientConfig(options, {tls, replication}));
  const abort = (): void => destroySocket(client);
  signal?.addEventListener('abort', abort, {once: true});
  const closed = new Promise<void>((resolve) => {
    client.once('end', () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
  });
  // The query that is under way rejects; without one, the next learns it.
  client.on('error', () => {});
  await client.connect();
  const pid = backendPid(client);
  const stillWorks = () => asked(options, tls, (other) => worksStill(other, pid));
  endSilent(watched(client, stillWorks), options);
  return {
    client,
    tls,
    pid,
    closed,
    end: async () => {
      destroySocket(client);
      await closed;
    },
  };
}

/** Asks one thing in a session of its own, which nobody asks after where it falls silent. */
async function asked<T>(
  options: ConnectOptions,
  tls: TlsOptions,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(options, {tls, replication: false}));
  client.on('error', () => {});
  try {
    await client.connect();
    endSilent(
      watched(client, async () => false),
      options,
    );
    return await act(client);
  } finally {
    destroySocket(client);
  }
}

function watched(client: pg.Client, worksStill: () => Promise<boolean>): Watched {
  const asking = () => (client as unknown as {readyForQuery: boolean}).readyForQuery === false;
  return {stream: connectionOf(client).stream, asking, worksStill};
}

/**
 * Breaks a client's connection. `client.end()` would wait for a peer that may be gone.
 */
export function destroySocket(client: pg.Client): void {
  const {stream} = connectionOf(client);
  stream.destroy();
}

/** The parts of pg's protocol connection that @types/pg leaves out. */
export interface ProtocolConnection {
  readonly stream: {
    on(event: 'data', listener: (bytes: Buffer) => void): void;
    off(event: 'data', listener: (bytes: Buffer) => void): void;
    listeners(event: 'data'): unknown[];
    destroy(error?: Error): void;
    pause(): void;
    resume(): void;
    isPaused(): boolean;
    /** Calls the listener whenever nothing has passed for so long. */
    setTimeout(ms: number, listener?: () => void): void;
    readonly destroyed: boolean;
    readonly bytesRead: number;
  };
  sendCopyFromChunk(bytes: Buffer): void;
  query(text: string): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'copyData', listener: (message: {readonly chunk: Buffer}) => void): void;
  removeAllListeners(event: 'copyData'): void;
}

/** The connection below a client of `pg`. */
export function connectionOf(client: pg.Client): ProtocolConnection {
  return (client as unknown as {connection: ProtocolConnection}).connection;
}

/** The server's process that serves a connected client. */
export function backendPid(client: pg.Client): number {
  return (client as unknown as {processID: number}).processID;
}

function refusedTls(error: unknown): boolean {
  return error instanceof Error && /SSL|TLS|certificate|secure/i.test(error.message);
}

const ENCODING = `SELECT current_setting('server_encoding') AS encoding`;

/** Refuses a database whose texts cannot all be read as Unicode. */
export async function requireUnicode(client: pg.Client, database: string): Promise<void> {
  const {rows} = await client.query<{encoding: string}>(ENCODING);
  const encoding = rows[0]?.encoding ?? '';
  // Postgres converts every encoding to UTF-8 except this one, which says nothing.
  if (encoding === 'SQL_ASCII') throw postgresProblems['encoding-unknown']({database});
}

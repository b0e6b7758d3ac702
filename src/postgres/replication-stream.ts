import {Socket} from 'node:net';
import type pg from 'pg';
import {LogicalReplicationService} from 'pg-logical-replication';
import {type Lsn, lsnText, parseLsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import {
  backendPid,
  clientConfig,
  type ConnectOptions,
  connectionOf,
  type ProtocolConnection,
} from './connection.ts';
import {quoteIdent, quoteLiteral} from './identifiers.ts';
import {postgresProblems} from './problems.ts';
import {standbyStatus} from './standby-status.ts';
import type {TlsOptions} from './tls.ts';

/** One connection that receives a slot's changes. It is used once, and never reconnects. */
export interface ReplicationStream {
  /** The server's process that sends. */
  readonly pid: number;
  /** Resolves after `close`; rejects when the stream broke or a handler threw. */
  readonly ended: Promise<void>;
  /** Everything before `lsn` is durable. The server is told soon, in one word for many. */
  confirm(lsn: Lsn): void;
  /** Reads nothing further from the socket: what was read already is still handed over. */
  pause(): void;
  resume(): void;
  /** Breaks the connection and waits until it is gone. */
  close(): Promise<void>;
}

export interface StreamOptions {
  readonly connect: ConnectOptions;
  readonly tls: TlsOptions;
  readonly slot: string;
  readonly publication: string;
  /** Transactions whose commit record begins before this are not sent. */
  readonly from: Lsn;
  /** The server's wal_sender_timeout; 0 is never. */
  readonly walSenderTimeoutMs: number;
}

/** Both are called on the socket's path: they must neither wait nor work for long. */
export interface StreamHandlers {
  /** A message of the output plugin. Its bytes are good during the call only. */
  message(bytes: Buffer): void;
  /** The server has sent all it has up to `walEnd`. */
  keepalive(walEnd: Lsn): void;
}

/** Words to the server are at least so far apart, unless it asks. */
const CONFIRM_MS = 100;
const PING_MAX_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Opens a stream; resolves once the server has begun to send.
 *
 * The transport is pg-logical-replication, of which only the connection and its CopyBoth
 * subscription are used. What it acknowledges is one byte too far, its timer confirms what
 * was only received, and it answers no request: so all of that is off, and the status
 * messages are written here. They go out from a timer of their own, which asks the server
 * to answer, so that neither a busy consumer nor a paused socket ends the connection, and
 * so that a dead line is noticed. See docs/decisions on the replication transport.
 */
export async function openReplicationStream(
  options: StreamOptions,
  handlers: StreamHandlers,
  {clock, signal}: {clock: Clock; signal: AbortSignal},
): Promise<ReplicationStream> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const socket = new Socket();
  const {service, plugin, started} = transport(options, socket, handlers.message);
  let connection: ProtocolConnection | undefined;
  let failure: {readonly error: unknown} | undefined;
  let durable: Lsn = 0n;
  let received = options.from;
  let lastSentMs = 0;
  let lastHeardMs = clock.nowMs();
  let paused = false;
  let promised = false;

  function fail(error: unknown): void {
    failure ??= {error};
    socket.destroy();
  }
  function guarded(act: () => void): void {
    if (failure || ending.signal.aborted) return;
    lastHeardMs = clock.nowMs();
    try {
      act();
    } catch (error) {
      fail(error);
    }
  }
  function say(replyRequested: boolean): void {
    lastSentMs = clock.nowMs();
    connection?.sendCopyFromChunk(
      standbyStatus({
        received: received > durable ? received : durable,
        durable,
        nowMs: lastSentMs,
        replyRequested,
      }),
    );
  }

  service.on('error', () => {}); // The subscription's promise rejects as well.
  service.on('data', (_lsn, deliver: () => void) => guarded(deliver));
  service.on('heartbeat', (text, _timestamp, replyRequested) =>
    guarded(() => {
      const walEnd = parseLsn(text) ?? 0n;
      if (walEnd > received) received = walEnd;
      handlers.keepalive(walEnd);
      if (replyRequested) say(false);
    }),
  );
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, {once: true});
  const subscription = service.subscribe(plugin, options.slot, lsnText(options.from));
  const ended = subscription.then(
    () => finish(),
    (error: unknown) => finish(failure?.error ?? error),
  );
  ended.catch(() => {});

  async function finish(error?: unknown): Promise<void> {
    const closed = ending.signal.aborted;
    ending.abort();
    signal.removeEventListener('abort', abort);
    socket.destroy();
    await service.destroy();
    if (!closed && !signal.aborted) throw error ?? new Error('the server ended the stream');
  }
  async function ping(): Promise<void> {
    const {walSenderTimeoutMs} = options;
    const everyMs = walSenderTimeoutMs > 0 ? Math.min(walSenderTimeoutMs / 3, PING_MAX_MS) : PING_MAX_MS;
    const silentMs = 2 * (walSenderTimeoutMs || DEFAULT_TIMEOUT_MS);
    while (await waited(clock, everyMs, ending.signal)) {
      if (paused) lastHeardMs = clock.nowMs();
      if (clock.nowMs() - lastHeardMs > silentMs) {
        return fail(postgresProblems['connection-silent']({...options.connect, silentMs}));
      }
      say(true);
    }
  }
  async function sayLater(): Promise<void> {
    if (promised) return;
    promised = true;
    const restMs = lastSentMs + CONFIRM_MS - clock.nowMs();
    const open = restMs <= 0 || (await waited(clock, restMs, ending.signal));
    promised = false;
    if (open && !ending.signal.aborted) say(false);
  }

  const client = await Promise.race([started, ended]);
  if (!client) throw signal.reason ?? new Error('the stream was closed before it began');
  connection = connectionOf(client);
  const flowing = connection;
  const pinging = ping();
  return {
    pid: backendPid(client),
    ended,
    confirm(lsn) {
      if (lsn <= durable) return;
      durable = lsn;
      void sayLater();
    },
    pause() {
      paused = true;
      flowing.stream.pause();
    },
    resume() {
      paused = false;
      lastHeardMs = clock.nowMs();
      flowing.stream.resume();
    },
    async close() {
      // The last word, so that the server need not send again what is durable.
      if (!ending.signal.aborted && durable > 0n) say(false);
      ending.abort();
      socket.destroySoon();
      await ended.catch(() => {});
      await pinging;
    },
  };
}

/** A service for one subscription, whose plugin hands messages on and decodes nothing. */
function transport(
  {connect, tls, publication}: StreamOptions,
  socket: Socket,
  message: (bytes: Buffer) => void,
) {
  const config = {
    ...clientConfig(connect, {tls, replication: true}),
    stream: () => socket,
    replication: 'database',
  } as const;
  const service = new LogicalReplicationService(config, {
    acknowledge: {auto: false, timeoutSeconds: 0},
    flowControl: {enabled: false},
  });
  let begin: (client: pg.Client) => void = () => {};
  const started = new Promise<pg.Client>((resolve) => {
    begin = resolve;
  });
  const plugin = {
    name: 'pgoutput',
    options: {},
    // Called and delivered within one turn: the bytes are not kept.
    parse: (bytes: Buffer) => () => message(bytes),
    start(client: pg.Client, slot: string, from: string) {
      service.once('start', () => begin(client));
      return client.query(startSql({slot, from, publication}));
    },
  };
  return {service, plugin, started};
}

function startSql(stream: {slot: string; from: string; publication: string}): string {
  // The option holds a list of identifiers, so the name is quoted twice.
  const names = quoteLiteral(quoteIdent(stream.publication));
  return (
    `START_REPLICATION SLOT ${quoteIdent(stream.slot)} LOGICAL ${stream.from} ` +
    `(proto_version '1', publication_names ${names})`
  );
}

async function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.wait(ms, signal);
    return true;
  } catch {
    return false;
  }
}

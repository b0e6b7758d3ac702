import {Socket} from 'node:net';
import type pg from 'pg';
import type {Lsn} from '../data/lsn.ts';
import type {Clock} from '../lib/clock.ts';
import {connectionOf, type ProtocolConnection} from './connection.ts';
import {postgresProblems} from './problems.ts';
import {type StreamOptions, subscribe} from './replication-transport.ts';
import {standbyStatus} from './standby-status.ts';

export type {StreamOptions} from './replication-transport.ts';

/** Both are called on the socket's path: they must neither wait nor work for long. */
export interface StreamHandlers {
  /** A message of the output plugin. Its bytes are good during the call only. */
  message(bytes: Buffer): void;
  /** The server has sent all it has up to `walEnd`. */
  keepalive(walEnd: Lsn): void;
  /** What the server's clock said just now, in microseconds since 1970. */
  time?(sentAt: number): void;
}

/** Words to the server are at least so far apart, unless it asks. */
const CONFIRM_MS = 100;
const PING_MAX_MS = 10_000;

/**
 * One connection that receives a slot's changes. It is opened once, and never again.
 *
 * What it says to the server goes out from a timer of its own, and asks for an answer: so
 * neither a busy consumer nor a paused socket ends the connection, and a line that died
 * without a word is noticed. It confirms what it was told is durable, to the byte, and
 * nothing else: https://www.postgresql.org/docs/current/protocol-replication.html
 */
export class ReplicationStream {
  readonly #options: StreamOptions;
  readonly #handlers: StreamHandlers;
  readonly #clock: Clock;
  readonly #socket = new Socket();
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  #connection: ProtocolConnection | undefined;
  #failure: {readonly error: unknown} | undefined;
  #ended: Promise<void> = Promise.resolve();
  #pinging: Promise<void> = Promise.resolve();
  /** Everything before it is durable; 0 while nothing is known to be. */
  #durable: Lsn = 0n;
  #received: Lsn;
  #lastSaidMs = Number.NEGATIVE_INFINITY;
  /** Words that asked for an answer since anything was heard. */
  #unanswered = 0;
  #paused = false;
  #wordPromised = false;

  constructor(options: StreamOptions, handlers: StreamHandlers, clock: Clock) {
    this.#options = options;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#received = options.from;
  }

  /** Resolves once the server has begun to send. Aborting `signal` closes the stream. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const abort = (): void => this.#break();
    signal.addEventListener('abort', abort, {once: true});
    const started = new Promise<void>((resolve) => {
      const {over} = subscribe(this.#options, this.#socket, {
        connected: (client) => {
          this.#client = client;
          this.#connection = connectionOf(client);
        },
        started: resolve,
        message: this.#guarded((bytes: Buffer) => this.#handlers.message(bytes)),
        keepalive: this.#guarded(this.#heard.bind(this)),
      });
      this.#ended = this.#outcome(over).finally(() => signal.removeEventListener('abort', abort));
    });
    await this.#startedInTime(started);
    signal.throwIfAborted();
    // It answers with its time, too.
    this.#say({replyRequested: true});
    this.#pinging = this.#ping();
  }

  /** A line that goes dead between the login and the first word is dead, too. */
  async #startedInTime(started: Promise<void>): Promise<void> {
    const done = new AbortController();
    const {connectTimeoutMs, silentMs} = this.#options.connect;
    this.#clock.wait(connectTimeoutMs + silentMs, done.signal).then(
      () => this.#failSilent(),
      () => {},
    );
    await Promise.race([started, this.#ended]).finally(() => done.abort());
  }

  /** Resolves after `close`; rejects when the stream broke or a handler threw. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Everything before `lsn` is durable. The server is told soon, in one word for many. */
  confirm(lsn: Lsn): void {
    if (lsn <= this.#durable) return;
    this.#durable = lsn;
    if (lsn > this.#received) this.#received = lsn;
    if (!this.#wordPromised) void this.#sayLater();
  }

  /**
   * To be called now and then in a long turn, in which no timer fires: the server then hears
   * from us all the same. A write to the socket goes out at once.
   */
  breathe(): void {
    if (this.#clock.steadyMs() - this.#lastSaidMs < this.#everyMs) return;
    if (!this.#closing.signal.aborted) this.#say({replyRequested: false});
  }

  /** How often the server hears from us at least. */
  get #everyMs(): number {
    // The server waits for at least that long: see `replication-transport.ts`.
    return Math.min(PING_MAX_MS, this.#options.connect.silentMs / 3);
  }

  /** Reads nothing further from the socket; what was read already is still handed over. */
  pause(): void {
    this.#paused = true;
    this.#connection?.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#unanswered = 0;
    this.#connection?.stream.resume();
  }

  /** Ends the connection and waits until it is gone. */
  async close(): Promise<void> {
    // A last word, so that the server need not send again what is durable.
    if (!this.#closing.signal.aborted && this.#durable > 0n) this.#say({replyRequested: false});
    this.#break();
    await this.#ended.catch(() => {});
    await this.#pinging;
  }

  /** An end that was wished for is no failure. */
  async #outcome(over: Promise<void>): Promise<void> {
    let reason: unknown = new Error('Connection terminated by the server');
    try {
      await over;
    } catch (error) {
      reason = error;
    }
    const wished = this.#closing.signal.aborted;
    this.#closing.abort();
    if (this.#failure) throw this.#failure.error;
    if (!wished) throw reason;
  }

  #break(): void {
    this.#closing.abort();
    // What was written before, the last word among it, still goes out.
    if (this.#client) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  #fail(error: unknown): void {
    this.#failure ??= {error};
    this.#socket.destroy();
  }

  /** Nothing may be thrown on the socket's path: there, it would end the process. */
  #guarded<Said extends unknown[]>(handle: (...said: Said) => void): (...said: Said) => void {
    return (...said) => {
      if (this.#failure || this.#closing.signal.aborted) return;
      this.#unanswered = 0;
      try {
        handle(...said);
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  #heard(
    walEnd: Lsn,
    {sentAt, replyRequested}: {readonly sentAt: number; readonly replyRequested: boolean},
  ): void {
    if (walEnd > this.#received) this.#received = walEnd;
    this.#handlers.time?.(sentAt);
    this.#handlers.keepalive(walEnd);
    if (replyRequested) this.#say({replyRequested: false});
  }

  #say({replyRequested}: {replyRequested: boolean}): void {
    const durable = this.#durable;
    this.#lastSaidMs = this.#clock.steadyMs();
    const nowMs = this.#clock.nowMs();
    this.#connection?.sendCopyFromChunk(
      standbyStatus({received: this.#received, durable, nowMs, replyRequested}),
    );
  }

  async #sayLater(): Promise<void> {
    this.#wordPromised = true;
    const restMs = this.#lastSaidMs + CONFIRM_MS - this.#clock.steadyMs();
    if (restMs > 0) await this.#waited(restMs);
    this.#wordPromised = false;
    if (!this.#closing.signal.aborted) this.#say({replyRequested: false});
  }

  /**
   * Asks again and again, and gives up a line on which no answer comes. Answers are counted,
   * not timed: in a long turn of ours, however long, only one is missing.
   */
  async #ping(): Promise<void> {
    const everyMs = this.#everyMs;
    while (await this.#waited(everyMs)) {
      // What the server says is not read then.
      if (this.#paused) this.#unanswered = 0;
      if (this.#unanswered * everyMs >= this.#options.connect.silentMs) return this.#failSilent();
      this.#unanswered += 1;
      this.#say({replyRequested: true});
    }
  }

  #failSilent(): void {
    this.#fail(postgresProblems['connection-silent'](this.#options.connect));
  }

  /** Whether the stream is still open after `ms`. */
  async #waited(ms: number): Promise<boolean> {
    try {
      await this.#clock.wait(ms, this.#closing.signal);
      return true;
    } catch {
      return false;
    }
  }
}

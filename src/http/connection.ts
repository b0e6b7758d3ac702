import type {IncomingMessage, ServerResponse} from 'node:http';
import {Connection} from 'better-sse';
import type {Unacknowledged} from './unacknowledged.ts';

/** `no-transform` and `X-Accel-Buffering` keep proxies from holding events back. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/**
 * The connection of one event stream, for better-sse's Session, which sends its head and
 * tells when it ends. better-sse's own writes whatever it is given into a queue without a
 * limit, so that a client which does not read costs memory for ever; this one says when
 * it is `blocked`, and whoever writes waits for `onDrain`.
 */
export class StreamConnection extends Connection {
  readonly url = new URL('http://localhost/');
  readonly request: Request;
  readonly response = new Response(null, {headers: STREAM_HEADERS});
  readonly #outgoing: ServerResponse;
  readonly #stalledMs: number;
  /** What its peer had acknowledged, and since when it has been so. */
  #taken = {bytes: -1, held: 0, sinceMs: 0};
  readonly #ended = new AbortController();

  /**
   * `stalledMs`: how long a client may take nothing of what waits for it before its
   * socket is destroyed.
   */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse, stalledMs: number) {
    super();
    this.#outgoing = outgoing;
    this.#stalledMs = stalledMs;
    this.request = new Request(this.url, {signal: this.#ended.signal});
    incoming.socket.setNoDelay(true);
    outgoing.once('close', this.#end);
    outgoing.setTimeout(stalledMs, () => {
      // A quiet stream is no stalled one.
      if (outgoing.writableLength > 0) outgoing.destroy();
    });
  }

  readonly #end = (): void => this.#ended.abort();

  sendHead = (): void => {
    this.#outgoing.writeHead(200, STREAM_HEADERS);
  };

  sendChunk = (chunk: string): void => {
    this.#outgoing.write(chunk);
  };

  /**
   * Looks whether its peer still acknowledges what is sent, heartbeats at the least: a
   * machine that is gone without a word does not, however little there is.
   */
  look(unacknowledged: Unacknowledged, nowMs: number): void {
    const {socket} = this.#outgoing;
    const held = socket ? unacknowledged(socket) : undefined;
    if (!socket || held === undefined) return;
    const bytes = socket.bytesWritten - socket.writableLength - held;
    const {bytes: before, held: heldBefore, sinceMs} = this.#taken;
    // Of a large write that is under way only the system's part moves.
    const moves = held === 0 || bytes !== before || held < heldBefore;
    this.#taken = {bytes, held, sinceMs: moves ? nowMs : sinceMs};
    if (!moves && nowMs - sinceMs >= this.#stalledMs) this.#outgoing.destroy();
  }

  /** Answers with the head alone. */
  headOnly(): void {
    this.sendHead();
    this.#outgoing.end();
  }

  cleanup = (): void => {
    this.#outgoing.removeListener('close', this.#end);
  };

  send(bytes: Buffer): void {
    this.#outgoing.write(bytes);
  }

  /** Whether the client must read before anything more is written. */
  get blocked(): boolean {
    return this.#outgoing.writableNeedDrain;
  }

  get open(): boolean {
    return !this.#outgoing.destroyed && !this.#outgoing.writableEnded;
  }

  onDrain(listener: () => void): void {
    this.#outgoing.on('drain', listener);
  }

  end(bytes: Buffer): void {
    this.#outgoing.end(bytes);
  }
}

import type {IncomingMessage, ServerResponse} from 'node:http';
import {Session} from 'better-sse';
import type {Clock} from '../lib/clock.ts';
import type {Admission} from './admission.ts';
import {StreamConnection} from './connection.ts';
import type {Choice, Feed} from './feed.ts';
import {COMMENT, frameText} from './frame.ts';
import {type Start, type StreamClient, streamClient} from './stream-client.ts';

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  /** `comment`: invisible to pages. `data`: an unnamed event `{"type":"heartbeat","ts":…}`. */
  readonly heartbeat: 'comment' | 'data';
  /** How long a client that takes nothing is kept. */
  readonly stalledMs: number;
  /** Browsers come back after a time between these two, so that they don't all come at once. */
  readonly retryMs: {readonly least: number; readonly most: number};
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
}

/** Serves a feed to any number of clients as Server-Sent Events. */
export interface EventStream<C extends Choice> {
  /** Answers a GET or HEAD with the stream of a choice. Never throws for what a client does. */
  open(request: IncomingMessage, response: ServerResponse, choice: C, admission: Admission): void;
  readonly clients: number;
  /** The place up to which every client has been sent all; the newest when there is none. */
  readonly place: number;
  /** Says goodbye to every client and takes no more. */
  close(): void;
}

/** A client that is refused comes back this many times later than another. */
const REFUSED_RETRY_FACTOR = 8;

export function eventStream<C extends Choice>(
  feed: Feed<C>,
  options: EventStreamOptions,
): EventStream<C> {
  const clients = new Map<StreamClient, C>();
  const closing = new AbortController();
  let woken = false;

  const unwatch = feed.watch(() => {
    if (woken) return;
    woken = true;
    // What is committed in one turn of the loop goes out in one write.
    setImmediate(() => {
      woken = false;
      pumpAll();
    });
  });

  /** Clients at one place with one choice are sent one and the same buffer. */
  function pumpAll(): void {
    const pieces = new Map<string, ReturnType<Feed<C>['read']>>();
    for (const [client, choice] of clients) {
      client.pump((place) => {
        const key = `${place} ${choice.key}`;
        const shared = pieces.get(key);
        if (shared) return shared;
        const piece = feed.read(place, choice);
        pieces.set(key, piece);
        return piece;
      });
    }
  }

  function beat(): void {
    const id = feed.idOf(feed.last);
    const progress = Buffer.from(frameText({event: 'progress', id, data: feed.progress()}));
    const heartbeat = Buffer.from(heartbeatText(options));
    for (const client of clients.keys()) client.beat(heartbeat, progress);
  }

  async function beatUntilClosed(): Promise<void> {
    while (!closing.signal.aborted) {
      await options.clock.wait(options.heartbeatIntervalMs, closing.signal).catch(() => {});
      if (!closing.signal.aborted) beat();
    }
  }
  void beatUntilClosed();

  function retryMs(): number {
    const {least, most} = options.retryMs;
    return least + (most - least) * options.chance();
  }

  function bye(reason: string): string {
    return frameText({event: 'bye', retryMs: retryMs(), data: JSON.stringify({reason})});
  }

  function join(connection: StreamConnection, choice: C, start: Start, leave: () => void): void {
    const client = streamClient(feed, choice, connection);
    const session = new Session(connection, {
      retry: Math.round(retryMs()),
      keepAlive: null,
      trustClientEventId: false,
    });
    session.once('disconnected', () => {
      clients.delete(client);
      leave();
    });
    session.once('connected', () => {
      if (!connection.open) return;
      if (closing.signal.aborted) return connection.end(Buffer.from(bye('closing')));
      clients.set(client, choice);
      if (options.heartbeat === 'data') connection.send(Buffer.from(heartbeatText(options)));
      client.begin(start);
    });
  }

  return {
    open(request, response, choice, admission) {
      const admitted = admission.enter(request.socket.remoteAddress ?? '');
      if (admitted.kind === 'refused') {
        return refuse(response, admitted.limit, retryMs() * REFUSED_RETRY_FACTOR);
      }
      const connection = new StreamConnection(request, response, options.stalledMs);
      if (request.method === 'HEAD' || request.socket.destroyed) {
        connection.sendHead();
        response.end();
        return admitted.leave();
      }
      join(connection, choice, startOf(request, feed), admitted.leave);
    },
    get clients() {
      return clients.size;
    },
    get place() {
      let slowest = feed.last;
      for (const {place} of clients.keys()) slowest = Math.min(slowest, place);
      return slowest;
    },
    close() {
      closing.abort();
      unwatch();
      for (const {connection} of clients.keys()) connection.end(Buffer.from(bye('closing')));
    },
  };
}

/**
 * A browser's EventSource gives up for good on any status but 200, so a client too many
 * is told to come back later in a stream that ends at once.
 */
function refuse(response: ServerResponse, limit: string, retryMs: number): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    Connection: 'close',
  });
  const reason = JSON.stringify({reason: 'too-many-clients', limit});
  response.end(frameText({event: 'bye', retryMs, data: reason}));
}

/** The header goes first: a browser that comes back still has the query it began with. */
function startOf<C extends Choice>(request: IncomingMessage, feed: Feed<C>): Start {
  const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
  const header = request.headers['last-event-id'];
  const id =
    (typeof header === 'string' && header) ||
    query.get('lastEventId') ||
    query.get('last_event_id');
  if (!id) return {kind: query.get('snapshot') === 'true' ? 'snapshot' : 'now'};
  const found = feed.placeOf(id);
  return found.kind === 'held'
    ? {kind: 'after', place: found.place}
    : {kind: 'reset', reason: found.reason};
}

function heartbeatText({heartbeat, clock}: EventStreamOptions): string {
  if (heartbeat === 'comment') return COMMENT;
  return frameText({data: JSON.stringify({type: 'heartbeat', ts: clock.nowMs()})});
}

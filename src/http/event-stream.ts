import type {IncomingMessage, ServerResponse} from 'node:http';
import {Session} from 'better-sse';
import type {Clock} from '../lib/clock.ts';
import {paced} from '../lib/paced.ts';
import type {Problem} from '../lib/problem.ts';
import type {Admission} from './admission.ts';
import {StreamConnection} from './connection.ts';
import type {Choice, Feed} from './feed.ts';
import {COMMENT, frameText} from './frame.ts';
import {sendAway} from './refusal.ts';
import {type News, type Start, type StreamClient, streamClient} from './stream-client.ts';
import {startOf, startsWhole} from './stream-start.ts';
import type {Unacknowledged} from './unacknowledged.ts';

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  /** `comment`: invisible to pages. `data`: an unnamed event `{"type":"heartbeat","ts":…}`. */
  readonly heartbeat: 'comment' | 'data';
  /** How long a client that takes nothing is kept. */
  readonly stalledMs: number;
  /** Browsers come back after a time between these two, so that they don't all come at once. */
  readonly retryMs: {readonly least: number; readonly most: number};
  /** How long a client is kept before it is sent to connect anew; 0: for ever. */
  readonly rotateMs: number;
  /** How long the goodbyes may take when the stream closes. */
  readonly byeMs: number;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
  /** How often a client is told at most, between heartbeats, that things stand otherwise. */
  readonly progressMs: number;
  /** What the system holds for each connection; without it, it alone notices who is gone. */
  readonly unacknowledged?: (() => Promise<Unacknowledged>) | undefined;
}

/** What is asked for, and by whom. */
export interface Visit<C extends Choice> {
  readonly choice: C;
  readonly admission: Admission;
  /** Of the client, whom a proxy may speak for. */
  readonly address: string;
}

/** Serves a feed to any number of clients as Server-Sent Events. */
export interface EventStream<C extends Choice> {
  /**
   * Answers a GET or HEAD with the stream of a choice. A Problem: there is no stream for
   * this client, and nothing has been answered. Never throws for what a client does.
   */
  open(request: IncomingMessage, response: ServerResponse, visit: Visit<C>): Problem | undefined;
  readonly clients: number;
  /** The place up to which every client has been sent all; the newest when there is none. */
  readonly place: number;
  /** Takes no more clients, and says goodbye to those there are, not to all at once. */
  close(): Promise<void>;
}

interface Member<C extends Choice> {
  readonly choice: C;
  /** When it is sent to connect anew. */
  readonly untilMs: number;
}

/** Goodbyes go out in rounds of so long, to one client a millisecond where there is time. */
const ROUND_MS = 50;

export function eventStream<C extends Choice>(
  feed: Feed<C>,
  options: EventStreamOptions,
): EventStream<C> {
  const {clock, chance} = options;
  const clients = new Map<StreamClient, Member<C>>();
  const closing = new AbortController();
  let woken = false;
  let beats = 0;

  const unwatch = feed.watch(() => {
    if (woken) return;
    woken = true;
    // Once whoever commits is through: what else the loop has may take longer than all before.
    queueMicrotask(() => {
      woken = false;
      pumpAll();
    });
  });

  /** Clients at one place with one choice are sent one and the same buffer. */
  function pumpAll(): void {
    const read = shared(({place, choice}: {place: number; choice: C}) => feed.read(place, choice));
    for (const [client, {choice}] of clients) {
      client.pump((place) => read(`${place} ${choice.key}`, {place, choice}));
    }
  }

  /** How things stand at this moment: of each choice once, and only where it is asked for. */
  function newsNow(): (choice: C) => News {
    const id = feed.idOf(feed.last);
    const progress = shared((choice: C) =>
      Buffer.from(frameText({event: 'progress', id, data: feed.progress(choice, beats)})),
    );
    const condition = shared((choice: C) => feed.condition(choice));
    return (choice) => ({
      condition: condition(choice.key, choice),
      progress: () => progress(choice.key, choice),
    });
  }

  /** Those who have not yet been sent all that came before are told later, in time. */
  const tellAll = paced(
    () => {
      const news = newsNow();
      const told = [...clients].map(([client, {choice}]) => client.tell(news(choice)));
      if (told.includes(false)) tellAll();
    },
    {everyMs: options.progressMs, clock, signal: closing.signal},
  );
  const unwatchConditions = feed.watchConditions(() => clients.size > 0 && tellAll());

  function beat(): void {
    beats += 1;
    const news = newsNow();
    const heartbeat = Buffer.from(heartbeatText(options));
    for (const [client, {choice, untilMs}] of clients) {
      client.beat(heartbeat, news(choice));
      if (client.current && clock.steadyMs() >= untilMs) part(client, 'rotating');
    }
  }

  async function beatUntilClosed(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.wait(options.heartbeatIntervalMs, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      beat();
      if (clients.size > 0) await look();
    }
  }

  /** Cuts those off who have acknowledged nothing for too long of what was sent to them. */
  async function look(): Promise<void> {
    const held = await options.unacknowledged?.();
    if (!held) return;
    const nowMs = clock.steadyMs();
    for (const {connection} of clients.keys()) connection.look(held, nowMs);
  }
  void beatUntilClosed();

  function retryMs(): number {
    const {least, most} = options.retryMs;
    return least + (most - least) * chance();
  }

  function part(client: StreamClient, reason: string): void {
    const data = JSON.stringify({reason});
    client.part(Buffer.from(frameText({event: 'bye', retryMs: retryMs(), data})));
  }

  /** A fifth more or less, so that those who came together do not go together. */
  function untilMs(): number {
    if (options.rotateMs === 0) return Number.POSITIVE_INFINITY;
    return clock.steadyMs() + options.rotateMs * (0.8 + 0.4 * chance());
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
      if (closing.signal.aborted) return part(client, 'closing');
      clients.set(client, {choice, untilMs: untilMs()});
      if (options.heartbeat === 'data') connection.send(Buffer.from(heartbeatText(options)));
      client.begin(start);
      tellAll();
    });
  }

  async function partAll(): Promise<void> {
    const never = new AbortController().signal;
    const rounds = Math.floor(Math.min(options.byeMs, clients.size) / ROUND_MS);
    for (let left = rounds; left > 0; left--) {
      const some = [...clients.keys()].slice(0, Math.ceil(clients.size / (left + 1)));
      for (const client of some) part(client, 'closing');
      await clock.wait(ROUND_MS, never);
    }
    for (const client of clients.keys()) part(client, 'closing');
  }

  return {
    open(request, response, {choice, admission, address}) {
      const admitted = admission.enter(address);
      if (admitted.kind === 'refused') {
        sendAway(response, {limit: admitted.limit, retryMs: retryMs()});
        return undefined;
      }
      const start = startOf(request, feed);
      const problem = startsWhole(start) ? feed.tooLarge(choice) : undefined;
      if (problem || request.method === 'HEAD' || request.socket.destroyed) {
        admitted.leave();
        if (!problem) new StreamConnection(request, response, options.stalledMs).headOnly();
        return problem;
      }
      const connection = new StreamConnection(request, response, options.stalledMs);
      join(connection, choice, start, admitted.leave);
      return undefined;
    },
    get clients() {
      return clients.size;
    },
    get place() {
      let slowest = feed.last;
      for (const {place} of clients.keys()) slowest = Math.min(slowest, place);
      return slowest;
    },
    async close() {
      closing.abort();
      await partAll();
      unwatch();
      unwatchConditions();
    },
  };
}

/** Makes a thing once for each key. */
function shared<I, T>(make: (input: I) => T): (key: string, input: I) => T {
  const made = new Map<string, {readonly thing: T}>();
  return (key, input) => {
    const held = made.get(key) ?? {thing: make(input)};
    made.set(key, held);
    return held.thing;
  };
}

function heartbeatText({heartbeat, clock}: EventStreamOptions): string {
  if (heartbeat === 'comment') return COMMENT;
  return frameText({data: JSON.stringify({type: 'heartbeat', ts: clock.nowMs()})});
}

import {unreachable} from '../lib/assert.ts';
import type {StreamConnection} from './connection.ts';
import type {Choice, Feed, ResetReason, Stretch, Waiting} from './feed.ts';
import {frameText} from './frame.ts';

/** Where a client begins. */
export type Start =
  | {readonly kind: 'now'}
  | {readonly kind: 'snapshot'}
  | {readonly kind: 'after'; readonly place: number}
  /** `id`: by which it came back. */
  | {readonly kind: 'within'; readonly stretch: Stretch; readonly id: string}
  | {readonly kind: 'reset'; readonly reason: ResetReason};

export interface StreamClient {
  readonly connection: StreamConnection;
  /** It has been sent everything of its choice up to here. */
  readonly place: number;
  /** It has been sent all there is. */
  readonly current: boolean;
  begin(start: Start): void;
  /** Sends what there is, as far as the socket takes it. `read` is the feed's, or shares it. */
  pump(read?: Read): void;
  /** Sends a heartbeat, and how far the feed is to whoever has seen all of it. */
  beat(heartbeat: Buffer, news: News): void;
  /**
   * Sends how far the feed is where its condition is another one than was sent last. False:
   * it was to be sent, and can not before the client has been sent all that came before.
   */
  tell(news: News): boolean;
  /** Ends its stream; says goodbye where that does not fall into the middle of an event. */
  part(bye: Buffer): void;
}

/** How a feed stands, for a client's choice. */
export interface News {
  readonly condition: string;
  /** The `progress` event that says so. */
  readonly progress: () => Buffer;
}

/** Bytes of an event that are written at once, so that what a client does not take is little. */
const WRITE_BYTES = 64 * 1024;

type Read = (place: number) => {readonly bytes: Buffer; readonly place: number} | undefined;

/**
 * One client of an event stream, which reads the feed at its own pace.
 *
 * Nothing is queued for it: while its socket is full it only remembers its place, and
 * reads on from there once it has drained. Where it is far behind by then, it is told in
 * short what it missed. So a client that reads slowly costs one piece of memory, ends up
 * with what everybody has, and nobody else waits for it.
 */
export function streamClient<C extends Choice>(
  feed: Feed<C>,
  choice: C,
  connection: StreamConnection,
): StreamClient {
  let place = feed.last;
  let snapshot: Iterator<Buffer> | undefined;
  let stretch: Stretch | undefined;
  /** What is left of an event that is being written. */
  let rest: Buffer | undefined;
  /** The condition that it was told last; before that it takes all to be well. */
  let told = '';
  const waiting: Waiting = {
    get open() {
      return connection.open;
    },
    ready: () => pump(),
  };

  /** The snapshot's state and the place it leads to are taken in one turn. */
  function restart(): void {
    place = feed.last;
    stretch = undefined;
    snapshot = feed.snapshot(choice);
  }

  function reset(reason: ResetReason): Buffer | undefined {
    const problem = feed.tooLarge(choice);
    if (problem) {
      // Who comes back is answered with the problem itself.
      const data = JSON.stringify({reason: problem.code, message: problem.message});
      part(Buffer.from(frameText({event: 'bye', data})));
      return undefined;
    }
    restart();
    return Buffer.from(frameText({event: 'reset', ...feed.reset(reason)}));
  }

  function next(read: Read): Buffer | undefined {
    const piece = snapshot?.next();
    if (piece && !piece.done) return piece.value;
    snapshot = undefined;
    while (stretch || place < feed.last) {
      stretch ??= feed.stretch(place, choice);
      if (stretch) return inShort(stretch);
      const chunk = read(place);
      if (!chunk) return reset('too-old');
      place = chunk.place;
      if (chunk.bytes.length > 0) return chunk.bytes;
    }
    return undefined;
  }

  function inShort(told: Stretch): Buffer | undefined {
    const net = feed.net(told, choice, waiting);
    switch (net.kind) {
      case 'making':
        return undefined;
      case 'lost':
        return reset(net.reason);
      case 'made':
        stretch = net.sent < told.to ? {...told, sent: net.sent} : undefined;
        if (!stretch) place = told.to;
        return net.bytes;
      default:
        return unreachable(net);
    }
  }

  const readAlone: Read = (after) => feed.read(after, choice);

  function pump(read: Read = readAlone): void {
    while (connection.open && !connection.blocked) {
      const bytes = rest ?? next(read);
      if (!bytes) return;
      send(bytes);
    }
  }

  function send(bytes: Buffer): void {
    rest = bytes.length > WRITE_BYTES ? bytes.subarray(WRITE_BYTES) : undefined;
    if (bytes.length > 0) connection.send(rest ? bytes.subarray(0, WRITE_BYTES) : bytes);
  }

  function part(bye: Buffer): void {
    connection.end(rest ? Buffer.alloc(0) : bye);
  }

  /** Whoever is cut off before the first change knows where to go on all the same. */
  function begin(start: Start): Buffer | undefined {
    switch (start.kind) {
      case 'reset':
        return reset(start.reason);
      case 'snapshot':
        restart();
        return undefined;
      case 'within':
        place = start.stretch.from;
        stretch = start.stretch;
        return Buffer.from(frameText({id: start.id}));
      case 'after':
      case 'now':
        place = start.kind === 'after' ? start.place : feed.last;
        return Buffer.from(frameText({id: feed.idOf(place)}));
      default:
        return unreachable(start);
    }
  }

  /** Its id says that all before it was sent: not so in the middle of a snapshot. */
  function say({condition, progress}: News): void {
    told = condition;
    connection.send(progress());
  }

  const current = (): boolean => !rest && !snapshot && !stretch && place === feed.last;

  return {
    connection,
    get place() {
      return place;
    },
    get current() {
      return current();
    },
    begin(start) {
      const bytes = begin(start);
      if (bytes) connection.send(bytes);
      connection.onDrain(() => pump());
      pump();
    },
    pump,
    beat(heartbeat, news) {
      if (!connection.open || connection.blocked || rest) return;
      connection.send(heartbeat);
      if (current()) say(news);
    },
    tell(news) {
      if (news.condition === told || !connection.open) return true;
      if (connection.blocked || !current()) return false;
      say(news);
      return true;
    },
    part,
  };
}

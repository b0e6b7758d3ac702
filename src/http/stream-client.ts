import type {StreamConnection} from './connection.ts';
import type {Choice, Feed, ResetReason} from './feed.ts';
import {frameText} from './frame.ts';

/** Where a client begins. */
export type Start =
  | {readonly kind: 'now'}
  | {readonly kind: 'snapshot'}
  | {readonly kind: 'after'; readonly place: number}
  | {readonly kind: 'reset'; readonly reason: ResetReason};

export interface StreamClient {
  readonly connection: StreamConnection;
  /** It has been sent everything of its choice up to here. */
  readonly place: number;
  begin(start: Start): void;
  /** Sends what there is, as far as the socket takes it. `read` is the feed's, or shares it. */
  pump(read?: Read): void;
  /** Sends a heartbeat, and how far the feed is to whoever has seen all of it. */
  beat(heartbeat: Buffer, progress: Buffer): void;
}

type Read = (place: number) => {readonly bytes: Buffer; readonly place: number} | undefined;

/**
 * One client of an event stream, which reads the feed at its own pace.
 *
 * Nothing is queued for it: while its socket is full it only remembers its place, and
 * reads on from there once it has drained. So a client that reads slowly costs one piece
 * of memory, sees everything all the same, and nobody else waits for it.
 */
export function streamClient<C extends Choice>(
  feed: Feed<C>,
  choice: C,
  connection: StreamConnection,
): StreamClient {
  let place = feed.last;
  let snapshot: Iterator<Buffer> | undefined;

  /** The snapshot's state and the place it leads to are taken in one turn. */
  function restart(): void {
    place = feed.last;
    snapshot = feed.snapshot(choice);
  }

  function reset(reason: ResetReason): Buffer {
    restart();
    return Buffer.from(frameText({event: 'reset', data: feed.reset(reason)}));
  }

  function next(read: Read): Buffer | undefined {
    const piece = snapshot?.next();
    if (piece && !piece.done) return piece.value;
    snapshot = undefined;
    while (place < feed.last) {
      const chunk = read(place);
      if (!chunk) return reset('too-old');
      place = chunk.place;
      if (chunk.bytes.length > 0) return chunk.bytes;
    }
    return undefined;
  }

  const readAlone: Read = (after) => feed.read(after, choice);

  function pump(read: Read = readAlone): void {
    while (connection.open && !connection.blocked) {
      const bytes = next(read);
      if (!bytes) return;
      connection.send(bytes);
    }
  }

  return {
    connection,
    get place() {
      return place;
    },
    begin(start) {
      if (start.kind === 'reset') connection.send(reset(start.reason));
      else if (start.kind === 'snapshot') restart();
      else {
        place = start.kind === 'after' ? start.place : feed.last;
        // Whoever is cut off before the first change knows where to go on all the same.
        connection.send(Buffer.from(frameText({id: feed.idOf(place)})));
      }
      connection.onDrain(() => pump());
      pump();
    },
    pump,
    beat(heartbeat, progress) {
      if (!connection.open || connection.blocked) return;
      connection.send(heartbeat);
      // Its id says that all before it was sent: not so in the middle of a snapshot.
      if (!snapshot && place === feed.last) connection.send(progress);
    },
  };
}

import type {Lsn} from '../data/lsn.ts';
import {MessageCursor} from './message-cursor.ts';
import {shown} from './pgoutput-tuple.ts';
import {postgresMicros} from './postgres-time.ts';

/**
 * What version 2 of the protocol adds: a transaction that is still open is sent in blocks,
 * and then committed or rolled back. Between `stream-start` and `stream-stop`, messages
 * that are kept carry the id of their (sub)transaction behind their kind.
 */
export type StreamMessage =
  | {readonly kind: 'stream-start'; readonly xid: number}
  | {readonly kind: 'stream-stop'}
  | {
      readonly kind: 'stream-commit';
      readonly xid: number;
      readonly commitLsn: Lsn;
      readonly endLsn: Lsn;
      /** Microseconds since 1970. */
      readonly commitTime: number;
    }
  | {
      readonly kind: 'stream-abort';
      readonly xid: number;
      /** What was rolled back: `xid` itself, or a subtransaction of it. */
      readonly subxid: number;
    };

/** The kinds of messages, as their first byte. */
export const STREAM_KINDS = {start: 0x53, stop: 0x45, commit: 0x63, abort: 0x41} as const;

/**
 * Decodes a message about a streamed transaction. One that does not follow the protocol, to
 * its last byte, is a `replication-message-malformed`.
 * https://www.postgresql.org/docs/17/protocol-logicalrep-message-formats.html
 */
export function decodeStreamMessage(bytes: Buffer): StreamMessage {
  const cursor = new MessageCursor(bytes);
  const message = decode(cursor);
  cursor.end();
  return message;
}

function decode(cursor: MessageCursor): StreamMessage {
  const kind = cursor.uint8();
  switch (kind) {
    case STREAM_KINDS.start: {
      const xid = cursor.uint32();
      cursor.take(1); // whether this is its first block, which we know
      return {kind: 'stream-start', xid};
    }
    case STREAM_KINDS.stop:
      return {kind: 'stream-stop'};
    case STREAM_KINDS.commit: {
      const xid = cursor.uint32();
      cursor.take(1); // flags, of which there are none
      return {
        kind: 'stream-commit',
        xid,
        commitLsn: cursor.uint64(),
        endLsn: cursor.uint64(),
        commitTime: postgresMicros(cursor.int64()),
      };
    }
    case STREAM_KINDS.abort:
      return {kind: 'stream-abort', xid: cursor.uint32(), subxid: cursor.uint32()};
    default:
      throw cursor.malformed(`there is no message of kind ${shown(kind)} about a stream`);
  }
}

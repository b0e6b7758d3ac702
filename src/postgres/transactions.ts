import type {Lsn} from '../data/lsn.ts';
import {Problem} from '../lib/problem.ts';
import {MessageCursor} from './message-cursor.ts';
import {decodeMessage, type Message} from './pgoutput.ts';
import {decodeStreamMessage, STREAM_KINDS, type StreamMessage} from './pgoutput-stream.ts';
import {slotProblems} from './problems-slot.ts';
import type {Kept, Spool} from './spool.ts';

/** A message that changes rows. */
export type RowChange = Extract<Message, {kind: 'insert' | 'update' | 'delete' | 'truncate'}>;

/** A committed transaction as the stream tells it. */
export interface RawTransaction {
  /** The end of its commit record. */
  readonly lsn: Lsn;
  readonly xid: number;
  /** Microseconds since 1970. */
  readonly commitTime: number;
  /**
   * Its changes and the relations that were described with it, in order and not decoded.
   * Whoever takes the transaction releases them.
   */
  readonly messages: Kept;
}

/** Puts the messages of the stream together into whole transactions. */
export interface Assembler {
  /** The transaction that this message completes, if it completes one. */
  push(bytes: Buffer): RawTransaction | undefined;
  /**
   * Whether the server is in the middle of a transaction's messages. One that is streamed
   * and not committed does not count between its blocks: whatever position is confirmed
   * meanwhile, the server sends it again from its first change as long as its commit is
   * not confirmed. https://www.postgresql.org/docs/current/logicaldecoding-explanation.html
   */
  readonly open: boolean;
  /** Transactions that were streamed in part, and have neither been committed nor rolled back. */
  readonly streamed: number;
}

export interface AssemblerOptions {
  /**
   * Transactions whose commit record begins before this position are known already and
   * left out; Postgres may send them again after a crash.
   */
  readonly from: Lsn;
  /** Changes of one transaction, those rolled back among them. */
  readonly maxRows: number;
  readonly spool: Spool;
  /** Whether a relation is of a table that is followed; the rows of others are not kept. */
  readonly follows: (relationOid: number) => boolean;
  /** Told of messages that belong to no table (pg_logical_emit_message). */
  readonly hear: (message: Message) => void;
}

const [INSERT, UPDATE, DELETE, TRUNCATE, RELATION] = [0x49, 0x55, 0x44, 0x54, 0x52];
/** Types, origins, and messages that belong to no table. */
const INERT: ReadonlySet<number | undefined> = new Set([0x59, 0x4f, 0x4d]);

/** A transaction whose end has not come. */
interface Assembling {
  readonly xid: number;
  readonly messages: Kept;
  /** Why it is not kept, where it is not: told when, and if, it commits. */
  lost?: Problem;
}

/**
 * Of a transaction that is past a limit nothing further is kept. Where it is committed
 * already, the problem is thrown at once; where it is streamed it may still be rolled back,
 * and it would come again until then: the problem is thrown with its commit.
 */
export function assembler(options: AssemblerOptions): Assembler {
  const {from, maxRows, spool, follows, hear} = options;
  const streamed = new Map<number, Assembling>();
  let begun: Extract<Message, {kind: 'begin'}> | undefined;
  /** Whose messages are coming. */
  let current: Assembling | undefined;

  /** The bytes before what a message tells: its kind, and within a block whose it is. */
  const headBytes = (): number => (begun === undefined ? 5 : 1);

  function keep(bytes: Buffer, {changes}: {changes: number}): void {
    const into = current;
    if (!into) throw malformed(bytes, 'a row or relation comes outside of a transaction');
    if (into.lost) return;
    const head = headBytes();
    if (bytes.length < head) throw malformed(bytes, 'the message is cut short');
    // A relation is told once for the transaction, even where what told it is rolled back.
    const xid = head === 5 && changes > 0 ? bytes.readUInt32BE(1) : 0;
    try {
      into.messages.changes += changes;
      if (into.messages.changes > maxRows) throw tooLarge(into.xid);
      into.messages.append(bytes, head, xid);
    } catch (error) {
      into.messages.release();
      if (!(error instanceof Problem) || begun) throw error;
      into.lost = error;
    }
  }

  function keepRow(bytes: Buffer): void {
    const head = headBytes();
    if (begun && begun.finalLsn < from) return;
    if (current && bytes.length >= head + 4 && !follows(bytes.readUInt32BE(head))) return;
    keep(bytes, {changes: 1});
  }

  function tooLarge(xid: number): Problem {
    return slotProblems['transaction-too-large']({xid, than: `${maxRows} rows`});
  }

  function ended(message: Extract<Message, {kind: 'commit'}>, bytes: Buffer) {
    if (!begun || !current) throw malformed(bytes, 'a transaction ends that has not begun');
    const {xid, commitTime, finalLsn} = begun;
    const {messages} = current;
    begun = undefined;
    current = undefined;
    // What it describes counts for those that follow, also where it is known itself.
    if (finalLsn < from && messages.empty) return undefined;
    return {lsn: message.endLsn, xid, commitTime, messages};
  }

  function committed(message: Extract<StreamMessage, {kind: 'stream-commit'}>, bytes: Buffer) {
    const {xid, commitLsn, commitTime, endLsn} = message;
    const own = streamed.get(xid);
    if (!own) throw malformed(bytes, `transaction ${xid} is committed and was not streamed`);
    streamed.delete(xid);
    if (own.lost) throw own.lost;
    if (commitLsn < from) own.messages.forgetRows();
    return {lsn: endLsn, xid, commitTime, messages: own.messages};
  }

  function rolledBack({xid, subxid}: {readonly xid: number; readonly subxid: number}): void {
    const own = streamed.get(xid);
    if (xid === subxid) {
      own?.messages.release();
      streamed.delete(xid);
    } else own?.messages.rollBack(subxid);
  }

  function stream(bytes: Buffer): RawTransaction | undefined {
    const message = decodeStreamMessage(bytes);
    if (begun) throw malformed(bytes, 'a block of a stream within a transaction');
    if ((message.kind === 'stream-stop') !== (current !== undefined)) {
      throw malformed(bytes, `"${message.kind}" is out of order`);
    }
    switch (message.kind) {
      case 'stream-start': {
        const {xid} = message;
        current = streamed.get(xid) ?? {xid, messages: spool.keep(xid)};
        streamed.set(xid, current);
        return undefined;
      }
      case 'stream-stop':
        current = undefined;
        return undefined;
      case 'stream-commit':
        return committed(message, bytes);
      case 'stream-abort':
        rolledBack(message);
        return undefined;
    }
  }

  function whole(bytes: Buffer): RawTransaction | undefined {
    // Within a block these carry the id of a subtransaction, and tell nothing that is kept.
    if (current && !begun && INERT.has(bytes[0])) return undefined;
    const message = decodeMessage(bytes, () => undefined);
    if (message.kind === 'commit') return ended(message, bytes);
    if (message.kind === 'message') hear(message);
    if (message.kind !== 'begin') return undefined;
    if (current) throw malformed(bytes, 'a transaction begins within another');
    begun = message;
    current = {xid: message.xid, messages: spool.keep(message.xid)};
    return undefined;
  }

  return {
    push(bytes) {
      switch (bytes[0]) {
        case INSERT:
        case UPDATE:
        case DELETE:
          keepRow(bytes);
          return undefined;
        case TRUNCATE:
          if (!begun || begun.finalLsn >= from) keep(bytes, {changes: 1});
          return undefined;
        case RELATION:
          keep(bytes, {changes: 0});
          return undefined;
        case STREAM_KINDS.start:
        case STREAM_KINDS.stop:
        case STREAM_KINDS.commit:
        case STREAM_KINDS.abort:
          return stream(bytes);
        default:
          return whole(bytes);
      }
    },
    get open() {
      return current !== undefined;
    },
    get streamed() {
      return streamed.size;
    },
  };
}

function malformed(bytes: Buffer, what: string): Error {
  return new MessageCursor(bytes).malformed(what);
}

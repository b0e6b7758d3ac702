import type {Lsn} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Clock} from '../lib/clock.ts';
import {ReplicationStream, type StreamOptions} from '../postgres/replication-stream.ts';
import {assembler, type RawTransaction} from '../postgres/transactions.ts';
import {applyChanges, type Image} from './image.ts';
import {type InboxLimits, inbox} from './inbox.ts';
import type {Progress} from './progress.ts';
import type {Relations} from './relations.ts';

export interface Following {
  readonly sourceId: string;
  readonly stream: StreamOptions;
  readonly relations: Relations;
  readonly image: Image;
  readonly progress: Progress;
  readonly limits: InboxLimits & {readonly transactionRows: number};
  readonly clock: Clock;
  /** The server has begun to send. */
  readonly onOpen: (stream: ReplicationStream) => void;
  /** Takes a transaction; resolves when there is room for the next. */
  readonly receive: (transaction: Transaction) => Promise<void>;
}

/**
 * Follows the stream from the position of the image, transaction by transaction, until it
 * breaks (and throws why) or `signal` is aborted.
 *
 * Invariant: the image moves by whole transactions, and only right before the sink is
 * told. What was read and not yet applied is forgotten when the stream breaks; the next
 * stream sends it again.
 */
export async function follow(following: Following, signal: AbortSignal): Promise<void> {
  const {progress, relations, limits} = following;
  const transactions = assembler({from: following.stream.from, maxRows: limits.transactionRows});
  const handlers = {
    message(bytes: Buffer): void {
      const message = relations.decode(bytes);
      const whole = message && transactions.push(message);
      if (whole) waiting.push(whole);
    },
    keepalive(walEnd: Lsn): void {
      progress.hear(walEnd);
      // Up to here the server had nothing for us, unless something is still on its way.
      if (transactions.open || !waiting.idle || !progress.settled) return;
      progress.receive(walEnd);
      progress.acknowledge(walEnd);
      stream.confirm(walEnd);
    },
  };
  const stream = new ReplicationStream(following.stream, handlers, following.clock);
  const waiting = inbox(limits, stream);
  try {
    await stream.open(signal);
    const ended = stream.ended.finally(() => waiting.close());
    ended.catch(() => {});
    following.onOpen(stream);
    for (let batch = await waiting.take(); batch; batch = await waiting.take()) {
      for (const transaction of batch) await step(following, transaction, signal);
      waiting.done();
    }
    await ended;
  } finally {
    await stream.close();
  }
}

async function step(
  {sourceId, image, relations, progress, receive}: Following,
  {lsn, xid, commitTime, changes: raw}: RawTransaction,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const changes = applyChanges(image, raw, relations);
  if (changes.size === 0) return progress.receive(lsn);
  progress.give(lsn, commitTime);
  await receive({kind: 'stream', sourceId, lsn, xid, commitTime, changes});
}

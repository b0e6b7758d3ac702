import type {Lsn} from '../data/lsn.ts';
import type {Transaction} from '../data/transaction.ts';
import type {Clock} from '../lib/clock.ts';
import type {ReplicationStream, StreamHandlers} from '../postgres/replication-stream.ts';
import {type Kept, Spool, type SpoolLimits} from '../postgres/spool.ts';
import {assembler, type RawTransaction, type RowChange} from '../postgres/transactions.ts';
import {applyChanges, type Image} from './image.ts';
import {type InboxLimits, inbox} from './inbox.ts';
import type {Progress} from './progress.ts';
import type {Relations} from './relations.ts';
import type {SourceSink} from './source.ts';

/** A line to the server, on which it sends. */
export type Line = Pick<
  ReplicationStream,
  'open' | 'ended' | 'confirm' | 'breathe' | 'pause' | 'resume' | 'close'
>;

export interface Following {
  readonly sourceId: string;
  /** The position of the image: what was committed before is not to be sent. */
  readonly from: Lsn;
  /** Makes the line that is followed, from there; it is opened and closed here. */
  readonly line: (handlers: StreamHandlers) => Line;
  readonly relations: Relations;
  readonly image: Image;
  readonly progress: Progress;
  readonly limits: InboxLimits & SpoolLimits & {readonly transactionRows: number};
  readonly clock: Clock;
  /** The server has begun to send. Nothing of it is taken before this is over. */
  readonly onOpen: (line: Line) => Promise<void> | void;
  readonly sink: Pick<SourceSink, 'receive' | 'reach'>;
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
  const {progress, relations, limits, sink} = following;
  let failure: {readonly error: unknown} | undefined;
  const idle = quietPosition(following, signal, (error) => {
    failure = {error};
    waiting.close();
  });
  const spool = new Spool(limits);
  const maxRows = limits.transactionRows;
  const transactions = assembler({from: following.from, maxRows, spool, ...relations});
  const handlers = {
    message(bytes: Buffer): void {
      const whole = transactions.push(bytes);
      if (whole) waiting.push(whole);
    },
    keepalive(walEnd: Lsn): void {
      progress.hear(walEnd);
      if (transactions.open) return;
      // Up to here the server has nothing for us but what has come.
      told = walEnd;
      if (quiet()) idle.reached(walEnd, quiet);
    },
  };
  let told: Lsn = 0n;
  let begun = false;
  const quiet = (): boolean => begun && waiting.idle && !transactions.open && progress.settled;
  const stream = following.line(handlers);
  const waiting = inbox(limits, stream);
  try {
    await stream.open(signal);
    const ended = stream.ended.finally(() => waiting.close());
    ended.catch(() => {});
    await following.onOpen(stream);
    begun = true;
    // Said meanwhile, and not again for seconds.
    if (told > 0n) idle.reached(told, quiet);
    for (let batch = await waiting.take(); batch; batch = await waiting.take()) {
      const breathe = (): void => stream.breathe();
      const next = applied(following, {batch, breathe}, signal);
      // Between two steps of the store everybody else has a turn.
      while (await sink.receive(next, breathe)) await new Promise(setImmediate);
      waiting.done();
      // What changed nothing was handed to nobody, and no word of the server need follow it. Nor
      // does it say again, for seconds, what it said meanwhile.
      const {received = 0n, acknowledged = 0n} = progress;
      const reached = received > told ? received : told;
      if (reached > acknowledged) idle.reached(reached, quiet);
    }
    if (failure) throw failure.error;
    await ended;
  } finally {
    await stream.close();
    spool.close();
  }
}

/** Brings the image forward by one transaction of the batch at each call. */
function applied(
  {sourceId, image, relations, progress}: Following,
  {batch, breathe}: {readonly batch: readonly RawTransaction[]; readonly breathe: () => void},
  signal: AbortSignal,
): () => Transaction | undefined {
  let index = 0;
  return () => {
    while (index < batch.length && !signal.aborted) {
      const {lsn, xid, commitTime, messages} = batch[index++]!;
      const changes = applyChanges(image, rowChanges(messages, relations, breathe), relations);
      messages.release();
      if (changes.size > 0) {
        progress.give(lsn, commitTime);
        return {kind: 'stream', sourceId, lsn, xid, commitTime, changes};
      }
      progress.receive(lsn);
    }
    return undefined;
  };
}

/** Rows after which the line is looked at in a long transaction. */
const BREATH_ROWS = 4096;

/** Reads the changes among a transaction's messages; what it describes is taken in. */
function rowChanges(
  messages: Kept,
  relations: Relations,
  breathe: () => void,
): () => RowChange | undefined {
  const read = messages.reader();
  let count = 0;
  return () => {
    for (let bytes = read(); bytes; bytes = read()) {
      count += 1;
      if (count % BREATH_ROWS === 0) breathe();
      const message = relations.decode(bytes);
      switch (message.kind) {
        case 'insert':
        case 'update':
        case 'delete':
        case 'truncate':
          return message;
      }
    }
    return undefined;
  };
}

/** An idle source tells its position this often at most: the server asks far more often. */
const REACH_MS = 250;

/** The position of a source for which there is nothing in the log. */
function quietPosition(
  {progress, sink, clock}: Following,
  signal: AbortSignal,
  fail: (error: unknown) => void,
) {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let newest: Lsn | undefined;

  /**
   * A position is never taken back. A server begins to read where its slot was confirmed last,
   * which may be far behind the image, and says so.
   */
  const isPast = (lsn: Lsn): boolean => lsn < (progress.received ?? 0n);

  function tell(lsn: Lsn): void {
    toldAtMs = clock.steadyMs();
    progress.receive(lsn);
    sink.reach(lsn);
  }
  return {
    /** `still` answers, now and later, whether all before has been taken in, and nothing since. */
    reached(lsn: Lsn, still: () => boolean): void {
      if (isPast(lsn)) return;
      const leftMs = toldAtMs + REACH_MS - clock.steadyMs();
      if (leftMs <= 0 && still()) return void tell(lsn);
      const waits = newest !== undefined;
      newest = lsn;
      if (waits) return;
      const later = (): void => {
        const reached = newest;
        newest = undefined;
        if (reached === undefined || signal.aborted || !still()) return;
        // Transactions may have come meanwhile, and no word of the server since.
        if (!isPast(reached)) tell(reached);
      };
      // Where all is to end first, the server sends it again.
      const waited = clock.wait(leftMs > 0 ? leftMs : REACH_MS, signal).then(
        () => true,
        () => false,
      );
      waited.then((over) => over && later()).catch(fail);
    },
  };
}

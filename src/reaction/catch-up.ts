import type {Event} from '../data/event.ts';
import type {ResetReason, Stretch, Waiting} from '../http/feed.ts';
import type {EventLog} from '../store/store.ts';
import {type NetDiff, netDiff} from './net-diff.ts';

export interface CatchUpLimits {
  /** Characters of net diffs that are held for the clients that are sent them. */
  readonly netSize: number;
  /** Rows that are looked at in one turn; the rest of the service has the turns between. */
  readonly turnRows: number;
}

/** Whose events are wanted. Equal choices have equal keys. */
export interface Wanted {
  readonly key: string;
  readonly queries: Pick<ReadonlySet<string>, 'has'>;
}

export type Told =
  | {readonly kind: 'made'; readonly events: readonly Event[]}
  | {readonly kind: 'making'}
  | {readonly kind: 'lost'; readonly reason: ResetReason};

/** Makes the net diffs that clients who fell behind are told, and holds those in use. */
export interface CatchUp {
  /** The end of a stretch from `from` that is there or under way, and at least to `least`. */
  end(from: number, least: number, wanted: Wanted): number | undefined;
  /** What a stretch comes to. Where it has to be made, `waiting` is told when it is. */
  told(stretch: Stretch, wanted: Wanted, waiting: Waiting): Told;
}

interface Job {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly wanted: Wanted;
  readonly net: NetDiff;
  readonly waiting: Set<Waiting>;
  /** Up to here it has looked. */
  place: number;
}

interface Made {
  readonly from: number;
  readonly to: number;
  readonly wanted: Wanted;
  readonly told: Told;
  readonly size: number;
}

/** Events that are read from the log at once. */
const READ_EVENTS = 256;

/**
 * One net diff is made at a time, so that however many clients come back at once, what is
 * held is what is being made and at most `netSize` of what is made. One that had to make
 * room while a client still reads it is made again; the log gives the same.
 */
export function catchUp(log: EventLog, {netSize, turnRows}: CatchUpLimits): CatchUp {
  /** By key, the one that was used last at the end. */
  const made = new Map<string, Made>();
  /** In the order in which they are made. One client waits for one of them. */
  const jobs = new Map<string, Job>();
  let size = 0;
  let turning = false;

  function hold(key: string, one: Made): void {
    made.set(key, one);
    size += one.size;
    for (const [other, {size: freed}] of made) {
      if (size <= netSize || other === key) break;
      made.delete(other);
      size -= freed;
    }
  }

  function finish(job: Job, told: Told): void {
    const {key, from, to, wanted, net} = job;
    jobs.delete(key);
    const held = told.kind === 'made' ? net.size : 0;
    hold(key, {from, to, wanted, told, size: held + ENTRY_SIZE});
    for (const waiting of job.waiting) waiting.ready();
  }

  function lookOn(job: Job): void {
    let rows = 0;
    while (rows < turnRows && job.place < job.to) {
      const events = log.read(job.place, Math.min(READ_EVENTS, job.to - job.place));
      if (job.place < log.trimmed || events.length === 0) {
        finish(job, {kind: 'lost', reason: 'too-old'});
        return;
      }
      for (const event of events) {
        job.place = event.sequence;
        // An event that is none of theirs has cost a look all the same.
        rows += job.wanted.queries.has(event.queryId) ? 1 + job.net.take(event) : 1;
        if (rows >= turnRows) break;
      }
      if (job.net.size > netSize) {
        finish(job, {kind: 'lost', reason: 'too-much'});
        return;
      }
    }
    if (job.place < job.to) return;
    const events = job.net.events({from: job.from + 1, to: job.to});
    finish(job, {kind: 'made', events});
  }

  function turn(): void {
    const [job] = jobs.values();
    turning = job !== undefined;
    if (!job) return;
    if ([...job.waiting].some(({open}) => open)) lookOn(job);
    else jobs.delete(job.key);
    setImmediate(turn);
  }

  function join(stretch: Stretch, wanted: Wanted, waiting: Waiting): void {
    const key = keyOf(stretch, wanted);
    const {from, to} = stretch;
    const job = jobs.get(key) ?? {
      ...{key, from, to, wanted, place: from},
      net: netDiff(),
      waiting: new Set(),
    };
    job.waiting.add(waiting);
    jobs.set(key, job);
    if (!turning) setImmediate(turn);
    turning = true;
  }

  return {
    end(from, least, {key}) {
      let end: number | undefined;
      for (const all of [made, jobs]) {
        for (const one of all.values()) {
          if (one.from !== from || one.to < (end ?? least) || one.wanted.key !== key) continue;
          end = one.to;
        }
      }
      return end;
    },
    told(stretch, wanted, waiting) {
      const key = keyOf(stretch, wanted);
      const held = made.get(key);
      if (!held) {
        if (stretch.from < log.trimmed) return {kind: 'lost', reason: 'too-old'};
        join(stretch, wanted, waiting);
        return {kind: 'making'};
      }
      made.delete(key);
      made.set(key, held);
      return held.told;
    },
  };
}

/** What an entry costs besides its texts. */
const ENTRY_SIZE = 1000;

const keyOf = ({from, to}: Stretch, {key}: Wanted): string => `${from} ${to} ${key}`;

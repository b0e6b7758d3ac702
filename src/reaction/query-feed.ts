import {type Event, eventId, parseEventId, parseStretchId, resetId} from '../data/event.ts';
import type {Choice, Feed, Place, ResetReason} from '../http/feed.ts';
import type {Clock} from '../lib/clock.ts';
import type {Problem} from '../lib/problem.ts';
import type {EventLog} from '../store/store.ts';
import {frameCache} from './frame-cache.ts';
import {netFeed} from './net-feed.ts';
import {reactionProblems} from './problems.ts';
import {conditionOf, progressText} from './progress.ts';
import {snapshots} from './snapshot.ts';
import type {StreamWorld} from './stream-world.ts';

/** Queries of a stream, on one of its paths. */
export interface QueryChoice extends Choice {
  readonly path: string;
  /** undefined: all that the stream serves, those that are added later too. */
  readonly named: ReadonlySet<string> | undefined;
  /** It wants to be told of each event, however far it is behind. */
  readonly each: boolean;
}

/** The ids of queries, as they are now: a Set of them, or a Map by them. */
export interface QueryIds {
  has(id: string): boolean;
  keys(): Iterable<string>;
}

export interface QueryFeedOptions {
  readonly world: StreamWorld;
  /** The queries it serves. */
  readonly queries: QueryIds;
  /** It serves whatever queries there are: events of one that is gone since are its own too. */
  readonly everything?: boolean;
  /** The frames of an event on a path, the last with `id`; empty where it has none there. */
  readonly encode: (event: Event, id: string, path: string) => string;
  readonly limits: FeedLimits;
  readonly clock: Clock;
}

export interface FeedLimits {
  /** Bytes written to a client at once; one event may be larger. */
  readonly pieceBytes: number;
  /** Bytes of encoded events kept for clients that read the same. */
  readonly cacheBytes: number;
  /** Rows in one `snapshot` event. */
  readonly partRows: number;
  /** Rows that one client may ask for as snapshots. */
  readonly snapshotRows: number;
  /** Results of which a `progress` event says what they come to. */
  readonly progressResults: number;
  /** A client that is further behind gets the net diff: events, or characters of their rows. */
  readonly behindEvents: number;
  readonly behindBytes: number;
  /** Characters of net diffs that are held for those who are behind. */
  readonly netSize: number;
  /** Rows that are looked at in one turn while a net diff is made. */
  readonly turnRows: number;
}

export const FEED_LIMITS: FeedLimits = {
  pieceBytes: 64 * 1024,
  cacheBytes: 8 * 1024 * 1024,
  partRows: 500,
  snapshotRows: 1_000_000,
  progressResults: 100,
  behindEvents: 10_000,
  behindBytes: 8 * 1024 * 1024,
  netSize: 64 * 1024 * 1024,
  turnRows: 2_000,
};

/** Events that are looked at before the piece they give is looked at. */
const READ_EVENTS = 256;

const RESET_REASONS: Readonly<Record<ResetReason, string>> = {
  'other-epoch': 'the service has started afresh since then',
  'too-old': 'the events after it are no longer held',
  'too-much': 'what has changed since then is more than is held for one client',
  'unknown-id': 'the id is none of this service',
};

/** The event log and the results of queries, as a feed of Server-Sent Events. */
export function queryFeed(options: QueryFeedOptions): Feed<QueryChoice> {
  const {world, queries, everything = false, encode, limits, clock} = options;
  const {log} = world;
  const served: Pick<QueryIds, 'has'> = everything ? {has: () => true} : queries;
  const cache = frameCache(limits.cacheBytes);
  const snapshot = snapshots(world, limits);
  const inShort = netFeed(options, served);

  function encoded(event: Event, path: string): Buffer {
    return cache.get(`${event.sequence} ${path}`, () =>
      Buffer.from(encode(event, eventId(log.epoch, event.sequence), path)),
    );
  }

  return {
    get last() {
      return log.last;
    },
    idOf: (place) => eventId(log.epoch, place),
    placeOf: (id) => placeOf(id, log),
    read(after, {path, named = served}) {
      if (after < log.trimmed) return undefined;
      const frames: Buffer[] = [];
      let bytes = 0;
      let place = after;
      for (const event of log.read(after, READ_EVENTS)) {
        if (bytes >= limits.pieceBytes) break;
        place = event.sequence;
        if (!named.has(event.queryId)) continue;
        const frame = encoded(event, path);
        frames.push(frame);
        bytes += frame.length;
      }
      return {bytes: frames.length === 1 ? frames[0]! : Buffer.concat(frames), place};
    },
    ...inShort,
    snapshot: ({named = queries}) => snapshot.of(named.keys(), eventId(log.epoch, log.last)),
    tooLarge: ({named = queries}) => tooLarge(world, named, limits),
    reset(reason) {
      const {epoch, last: sequence} = log;
      const data = JSON.stringify({reason, message: RESET_REASONS[reason], epoch, sequence});
      return {id: resetId(epoch, reason), data};
    },
    progress: ({named = queries}, beat) =>
      progressText(world, named.keys(), {clock, beat, resultsMax: limits.progressResults}),
    watch: (listener) => log.watch(listener),
    condition: ({named = queries}) => conditionOf(world, named.keys()),
    watchConditions: (listener) => world.watch(listener),
  };
}

function placeOf(id: string, {epoch, last, trimmed}: EventLog): Place {
  const within = parseStretchId(id);
  const parsed = within ?? parseEventId(id);
  if (!parsed) return {kind: 'lost', reason: lostReason(id, epoch)};
  if (parsed.epoch !== epoch) return {kind: 'lost', reason: 'other-epoch'};
  const [from, to] = 'from' in parsed ? [parsed.from, parsed.to] : [parsed.sequence, undefined];
  if ((to ?? from) > last) return {kind: 'lost', reason: 'unknown-id'};
  if (from < trimmed) return {kind: 'lost', reason: 'too-old'};
  return within ? {kind: 'within', stretch: within} : {kind: 'held', place: from};
}

/** Of the id of a reset: what it was reset for. */
function lostReason(id: string, epoch: string): ResetReason {
  const reasons = Object.keys(RESET_REASONS) as ResetReason[];
  const [of = ''] = id.split('-', 1);
  const reason = reasons.find((one) => id === resetId(of, one));
  return reason && of !== epoch ? 'other-epoch' : (reason ?? 'unknown-id');
}

/** Counted before any row is taken. */
function tooLarge(
  {results}: StreamWorld,
  named: QueryIds,
  {snapshotRows}: FeedLimits,
): Problem | undefined {
  let rows = 0;
  for (const queryId of named.keys()) rows += results(queryId)?.count ?? 0;
  if (rows <= snapshotRows) return undefined;
  return reactionProblems['snapshot-too-large']({rows, limit: snapshotRows});
}

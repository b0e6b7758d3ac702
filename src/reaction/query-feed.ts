import {type Event, eventId, parseEventId} from '../data/event.ts';
import {rowJson} from '../data/json.ts';
import type {Key} from '../data/key.ts';
import type {Row} from '../data/value.ts';
import type {Choice, Feed, ResetReason} from '../http/feed.ts';
import {frameText} from '../http/frame.ts';
import type {Clock} from '../lib/clock.ts';
import {frameCache} from './frame-cache.ts';
import type {StreamWorld} from './stream-world.ts';

/** Queries of a stream, on one of its paths. */
export interface QueryChoice extends Choice {
  readonly path: string;
  /** undefined: all that the stream serves, those that are added later too. */
  readonly named: ReadonlySet<string> | undefined;
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
  readonly snapshotRows: number;
}

export const FEED_LIMITS: FeedLimits = {
  pieceBytes: 64 * 1024,
  cacheBytes: 8 * 1024 * 1024,
  snapshotRows: 500,
};

/** Events that are looked at before the piece they give is looked at. */
const READ_EVENTS = 256;

const RESET_REASONS: Readonly<Record<ResetReason, string>> = {
  'other-epoch': 'the service has started afresh since then',
  'too-old': 'the events after it are no longer held',
  'unknown-id': 'the id is none of this service',
};

/** The event log and the results of queries, as a feed of Server-Sent Events. */
export function queryFeed({
  world,
  queries,
  everything = false,
  encode,
  limits,
  clock,
}: QueryFeedOptions): Feed<QueryChoice> {
  const {log} = world;
  const served: Pick<QueryIds, 'has'> = everything ? {has: () => true} : queries;
  const cache = frameCache(limits.cacheBytes);

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
    placeOf(id) {
      const parsed = parseEventId(id);
      if (!parsed) return {kind: 'lost', reason: 'unknown-id'};
      if (parsed.epoch !== log.epoch) return {kind: 'lost', reason: 'other-epoch'};
      if (parsed.sequence > log.last) return {kind: 'lost', reason: 'unknown-id'};
      if (parsed.sequence < log.trimmed) return {kind: 'lost', reason: 'too-old'};
      return {kind: 'held', place: parsed.sequence};
    },
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
    snapshot({named = queries}) {
      const id = eventId(log.epoch, log.last);
      const parts = [...named.keys()].flatMap((queryId) => snapshotParts(world, queryId, limits));
      return framed(parts, id);
    },
    reset: (reason) =>
      JSON.stringify({
        reason,
        message: RESET_REASONS[reason],
        epoch: log.epoch,
        sequence: log.last,
      }),
    progress() {
      const {lsn = null, lagBytes = null, lagMs = null} = world.progress();
      return JSON.stringify({sequence: log.last, time: clock.nowMs(), lsn, lagBytes, lagMs});
    },
    watch: (listener) => log.watch(listener),
  };
}

/** A part of a result, its rows taken already and written as JSON only once it is sent. */
type Part = () => string;

function snapshotParts(
  {log, results}: StreamWorld,
  queryId: string,
  {snapshotRows}: FeedLimits,
): Part[] {
  const result = results(queryId);
  const rows = [...(result?.rows() ?? [])];
  const json = rowJson(result?.columns ?? []);
  const count = Math.max(1, Math.ceil(rows.length / snapshotRows));
  const head = JSON.stringify({queryId, sequence: log.last, lsn: result?.lsn ?? null});
  return Array.from({length: count}, (_, index) => () => {
    const some = rows.slice(index * snapshotRows, (index + 1) * snapshotRows);
    const part = `"part":${index + 1},"parts":${count}`;
    return `${head.slice(0, -1)},${part},"rows":[${some.map((row) => entry(row, json)).join(',')}]}`;
  });
}

function entry([key, row]: readonly [Key, Row], json: (row: Row) => string): string {
  return `{"key":${JSON.stringify(String(key))},"after":${json(row)}}`;
}

/** Only who has all of it may go on from its id. */
function* framed(parts: readonly Part[], id: string): Generator<Buffer, undefined> {
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    yield Buffer.from(frameText({event: 'snapshot', data: part(), ...(last && {id})}));
  }
  if (parts.length === 0) yield Buffer.from(frameText({id}));
}

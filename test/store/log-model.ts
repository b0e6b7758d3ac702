import type {Event, EventRow} from '../../src/data/event.ts';
import type {LogLimits} from '../../src/store/disk-log.ts';

/** Events that were written together, and what they may come to on disk. */
interface Together {
  readonly first: number;
  readonly last: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** By the time of the log. */
  readonly timeMs: number;
}

/** Up to which event a log may be trimmed: at least, and at most. */
export interface TrimBounds {
  readonly least: number;
  readonly most: number;
}

/** Small events share a record until it has so much. */
const RECORD_BYTES = 256 * 1024;
/** With more rows, or more characters, an event stands alone. */
const LARGE_ROWS = 4096;
const LARGE_CHARACTERS = 4 * 1024 * 1024;
/** More than a text takes on disk besides itself. */
const AROUND_BYTES = 64;

/**
 * What an event log has to be: all events there ever were, in an array, and the rule by which
 * the oldest of them leave it. What was written together leaves together, when all from there
 * on is more than may be, or when it was written too long ago; and of the events there are never
 * more than may be.
 */
export class LogModel {
  readonly events: Event[] = [];
  #written: Together[] = [];

  /** The last event. */
  get last(): number {
    return this.events.length;
  }

  /** The last event that is on disk. */
  get lastWritten(): number {
    return this.#written.at(-1)?.last ?? 0;
  }

  /** When something was written last, by the time of the log. */
  get writtenMs(): number | undefined {
    return this.#written.at(-1)?.timeMs;
  }

  tell(events: readonly Event[]): void {
    for (const event of events) this.events.push(event);
  }

  /** All up to an event is on disk: what was not before was written at once. */
  write(last: number, timeMs: number): void {
    const fresh = this.events.slice(this.lastWritten, last);
    this.#written.push(...togetherOf(fresh, timeMs));
  }

  /** A crash took back what came after an event. */
  forget(last: number): void {
    this.events.length = last;
  }

  read(after: number, limit: number): readonly Event[] {
    return this.events.slice(after, after + limit);
  }

  /** Bytes on disk of all that has events after one. */
  bytes(after: number): {least: number; most: number} {
    const held = this.#written.filter(({last}) => last > after);
    return {
      least: held.reduce((sum, {leastBytes}) => sum + leastBytes, 0),
      most: held.reduce((sum, {mostBytes}) => sum + mostBytes, 0),
    };
  }

  /** `known`: the last event that is sure to have been on disk when the log was trimmed last. */
  bounds(limits: LogLimits, {nowMs, known}: {nowMs: number; known: number}): TrimBounds {
    const tooMany = Math.max(0, this.last - limits.eventLogEvents);
    const gone = (bytes: number, {timeMs}: Together): boolean =>
      bytes > limits.eventLogBytes || timeMs < nowMs - limits.eventLogMs;
    let [least, most] = [0, 0];
    let [leastBytes, mostBytes] = [0, 0];
    for (const own of this.#written.toReversed()) {
      if (own.last <= known) leastBytes += own.leastBytes;
      mostBytes += own.mostBytes;
      if (own.last <= known && gone(leastBytes, own)) least = Math.max(least, own.last);
      if (gone(mostBytes, own)) most = Math.max(most, own.last);
    }
    return {least: Math.max(least, tooMany), most: Math.max(most, tooMany)};
  }
}

function togetherOf(events: readonly Event[], timeMs: number): Together[] {
  const all: Together[] = [];
  let first: number | undefined;
  let bytes = 0;
  const end = (last: number, texts: number): void => {
    if (first === undefined) return;
    const [leastBytes, mostBytes] = [bytes - texts, bytes + texts * AROUND_BYTES];
    all.push({first, last, leastBytes, mostBytes, timeMs});
    first = undefined;
    bytes = 0;
  };
  for (const event of events) {
    const {sequence} = event;
    const large = isLarge(event);
    if (large) end(sequence - 1, 1);
    bytes += textBytes(event) + (first === undefined ? 0 : 1);
    first ??= sequence;
    if (large) end(sequence, 2 + Math.ceil((2 * bytes) / LARGE_CHARACTERS));
    else if (bytes >= RECORD_BYTES) end(sequence, 1);
  }
  end(events.at(-1)?.sequence ?? 0, 1);
  return all;
}

const rowsOf = ({added, updated, deleted}: Event): readonly EventRow[] =>
  added.concat(updated, deleted);

function isLarge(event: Event): boolean {
  const rows = rowsOf(event);
  const characters = rows.reduce(
    (sum, {key, before = '', after = ''}) => sum + key.length + before.length + after.length,
    0,
  );
  return rows.length > LARGE_ROWS || characters > LARGE_CHARACTERS;
}

/** Of the text of an event: what it is in JSON, and each key and text of a row, with one between. */
function textBytes(event: Event): number {
  const {sequence, queryId, added, updated, deleted, transaction} = event;
  const {kind, source, lsn, xid = null, commitTime, part, parts} = transaction;
  const counts = [added.length, updated.length, deleted.length, 1];
  const head = [sequence, queryId, kind, lsn, xid, commitTime, part, parts, ...counts, source];
  let bytes = Buffer.byteLength(JSON.stringify(head));
  for (const {key, before, after} of rowsOf(event)) {
    bytes += 1 + Buffer.byteLength(JSON.stringify(key));
    if (before !== undefined) bytes += 1 + Buffer.byteLength(before);
    if (after !== undefined) bytes += 1 + Buffer.byteLength(after);
  }
  return bytes;
}

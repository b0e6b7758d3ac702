import type {Event} from '../data/event.ts';
import {assert} from '../lib/assert.ts';
import {ByteText} from '../lib/byte-text.ts';
import type {Clock} from '../lib/clock.ts';
import type {RecordText} from './checked-text.ts';
import {eventPieces, isSmall, readEvents, writeEvent} from './event-text.ts';
import {eventCharacters, type MemoryLog, memoryLog} from './memory-log.ts';
import {type Segment, Segments} from './segments.ts';
import type {EventLog, LogStatus} from './store.ts';
import type {StoreFile} from './store-file.ts';

export interface LogLimits {
  readonly eventLogEvents: number;
  readonly eventLogBytes: number;
  readonly eventLogMs: number;
}

/** The event log of a store on disk; its newest events are in memory as well. */
export interface DiskLog extends EventLog {
  /** Writes events, in a transaction of the file. Readers see them with `show`. */
  write(events: readonly Event[]): void;
  /** The transaction of the last `write` has been committed: its events can be read. */
  wrote(): void;
  /** `written`: all that was taken is on disk, so that none of it has to be in memory. */
  show(events: readonly Event[], options: {readonly written: boolean}): void;
  /** Readers see that these were, and that they and all before them are gone. */
  pass(events: readonly Event[]): void;
  /** Removes what nobody needs any more, in a transaction of the file; `needed`: what comes after. */
  prune(needed: number): void;
  status(): LogStatus;
  /** Bytes of what was written after a sequence. */
  bytesAfter(sequence: number): number;
  /** All held events after a sequence, trimmed ones too as long as they are on disk. */
  after(sequence: number): Generator<Event>;
}

/**
 * The newest events that are in memory: enough for clients that keep up. More would only
 * be more for the garbage collector to carry along.
 */
export const IN_MEMORY = {events: 4_000, bytes: 4 * 1024 * 1024} as const;
/** Events of one step that are in memory at most: more are read from disk. */
const TOLD_TOGETHER = 256;
/** Parsed records that are kept for readers of what is only on disk. */
const PARSED_RECORDS = 8;
/** Of several small events in one record. A large event has pieces in records of its own. */
const RECORD_BYTES = 256 * 1024;

export function diskLog(
  file: StoreFile,
  {epoch, last, limits, clock}: {epoch: string; last: number; limits: LogLimits; clock: Clock},
): DiskLog {
  const segments = new Segments(readSegments(file));
  let trimmed = (segments.first?.first ?? last + 1) - 1;
  // Time passes for the log while the service runs, and by a clock that nobody sets: one that
  // was set wrong for a moment, or a service that was away, makes no event old.
  const openedMs = (segments.last?.timeMs ?? clock.nowMs()) - clock.steadyMs();
  const timeMs = (): number => Math.round(openedMs + clock.steadyMs());
  const parsed = new Map<number, readonly Event[]>();
  const together = new ByteText(RECORD_BYTES);
  /** Of a transaction that may still fail: then what is in memory has to be as before. */
  let uncommitted: Segment[] = [];
  const newest: MemoryLog = memoryLog({
    epoch,
    events: Math.min(limits.eventLogEvents, IN_MEMORY.events),
    bytes: Math.min(limits.eventLogBytes, IN_MEMORY.bytes),
    after: last,
  });
  assert((segments.last?.last ?? last) === last, `the log ends with event ${last}`);

  function trim(): void {
    trimmed = segments.trim({
      trimmed: Math.max(trimmed, newest.last - limits.eventLogEvents),
      bytes: limits.eventLogBytes,
      timeMs: timeMs() - limits.eventLogMs,
    });
  }
  trim();

  function record(first: number): readonly Event[] {
    const known = parsed.get(first);
    if (known) return known;
    const text = file.events.get([first, 0]);
    assert(text !== undefined, `event ${first} is in the log`);
    const events = readEvents(text, () => pieces(first));
    parsed.set(first, events);
    for (const oldest of parsed.keys()) {
      if (parsed.size <= PARSED_RECORDS) break;
      parsed.delete(oldest);
    }
    return events;
  }
  function pieces(first: number): string[] {
    const further: string[] = [];
    for (;;) {
      const piece = file.events.get([first, further.length + 1]);
      if (piece === undefined) return further;
      further.push(piece);
    }
  }
  function* from(sequence: number): Generator<Event> {
    let next = sequence + 1;
    while (next <= newest.last) {
      const first = segments.of(next)?.first;
      if (first === undefined) return;
      for (const event of record(first)) {
        if (event.sequence < next) continue;
        yield event;
        next = event.sequence + 1;
      }
    }
  }

  return {
    epoch,
    get last() {
      return newest.last;
    },
    get trimmed() {
      return trimmed;
    },
    read(after, limit) {
      let place = Math.max(after, trimmed);
      if (place >= newest.trimmed) return newest.read(place, limit);
      const found: Event[] = [];
      for (const event of from(place)) {
        if (found.length === limit) return found;
        found.push(event);
        place = event.sequence;
      }
      // What is told and not written yet is in memory alone.
      if (place < newest.trimmed) return found;
      return found.concat(newest.read(place, limit - found.length));
    },
    watch: newest.watch,
    write(events) {
      uncommitted = [];
      const atMs = clock.nowMs();
      let small = 0;
      let first = 0;
      const keep = (end: number, texts: Iterable<RecordText>): void => {
        let size = 0;
        let piece = 0;
        for (const text of texts) size += file.events.put([first, piece++], text);
        const segment = {first, last: end, bytes: size, atMs, timeMs: timeMs()};
        file.segments.put(first, JSON.stringify([end, size, atMs, segment.timeMs]));
        uncommitted.push(segment);
      };
      const keepSmall = (end: number): void => {
        if (small > 0) keep(end, [together.take()]);
        small = 0;
      };
      for (const event of events) {
        const {sequence} = event;
        if (!isSmall(event)) {
          keepSmall(sequence - 1);
          first = sequence;
          keep(sequence, eventPieces(event));
          continue;
        }
        if (small === 0) first = sequence;
        small += 1;
        writeEvent(event, together);
        if (together.length >= RECORD_BYTES) keepSmall(sequence);
      }
      keepSmall(events.at(-1)?.sequence ?? 0);
    },
    wrote() {
      for (const segment of uncommitted) segments.add(segment);
      uncommitted = [];
    },
    show(events, {written}) {
      const last = events.at(-1);
      // A client that is behind by so many reads them together: objects that nobody may
      // ask for would be carried along by the garbage collector until then.
      if (last && written && events.length > TOLD_TOGETHER) newest.skip(last.sequence);
      else for (const event of events) newest.append(event, eventCharacters(event));
      trim();
      if (events.length > 0) newest.tell();
    },
    pass(events) {
      newest.skip(events.at(-1)?.sequence ?? newest.last);
      trimmed = newest.last;
      if (events.length > 0) newest.tell();
    },
    prune(needed) {
      trim();
      for (const {first} of segments.prune(needed)) {
        const count = pieces(first).length + 1;
        for (let piece = 0; piece < count; piece++) file.events.remove([first, piece]);
        file.segments.remove(first);
        parsed.delete(first);
      }
    },
    status: () => ({
      oldest: trimmed + 1,
      newest: newest.last,
      bytes: segments.bytes,
      oldestMs: segments.oldest?.atMs,
    }),
    bytesAfter: (sequence) => segments.bytesAfter(sequence),
    after: (sequence) => from(Math.max(sequence, (segments.first?.first ?? 1) - 1)),
  };
}

function readSegments({segments}: StoreFile): Segment[] {
  return Array.from(segments.keys(), (first) => {
    const [last, bytes, atMs, timeMs = atMs] = JSON.parse(segments.get(first)!) as number[];
    return {first: first as number, last: last!, bytes: bytes!, atMs: atMs!, timeMs: timeMs!};
  });
}

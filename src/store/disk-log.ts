import type {Event} from '../data/event.ts';
import {assert} from '../lib/assert.ts';
import type {Clock} from '../lib/clock.ts';
import {eventTexts, joinEvents, readEvents} from './event-text.ts';
import type {LmdbFile} from './lmdb-file.ts';
import {eventCharacters, type MemoryLog, memoryLog} from './memory-log.ts';
import type {EventLog} from './store.ts';

export interface LogLimits {
  readonly eventLogEvents: number;
  readonly eventLogBytes: number;
  readonly eventLogMs: number;
}

/** The event log of a store on disk; its newest events are in memory as well. */
export interface DiskLog extends EventLog {
  /** Writes events, in a transaction of the file. Readers see them with `show`. */
  write(events: readonly Event[]): void;
  show(events: readonly Event[]): void;
  /** Removes what nobody needs any more, in a transaction of the file; `needed`: what comes after. */
  prune(needed: number): void;
  /** Bytes of what was written after a sequence. */
  bytesAfter(sequence: number): number;
  /** All held events after a sequence, trimmed ones too as long as they are on disk. */
  after(sequence: number): Generator<Event>;
}

/** Events that were written together. */
interface Segment {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * The newest events that are in memory: enough for clients that keep up. More would only
 * be more for the garbage collector to carry along.
 */
export const IN_MEMORY = {events: 4_000, bytes: 4 * 1024 * 1024} as const;
/** Parsed records that are kept for readers of what is only on disk. */
const PARSED_RECORDS = 8;
/** Text of several events in one record. */
const RECORD_CHARACTERS = 256 * 1024;

export function diskLog(
  file: LmdbFile,
  {epoch, last, limits, clock}: {epoch: string; last: number; limits: LogLimits; clock: Clock},
): DiskLog {
  let segments = readSegments(file);
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  let trimmed = (segments[0]?.first ?? last + 1) - 1;
  const parsed = new Map<number, readonly Event[]>();
  const newest: MemoryLog = memoryLog({
    epoch,
    events: Math.min(limits.eventLogEvents, IN_MEMORY.events),
    bytes: Math.min(limits.eventLogBytes, IN_MEMORY.bytes),
    after: last,
  });
  assert((segments.at(-1)?.last ?? last) === last, `the log ends with event ${last}`);

  function trim(): void {
    const oldestMs = clock.nowMs() - limits.eventLogMs;
    let held = bytes;
    trimmed = Math.max(trimmed, newest.last - limits.eventLogEvents);
    for (const segment of segments) {
      const within = held <= limits.eventLogBytes && segment.atMs >= oldestMs;
      if (segment.last > trimmed && within) break;
      held -= segment.bytes;
      if (!within) trimmed = Math.max(trimmed, segment.last);
    }
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
  /** The record that an event stands in. */
  function recordOf(sequence: number): number | undefined {
    const at = lastAtMost(segments, sequence);
    return at?.first;
  }
  function* from(sequence: number): Generator<Event> {
    let next = sequence + 1;
    while (next <= newest.last) {
      const first = recordOf(next);
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
      if (after >= newest.trimmed) return newest.read(after, limit);
      const found: Event[] = [];
      for (const event of from(Math.max(after, trimmed))) {
        if (found.length === limit) break;
        found.push(event);
      }
      return found;
    },
    watch: newest.watch,
    write(events) {
      const atMs = clock.nowMs();
      for (const {first, last: end, texts} of recordsOf(events)) {
        let size = 0;
        texts.forEach((text, piece) => {
          size += file.events.put([first, piece], text);
        });
        file.segments.put(first, JSON.stringify([end, size, atMs]));
        segments.push({first, last: end, bytes: size, atMs});
        bytes += size;
      }
    },
    show(events) {
      for (const event of events) newest.append(event, eventCharacters(event));
      trim();
      if (events.length > 0) newest.tell();
    },
    prune(needed) {
      trim();
      const kept = segments.filter(({last: end}) => end > trimmed || end > needed);
      for (const {first} of segments.slice(0, segments.length - kept.length)) {
        const count = pieces(first).length + 1;
        for (let piece = 0; piece < count; piece++) file.events.remove([first, piece]);
        file.segments.remove(first);
        parsed.delete(first);
      }
      segments = kept;
      bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    },
    bytesAfter(sequence) {
      let sum = 0;
      for (let at = segments.length - 1; at >= 0; at--) {
        const segment = segments[at]!;
        if (segment.last <= sequence) break;
        sum += segment.bytes;
      }
      return sum;
    },
    after: from,
  };
}

/** The segment with the greatest first sequence that is not past one. */
function lastAtMost(segments: readonly Segment[], sequence: number): Segment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.first <= sequence) low = middle + 1;
    else high = middle;
  }
  const found = segments[low - 1];
  return found && found.last >= sequence ? found : undefined;
}

function readSegments({segments}: LmdbFile): Segment[] {
  return Array.from(segments.keys(), (first) => {
    const [last, bytes, atMs] = JSON.parse(segments.get(first)!) as [number, number, number];
    return {first: first as number, last, bytes, atMs};
  });
}

/** Small events share a record; a large one has pieces in records of its own. */
function recordsOf(
  events: readonly Event[],
): {readonly first: number; readonly last: number; readonly texts: readonly string[]}[] {
  const records: {first: number; last: number; texts: readonly string[]}[] = [];
  let together: string[] = [];
  let characters = 0;
  let first = 0;
  const close = (last: number): void => {
    if (together.length > 0) records.push({first, last, texts: [joinEvents(together)]});
    together = [];
    characters = 0;
  };
  for (const event of events) {
    const texts = eventTexts(event);
    const {sequence} = event;
    if (texts.length > 1) {
      close(sequence - 1);
      records.push({first: sequence, last: sequence, texts});
      continue;
    }
    if (together.length === 0) first = sequence;
    together.push(texts[0]!);
    characters += texts[0]!.length;
    if (characters >= RECORD_CHARACTERS) close(sequence);
  }
  close(events.at(-1)?.sequence ?? 0);
  return records;
}

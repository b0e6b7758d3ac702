import type {EventRow} from '../data/event.ts';
import type {EventLog} from '../store/store.ts';

/** Tells how much stands after a place of the log, in characters of the rows' JSON texts. */
export interface LogMeter {
  /** Only of the last `eventsMax` events: what stands before them is not counted. */
  sizeAfter(place: number): number;
}

/**
 * Each event is looked at once, when somebody asks about what stands before it.
 *
 * Invariant: `sums[i]` is the size of the events `base + 1` to `base + i`.
 */
export function logMeter(log: EventLog, {eventsMax}: {readonly eventsMax: number}): LogMeter {
  let base = log.last;
  let sums = [0];

  function beginAt(place: number): void {
    base = place;
    sums = [0];
  }

  /** Looks at what has come since it was asked last. */
  function readOn(): void {
    for (let at = base + sums.length - 1; at < log.last; at = base + sums.length - 1) {
      const events = log.read(at, READ_EVENTS);
      if (events.length === 0) return;
      for (const {added, updated, deleted} of events) {
        sums.push(sums.at(-1)! + sizeOf(added) + sizeOf(updated) + sizeOf(deleted));
      }
    }
  }

  /** Moving the rest costs as much as it saves only once half of it is gone. */
  function forget(): void {
    if (sums.length <= 2 * eventsMax) return;
    const gone = sums.length - 1 - eventsMax;
    const first = sums[gone]!;
    sums = sums.slice(gone).map((sum) => sum - first);
    base += gone;
  }

  return {
    sizeAfter(place) {
      const from = Math.max(place, log.last - eventsMax, log.trimmed);
      if (from < base || from > base + sums.length - 1) beginAt(from);
      readOn();
      forget();
      return sums.at(-1)! - sums[from - base]!;
    },
  };
}

const READ_EVENTS = 256;

function sizeOf(rows: readonly EventRow[]): number {
  let size = 0;
  for (const {before, after} of rows) size += (before?.length ?? 0) + (after?.length ?? 0);
  return size;
}

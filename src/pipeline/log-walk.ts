import type {Event} from '../data/event.ts';
import type {EventLog} from '../store/store.ts';

/** Events that are read from the log at once. */
const READ_EVENTS = 256;

/** Lets everybody else have a turn once so many things were looked at. */
export interface Pace {
  /** Whether a turn is over after `count` more. */
  over(count: number): boolean;
  /** Resolves in the next turn. */
  turn(): Promise<void>;
}

export function pace(turnRows: number): Pace {
  let looked = 0;
  return {
    over(count) {
      looked += count;
      return looked >= turnRows;
    },
    turn() {
      looked = 0;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Up to 256 events before `place` and that one, oldest first; undefined where they are gone. */
export function eventsUpTo(log: EventLog, place: number): readonly Event[] | undefined {
  return whole(log, Math.max(log.trimmed, place - READ_EVENTS), place);
}

/** Up to 256 events after `place`, not past `last`; undefined where they are gone. */
export function eventsAfter(
  log: EventLog,
  place: number,
  last = log.last,
): readonly Event[] | undefined {
  return whole(log, place, Math.min(last, place + READ_EVENTS));
}

function whole(log: EventLog, after: number, last: number): readonly Event[] | undefined {
  if (after < log.trimmed || after > last) return undefined;
  const events = log.read(after, last - after);
  return events.length === last - after ? events : undefined;
}

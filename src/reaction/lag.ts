import type {Clock} from '../lib/clock.ts';
import type {EventLog} from '../store/store.ts';
import {timestampMs} from './changes.ts';

/** How far a place in the log is behind its end. */
export function lagBehind(
  place: number,
  log: EventLog,
  clock: Clock,
): {sequence: number; lagEvents: number; lagMs: number} {
  const [oldest] = log.read(place, 1);
  return {
    sequence: place,
    lagEvents: log.last - place,
    lagMs: oldest ? Math.max(0, clock.nowMs() - timestampMs(oldest)) : 0,
  };
}

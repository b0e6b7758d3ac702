import type {Clock} from '../lib/clock.ts';
import type {StreamWorld} from './stream-world.ts';

export interface ProgressOptions {
  readonly clock: Clock;
  /** Results in one `progress` event. Where a stream has more they take turns. */
  readonly resultsMax: number;
}

/**
 * The data of a `progress` event: how far the log and the source are, and what the results
 * of some queries come to at the log's last event, by which a client can tell whether it
 * holds the same; and whether one of the results is stale. `beat` counts the events of a
 * stream.
 */
export function progressText(
  {log, results, progress, staleness}: StreamWorld,
  queryIds: Iterable<string>,
  {clock, resultsMax, beat}: ProgressOptions & {readonly beat: number},
): string {
  const {lsn = null, lagBytes = null, lagMs = null} = progress();
  const all = [...queryIds];
  const staleOf = staleness();
  const sums = inTurn(all, {beat, max: resultsMax}).flatMap((queryId) => {
    const {count, checksum} = results(queryId) ?? {};
    if (count === undefined || checksum === undefined) return [];
    return [[queryId, {count, checksum, ...(staleOf(queryId) && {stale: true})}] as const];
  });
  const stale = firstOf(all, staleOf) ?? null;
  const at = {sequence: log.last, time: clock.nowMs()};
  return JSON.stringify({...at, lsn, lagBytes, lagMs, stale, results: Object.fromEntries(sums)});
}

function firstOf<T, F>(all: readonly T[], find: (one: T) => F | undefined): F | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `max` of all, beginning where those of the beat before ended. */
function inTurn<T>(all: readonly T[], {beat, max}: {beat: number; max: number}): readonly T[] {
  if (all.length <= max) return all;
  const from = (beat * max) % all.length;
  return [...all, ...all].slice(from, from + max);
}

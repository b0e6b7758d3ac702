import type {Clock} from '../lib/clock.ts';
import {fingerprint} from '../lib/fingerprint.ts';
import type {StreamWorld} from './stream-world.ts';

export interface ProgressOptions {
  readonly clock: Clock;
  /** Results in one `progress` event. Where a stream has more they take turns. */
  readonly resultsMax: number;
}

/**
 * The data of a `progress` event: how far the log and the source are, and what the results
 * of some queries come to at the log's last event, by which a client can tell whether it
 * holds the same; and whether one of the results is stale, or not there yet. `beat` counts
 * the heartbeats of a stream.
 */
export function progressText(
  {log, results, progress, staleness, waiting}: StreamWorld,
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
  const at = {sequence: log.last, time: clock.nowMs(), lsn, lagBytes, lagMs};
  const troubles = {stale: firstOf(all, staleOf), waiting: firstOf(all, waiting())};
  return JSON.stringify({...at, ...troubles, results: Object.fromEntries(sums)});
}

/**
 * Names what is not well with the results of some queries: the text is another one when
 * others are stale or not there yet, or for another reason. Empty: all are as they should be.
 */
export function conditionOf(
  {staleness, waiting}: Pick<StreamWorld, 'staleness' | 'waiting'>,
  queryIds: Iterable<string>,
): string {
  const [staleOf, waitingOf] = [staleness(), waiting()];
  const parts: string[] = [];
  for (const queryId of queryIds) {
    const found = staleOf(queryId) ?? waitingOf(queryId);
    // How far it is, and since when, moves all the time: that is no other condition.
    if (found) parts.push(JSON.stringify([queryId, found.reason, found.problem?.code]));
  }
  return parts.length === 0 ? '' : fingerprint(parts.join());
}

/** What is said of the first query of which there is something to say, with its id. */
function firstOf<F extends object>(
  queryIds: readonly string[],
  find: (queryId: string) => F | undefined,
): ({readonly query: string} & F) | null {
  for (const query of queryIds) {
    const found = find(query);
    if (found !== undefined) return {query, ...found};
  }
  return null;
}

/** `max` of all, beginning where those of the beat before ended. */
function inTurn<T>(all: readonly T[], {beat, max}: {beat: number; max: number}): readonly T[] {
  if (all.length <= max) return all;
  const from = (beat * max) % all.length;
  return [...all, ...all].slice(from, from + max);
}

import {runProblems} from '../problems-run.ts';

/** A Map has no more than 2^24 entries; a little below it the query fails, and not the process. */
export const HELD_MAX = 16_000_000;

/**
 * Called before a map takes a key that it has not: past the limit the query fails. So it costs
 * a look at a size where something is made anyway, and nothing where rows only change.
 */
export function room({size}: {readonly size: number}, max: number, what: string): void {
  if (size >= max) throw runProblems['query-too-large']({max, what});
}

/** What the engine says of a map, a list or a text that can have no more. */
const FULL = /^(Map|Set) maximum size exceeded$|^Invalid (array|string) length$/;

/** What else a query made that is larger than anything can be is told as its Problem, too. */
export function asTooLarge(error: unknown): unknown {
  if (!(error instanceof RangeError) || !FULL.test(error.message)) return error;
  return runProblems['query-too-large']({max: undefined, what: error.message}, {cause: error});
}

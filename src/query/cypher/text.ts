import type {Place} from '../../lib/problem.ts';
import {textPlaces} from '../../lib/text-places.ts';

/** A stretch of the query's text: from `start` to before `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Tells the line and column of stretches. They are looked for with the first that is asked for. */
export function placesIn(text: string): (at: {readonly start: number}) => Place {
  let places: ((offset: number) => Place) | undefined;
  return ({start}) => {
    places ??= textPlaces(text);
    return places(start);
  };
}

/** The line and column of one position. */
export const placeOf = (text: string, {start}: {readonly start: number}): Place =>
  textPlaces(text)(start);

/** The candidate that `name` was most likely meant to be; undefined where none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    const folded = distance(name.toLowerCase(), candidate.toLowerCase(), least);
    if (folded < least) {
      least = folded;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein's distance, cut short where the lengths alone exceed `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({length: b.length + 1}, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? limit;
}

import type {Place} from '../../lib/problem.ts';

/** A stretch of the query's text: from `start` to before `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Tells the line and column, from 1, of positions. CRLF, LF and CR each end a line. */
export function placesIn(text: string): (at: {readonly start: number}) => Place {
  let starts: readonly number[] | undefined;
  return ({start}) => {
    starts ??= [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (end) => end.index + end[0].length)];
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= start) low = middle;
      else high = middle - 1;
    }
    return {line: low + 1, column: start - starts[low]! + 1};
  };
}

/** The line and column of one position. */
export const placeOf = (text: string, at: {readonly start: number}): Place => placesIn(text)(at);

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

import type {Integer} from '../../data/integer.ts';
import {FLOAT8, INT4, INT8, type Type} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import type {Span, WindowFunction, WindowPlaces} from '../plan.ts';
import {problems} from '../sql/problems.ts';

/** What they are called. */
export const WINDOW_FUNCTIONS: ReadonlySet<string> = new Set([
  ...['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile'],
  ...['lag', 'lead', 'first_value', 'last_value', 'nth_value'],
]);

/**
 * Postgres's window functions, but for aggregates (`window-aggregates.ts`). Undefined where
 * there is none of the name. Only those that are named for a value look at the frame.
 */
export function windowFunction(
  name: string,
  types: readonly Type[],
): {readonly function: WindowFunction; readonly type: Type} | undefined {
  const [first, second, third] = types;
  const found = (type: Type, compute: WindowFunction['compute']) => ({
    function: {name, compute},
    type,
  });
  const whole = (type: Type | undefined): boolean => type?.kind === 'int2' || type?.kind === 'int4';
  if (!first) return rankFunction(name);
  switch (name) {
    case 'ntile':
      return whole(first) && !second ? found(INT4, tiles) : undefined;
    case 'lag':
    case 'lead': {
      const sign = name === 'lag' ? -1 : 1;
      if (second && !whole(second)) return undefined;
      return found(first, (rows) => rows.map((row, i) => neighbour(rows, row, i, sign)));
    }
    case 'nth_value':
      return whole(second) && !third ? found(first, nthValues) : undefined;
    case 'first_value':
    case 'last_value': {
      const rank = name === 'first_value' ? 0 : -1;
      if (second) return undefined;
      return found(first, (rows, {frames}) =>
        frames.map((spans) => rows[placeIn(spans, rank)]?.[0] ?? null),
      );
    }
    default:
      return undefined;
  }
}

/** Those without an argument: they count rows and peers. */
function rankFunction(name: string): ReturnType<typeof windowFunction> {
  const found = (type: Type, compute: (peers: readonly number[]) => readonly Value[]) => ({
    function: {name, compute: (_: unknown, {peers}: WindowPlaces) => compute(peers)},
    type,
  });
  switch (name) {
    case 'row_number':
      return found(INT8, (peers) => peers.map((_, i) => i + 1));
    case 'rank':
      return found(INT8, (peers) => peers.map((peer) => peer + 1));
    case 'dense_rank':
      return found(INT8, denseRanks);
    case 'percent_rank':
      return found(FLOAT8, (peers) =>
        peers.map((peer) => (peers.length === 1 ? 0 : peer / (peers.length - 1))),
      );
    case 'cume_dist':
      return found(FLOAT8, (peers) => lastPeers(peers).map((last) => (last + 1) / peers.length));
    default:
      return undefined;
  }
}

function denseRanks(peers: readonly number[]): number[] {
  let rank = 0;
  return peers.map((peer, i) => (peer === i ? ++rank : rank));
}

/** For each row, the index of the last that sorts equal to it. */
function lastPeers(peers: readonly number[]): number[] {
  const last: number[] = [];
  for (let i = peers.length - 1; i >= 0; i--) {
    last[i] = i + 1 < peers.length && peers[i + 1] === peers[i] ? (last[i + 1] ?? i) : i;
  }
  return last;
}

/** The index of a row by its rank in a frame, from 0; −1 is the last. −1 where there is none. */
function placeIn(spans: readonly Span[], rank: number): number {
  const last = spans.at(-1);
  if (rank < 0) return last ? last.to - 1 : -1;
  let left = rank;
  for (const {from, to} of spans) {
    if (left < to - from) return from + left;
    left -= to - from;
  }
  return -1;
}

/** nth_value: `n` counts from 1, and each row has its own. */
function nthValues(rows: readonly Row[], {frames}: WindowPlaces): Value[] {
  return rows.map(([, n = null], i) => {
    if (n === null) return null;
    if (Number(n) < 1) {
      throw problems['sql-value']({message: 'argument of nth_value must be greater than zero'});
    }
    return rows[placeIn(frames[i] ?? [], Number(n) - 1)]?.[0] ?? null;
  });
}

/** `[value, distance = 1, otherwise = null]` of a row: the value that far before or after. */
function neighbour(rows: readonly Row[], row: Row, i: number, sign: 1 | -1): Value {
  const distance = row.length > 1 ? (row[1] ?? null) : 1;
  if (distance === null) return null;
  const other = rows[i + sign * Number(distance as Integer)];
  return other ? (other[0] ?? null) : (row[2] ?? null);
}

/**
 * ntile: buckets whose sizes differ by one at most, the larger ones first. The first row
 * that says how many there are says it for all that follow.
 */
function tiles(rows: readonly Row[]): Value[] {
  let buckets = 0;
  let before = 0;
  return rows.map(([given = null], i) => {
    if (buckets === 0) {
      if (given === null) return null;
      if (Number(given) < 1) {
        throw problems['sql-value']({message: 'argument of ntile must be greater than zero'});
      }
      buckets = Number(given);
      before = i;
    }
    return tile(i - before, {buckets, count: rows.length});
  });
}

function tile(i: number, {buckets, count}: {buckets: number; count: number}): number {
  const small = Math.floor(count / buckets);
  const larger = count % buckets;
  const inLarger = larger * (small + 1);
  return i < inLarger
    ? Math.floor(i / (small + 1)) + 1
    : larger + Math.floor((i - inLarger) / Math.max(small, 1)) + 1;
}

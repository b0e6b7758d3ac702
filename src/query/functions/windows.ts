import type {Integer} from '../../data/integer.ts';
import {FLOAT8, INT4, INT8, type Type} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import type {Accumulator, AggregateFunction, WindowFunction} from '../plan.ts';

/**
 * Postgres's window functions, with its default frame: from the partition's start to the
 * last peer of the row. Undefined where there is none of the name.
 */
export function windowFunction(
  name: string,
  types: readonly Type[],
): {readonly function: WindowFunction; readonly type: Type} | undefined {
  const first = types[0];
  const found = (type: Type, compute: WindowFunction['compute']) => ({
    function: {name, compute},
    type,
  });
  switch (name) {
    case 'row_number':
      return found(INT8, (rows) => rows.map((_, i) => i + 1));
    case 'rank':
      return found(INT8, (_, peers) => peers.map((peer) => peer + 1));
    case 'dense_rank':
      return found(INT8, (_, peers) => denseRanks(peers));
    case 'percent_rank':
      return found(FLOAT8, (_, peers) =>
        peers.map((peer) => (peers.length === 1 ? 0 : peer / (peers.length - 1))),
      );
    case 'cume_dist':
      return found(FLOAT8, (_, peers) => lastPeers(peers).map((last) => (last + 1) / peers.length));
    case 'ntile':
      return found(INT4, (rows) => rows.map((row, i) => tile(row, i, rows.length)));
    case 'lag':
      return first && found(first, (rows) => rows.map((row, i) => neighbour(rows, row, i, -1)));
    case 'lead':
      return first && found(first, (rows) => rows.map((row, i) => neighbour(rows, row, i, 1)));
    case 'first_value':
      return first && found(first, (rows) => rows.map(() => rows[0]?.[0] ?? null));
    case 'last_value':
      return (
        first && found(first, (rows, peers) => lastPeers(peers).map((i) => rows[i]?.[0] ?? null))
      );
    default:
      return undefined;
  }
}

/** An aggregate OVER a window: of all rows up to the last peer of the row. */
export function runningAggregate(aggregate: AggregateFunction): WindowFunction {
  const {name, skipsNulls} = aggregate;
  return {
    name,
    compute(rows, peers) {
      const results: Value[] = [];
      const accumulator = accumulatorOf(aggregate);
      let added = 0;
      for (const last of lastPeers(peers)) {
        for (; added <= last; added++) {
          const value = argument(rows[added] ?? []);
          const skipped = skipsNulls && (rows[added]?.[0] ?? null) === null;
          if (!skipped) accumulator.add(value);
        }
        results.push(accumulator.result());
      }
      return results;
    },
  };
}

const argument = (row: Row): Value => (row.length > 1 ? row : (row[0] ?? null));

function accumulatorOf(aggregate: AggregateFunction): Pick<Accumulator, 'add' | 'result'> {
  if (aggregate.kind === 'running') return aggregate.start();
  const values: Value[] = [];
  return {
    add: (value) => void values.push(value),
    result: () => aggregate.compute([...values]),
  };
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

/** `[value, distance = 1, otherwise = null]` of a row: the value that far before or after. */
function neighbour(rows: readonly Row[], row: Row, i: number, sign: 1 | -1): Value {
  const distance = row.length > 1 ? (row[1] ?? null) : 1;
  if (distance === null) return null;
  const other = rows[i + sign * Number(distance as Integer)];
  return other ? (other[0] ?? null) : (row[2] ?? null);
}

/** ntile: buckets whose sizes differ by one at most, the larger ones first. */
function tile([buckets = null]: Row, i: number, count: number): Value {
  if (buckets === null) return null;
  const small = Math.floor(count / Number(buckets));
  const larger = count % Number(buckets);
  const inLarger = larger * (small + 1);
  return i < inLarger
    ? Math.floor(i / (small + 1)) + 1
    : larger + Math.floor((i - inLarger) / Math.max(small, 1)) + 1;
}

import {comparer} from '../../data/compare.ts';
import type {Row, Value} from '../../data/value.ts';
import type {FrameBound, SortKey, Span, WindowFrame} from '../plan.ts';

/** A partition in its order: what frames are measured in. */
export interface Partitioned {
  /** For each row, the index of the first of the rows that sort equal to it. */
  readonly peers: readonly number[];
  /** What each row is sorted by. */
  readonly sorts: readonly Row[];
  readonly by: readonly SortKey[];
}

/**
 * The frame of each row: the rows that a window function sees from it, as spans of their
 * indexes. Both ends move forward only as rows follow each other, so that all frames of
 * a partition are found in one pass.
 */
export function framesOf(frame: WindowFrame | undefined, rows: Partitioned): Span[][] {
  const groups = groupsOf(rows.peers);
  const start = frame ? startOf(frame, rows, groups) : () => 0;
  const end = frame ? endOf(frame, rows, groups) : (row: number) => groups.end(row);
  return rows.peers.map((first, row) => {
    const from = start(row);
    const to = end(row);
    if (from >= to) return [];
    const excluded = excludedOf(frame, {row, first, end: groups.end(row)});
    return excluded.reduce<Span[]>(without, [{from, to}]);
  });
}

interface Groups {
  /** The index behind the last of a row's peers. */
  readonly end: (row: number) => number;
  /** The number of a row's group, from 0. */
  readonly of: readonly number[];
  /** Where each group begins, and behind the last of them the partition's end. */
  readonly starts: readonly number[];
}

function groupsOf(peers: readonly number[]): Groups {
  const starts: number[] = [];
  const of = peers.map((first, row) => (first === row ? starts.push(row) : starts.length) - 1);
  starts.push(peers.length);
  return {of, starts, end: (row) => starts[(of[row] ?? 0) + 1] ?? peers.length};
}

const signed = (bound: Extract<FrameBound, {kind: 'offset'}>): number =>
  bound.following ? Number(bound.offset) : -Number(bound.offset);

function startOf({mode, start}: WindowFrame, rows: Partitioned, groups: Groups) {
  const size = rows.peers.length;
  if (start.kind === 'unbounded') return () => 0;
  if (start.kind === 'current') {
    return mode === 'rows' ? (row: number) => row : (row: number) => rows.peers[row] ?? row;
  }
  switch (mode) {
    case 'rows':
      return (row: number) => clamped(row + signed(start), size);
    case 'groups':
      return (row: number) => groupStart(groups, (groups.of[row] ?? 0) + signed(start), size);
    case 'range':
      return reaching(start, rows, {past: false});
  }
}

function endOf({mode, end}: WindowFrame, rows: Partitioned, groups: Groups) {
  const size = rows.peers.length;
  if (end.kind === 'unbounded') return () => size;
  if (end.kind === 'current') {
    return mode === 'rows' ? (row: number) => row + 1 : (row: number) => groups.end(row);
  }
  switch (mode) {
    case 'rows':
      return (row: number) => clamped(row + signed(end) + 1, size);
    case 'groups':
      return (row: number) => groupStart(groups, (groups.of[row] ?? 0) + signed(end) + 1, size);
    case 'range':
      return reaching(end, rows, {past: true});
  }
}

const clamped = (row: number, size: number): number => Math.max(0, Math.min(row, size));

const groupStart = ({starts}: Groups, group: number, size: number): number =>
  group < 0 ? 0 : (starts[group] ?? size);

/**
 * RANGE with an offset: the first row that is not before the bound of a row (`past`: the
 * first that is behind it). A row whose value is null has the nulls for its frame.
 */
function reaching(
  bound: Extract<FrameBound, {kind: 'offset'}>,
  {sorts, by}: Partitioned,
  {past}: {past: boolean},
): (row: number) => number {
  const {expression, descending, nullsFirst} = by[0] as SortKey;
  const compare = comparer(expression.type);
  const sign = descending ? -1 : 1;
  const {offset, following, reach} = bound;
  // Down the order, what follows is smaller.
  const subtract = following === descending;
  const sortedBy = (row: number): Value => sorts[row]?.[0] ?? null;
  let at = 0;

  const isBefore = (value: Value, base: Value, limit: Value | undefined): boolean => {
    if (value === null || base === null) {
      if (past) return nullsFirst ? value === null : base === null;
      return nullsFirst ? value === null && base !== null : value !== null && base === null;
    }
    if (limit === undefined) return past;
    const order = sign * compare(value, limit);
    return past ? order <= 0 : order < 0;
  };
  return (row) => {
    const base = sortedBy(row);
    const limit = base === null ? undefined : reach?.(base, offset, {subtract});
    while (at < sorts.length && isBefore(sortedBy(at), base, limit)) at += 1;
    return at;
  };
}

interface Around {
  readonly row: number;
  /** The row's peers: from the first of them, to behind the last. */
  readonly first: number;
  readonly end: number;
}

function excludedOf(frame: WindowFrame | undefined, {row, first, end}: Around): Span[] {
  switch (frame?.exclude) {
    case 'current':
      return [{from: row, to: row + 1}];
    case 'group':
      return [{from: first, to: end}];
    case 'ties':
      return [
        {from: first, to: row},
        {from: row + 1, to: end},
      ];
    default:
      return [];
  }
}

/** The spans without what one of them takes out. */
const without = (spans: Span[], out: Span): Span[] =>
  out.from >= out.to
    ? spans
    : spans.flatMap(({from, to}) =>
        [
          {from, to: Math.min(to, out.from)},
          {from: Math.max(from, out.to), to},
        ].filter((span) => span.from < span.to),
      );

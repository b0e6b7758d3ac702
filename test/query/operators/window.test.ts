import {expect, test} from 'vitest';
import {INT4} from '../../../src/data/type.ts';
import type {Row, Value} from '../../../src/data/value.ts';
import {sqlAggregate} from '../../../src/query/functions/aggregates.ts';
import {aggregateOver} from '../../../src/query/functions/window-aggregates.ts';
import {windowFunction} from '../../../src/query/functions/windows.ts';
import {windowed} from '../../../src/query/operators/window.ts';
import type {WindowCall, WindowFrame} from '../../../src/query/plan.ts';
import {by, column} from '../../support/columns.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';
import {nullsLast, sortedBy} from '../../support/sort-oracle.ts';

function call(name: string, ...args: ReturnType<typeof column>[]): WindowCall {
  const found = windowFunction(
    name,
    args.map(({type}) => type),
  );
  if (found) return {...found, args};
  const aggregate = sqlAggregate(
    name,
    args.map(({type}) => type),
  );
  if (!aggregate) throw new Error(`no window function ${name}`);
  return {function: aggregateOver(aggregate.function), args, type: aggregate.type};
}

const literal = (value: number) => ({kind: 'literal', value, type: INT4}) as const;

/** What Postgres answers for the values 10, 20, 20, 30 in this order. */
test.each<[name: string, args: Parameters<typeof call>[1][], values: Value[]]>([
  ['row_number', [], [1, 2, 3, 4]],
  ['rank', [], [1, 2, 2, 4]],
  ['dense_rank', [], [1, 2, 2, 3]],
  ['lag', [column(1)], [null, 10, 20, 20]],
  ['lead', [column(1), literal(2), literal(0)], [20, 30, 0, 0]],
  ['first_value', [column(1)], [10, 10, 10, 10]],
  ['last_value', [column(1)], [10, 20, 20, 30]],
  ['ntile', [literal(3)], [1, 1, 2, 3]],
  ['sum', [column(1)], [10, 50, 50, 80]],
  ['cume_dist', [], [0.25, 0.75, 0.75, 1]],
])('%s', (name, args, values) => {
  const running = windowed({
    partitionBy: [],
    orderBy: [by(1)],
    functions: [call(name, ...args)],
  });
  const rows: Row[] = [10, 20, 20, 30].map((value) => [1, value, '']);
  const delta = running.push(rows.map((after, key) => ({key, before: undefined, after})));
  expect(delta.map(({after}) => after?.[3])).toEqual(values);
});

const rowsFrame = (frame: Partial<WindowFrame>): WindowFrame => ({
  mode: 'rows',
  start: {kind: 'unbounded'},
  end: {kind: 'current'},
  exclude: 'nothing',
  ...frame,
});
const preceding = (offset: number) => ({kind: 'offset', following: false, offset}) as const;
const following = (offset: number) => ({kind: 'offset', following: true, offset}) as const;

/** What Postgres answers for the sums over frames of 10, 20, 20, 30. */
test.each<[what: string, frame: Partial<WindowFrame>, values: Value[]]>([
  ['a row before and one behind', {start: preceding(1), end: following(1)}, [30, 50, 70, 50]],
  ['rows that are not reached', {start: following(2), end: following(3)}, [50, 30, null, null]],
  ['an end before its start', {start: following(1), end: preceding(1)}, [null, null, null, null]],
  ['a group before', {mode: 'groups', start: preceding(1)}, [10, 50, 50, 70]],
  ['but the row', {end: {kind: 'unbounded'}, exclude: 'current'}, [70, 60, 60, 50]],
  ['but its group', {end: {kind: 'unbounded'}, exclude: 'group'}, [70, 40, 40, 50]],
  ['but its other peers', {end: {kind: 'unbounded'}, exclude: 'ties'}, [80, 60, 60, 80]],
])('a frame of %s', (_what, frame, values) => {
  const sum = {...call('sum', column(1)), frame: rowsFrame(frame)};
  const running = windowed({partitionBy: [], orderBy: [by(1)], functions: [sum]});
  const rows: Row[] = [10, 20, 20, 30].map((value) => [1, value, '']);
  const delta = running.push(rows.map((after, key) => ({key, before: undefined, after})));
  expect(delta.map(({after}) => after?.[3])).toEqual(values);
});

test('a partition that is not touched is not told', () => {
  const running = windowed({partitionBy: [column(0)], orderBy: [by(1)], functions: [call('rank')]});
  running.push([{key: 1, before: undefined, after: [1, 10]}]);
  expect(running.push([{key: 2, before: undefined, after: [2, 5]}])).toEqual([
    {key: 2, before: undefined, after: [2, 5, 1]},
  ]);
});

test('adds up to recomputing, whatever the history', () => {
  expectIncremental(
    () =>
      windowed({
        partitionBy: [column(0)],
        orderBy: [by(1)],
        functions: [call('row_number'), call('rank'), call('count')],
      }),
    (rows) => {
      const sorted = sortedBy(rows, 1);
      return new Map(
        sorted.map(([key, row], i) => {
          const before = sorted.slice(0, i).filter(([, other]) => other[0] === row[0]);
          const mates = sorted.filter(([, other]) => other[0] === row[0]);
          const smaller = mates.filter(([, other]) => nullsLast(other[1], row[1]) < 0);
          const upTo = mates.filter(([, other]) => nullsLast(other[1], row[1]) <= 0);
          return [key, [...row, before.length + 1, smaller.length + 1, upTo.length]] as const;
        }),
      );
    },
  );
});

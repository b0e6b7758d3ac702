import {expect, test} from 'vitest';
import {type Decimal, parseDecimal} from '../../../src/data/decimal.ts';
import {storedRow} from '../../../src/data/stored-row.ts';
import {FLOAT8, INT4, INTERVAL, NUMERIC, TEXT, type Type} from '../../../src/data/type.ts';
import {Interval, type Row, type Value} from '../../../src/data/value.ts';
import type {Expression} from '../../../src/query/expression.ts';
import {sqlAggregate} from '../../../src/query/functions/aggregates.ts';
import {aggregate} from '../../../src/query/operators/aggregate.ts';
import type {AggregateCall} from '../../../src/query/plan.ts';
import {expectIncremental, type Rows} from '../../support/expect-incremental.ts';

const column = (index: number, type: Type = INT4): Expression => ({kind: 'column', index, type});

function call(name: string, args: readonly Expression[], rest: Partial<AggregateCall> = {}) {
  const found = sqlAggregate(
    name,
    args.map(({type}) => type),
  );
  if (!found) throw new Error(`no aggregate ${name}`);
  return {...found, args, distinct: false, filter: undefined, orderBy: [], ...rest};
}

const none = undefined;
const total = {groupBy: [], aggregates: [call('count', []), call('sum', [column(1)])]};
const byFirst = {groupBy: [column(0)], aggregates: total.aggregates};

test('over nothing, an aggregate without groups is one row', () => {
  expect(aggregate(total).push([])).toEqual([{key: 1, before: none, after: [0, null]}]);
  expect(aggregate(byFirst).push([])).toEqual([]);
});

test('a group that empties is deleted, and a row that moves changes both groups', () => {
  const running = aggregate(byFirst);
  running.push([
    {key: 'a', before: none, after: [1, 10]},
    {key: 'b', before: none, after: [2, 20]},
  ]);
  expect(running.push([{key: 'a', before: [1, 10], after: [2, 10]}])).toEqual([
    {key: 1, before: [1, 1, 10], after: none},
    {key: 2, before: [2, 1, 20], after: [2, 2, 30]},
  ]);
});

test('an update that leaves the aggregates as they were says nothing', () => {
  const running = aggregate(byFirst);
  running.push([{key: 'a', before: none, after: [1, 10, 'x']}]);
  expect(running.push([{key: 'a', before: [1, 10, 'x'], after: [1, 10, 'y']}])).toEqual([]);
});

const decimal = (text: string): Decimal => parseDecimal(text) as Decimal;

/** What Postgres 17 answers for these, scale included. */
test.each<[name: string, type: Type, values: readonly Value[], result: string]>([
  ['sum', NUMERIC, [decimal('1.50'), decimal('2.5')], '4.00'],
  ['avg', INT4, [1, 2], '1.5000000000000000'],
  ['avg', INT4, [1, 1, 2], '1.3333333333333333'],
  ['avg', INT4, [100000, 200001], '150000.500000000000'],
  ['avg', NUMERIC, [decimal('0.01'), decimal('0.02')], '0.01500000000000000000'],
  ['stddev', INT4, [1, 2, 3, 4], '1.2909944487358056'],
  ['variance', INT4, [1, 2, 3, 4], '1.6666666666666667'],
  ['var_pop', INT4, [5, 5], '0'],
  ['stddev_pop', NUMERIC, [decimal('1.5'), decimal('2.25')], '0.37500000000000000000'],
  ['sum', FLOAT8, [0.1, 0.2, 0.3, 1e100, -1e100], '0.6'],
  ['avg', FLOAT8, [1, 2], '1.5'],
  ['variance', FLOAT8, [1, 2, 3, 4], '1.6666666666666667'],
  ['percentile_disc', INT4, [], 'null'],
  ['bool_and', INT4, [true, false], 'false'],
  ['max', TEXT, ['B', 'a', 'é'], 'é'],
])('%s of %o over %s', (name, type, values, result) => {
  const running = aggregate({groupBy: [], aggregates: [call(name, [column(0, type)])]});
  const [edit] = running.push(
    values.map((value, key) => ({key, before: none, after: [value] as Row})),
  );
  expect(String(edit?.after?.[0])).toBe(result);
});

test('a sum that lost its only value with a large scale has the small scale again', () => {
  const running = aggregate({groupBy: [], aggregates: [call('sum', [column(0, NUMERIC)])]});
  const fine: Row = [decimal('0.125')];
  running.push([
    {key: 1, before: none, after: [decimal('1.5')]},
    {key: 2, before: none, after: fine},
  ]);
  const [edit] = running.push([{key: 2, before: fine, after: none}]);
  expect(String(edit?.before?.[0])).toBe('1.625');
  expect(String(edit?.after?.[0])).toBe('1.5');
});

test.each([
  ['json_object_agg', '{ "bb" : 1, "a" : 2, "bb" : null }'],
  ['jsonb_object_agg', '{"a": 2, "bb": null}'],
])('%s has the members that Postgres has, in its order', (name, text) => {
  const running = aggregate({groupBy: [], aggregates: [call(name, [column(0, TEXT), column(1)])]});
  const [edit] = running.push([
    {key: 1, before: none, after: ['bb', 1]},
    {key: 2, before: none, after: ['a', 2]},
    {key: 3, before: none, after: ['bb', null]},
  ]);
  expect(edit?.after?.[0]).toBe(text);
});

test('an average of intervals turns the rest of months into days, and of days into time', () => {
  const running = aggregate({groupBy: [], aggregates: [call('avg', [column(0, INTERVAL)])]});
  const [edit] = running.push([
    {key: 1, before: none, after: [new Interval(1, 2, 0)]},
    {key: 2, before: none, after: [new Interval(0, 1, 3_600_000_000)]},
  ]);
  // Postgres: avg of '1 mon 2 days' and '1 day 01:00' is '16 days 12:30:00'.
  expect(edit?.after?.[0]).toEqual(new Interval(0, 16, 45_000_000_000));
});

test('of equals that print differently DISTINCT shows the same one, whatever came first', () => {
  const decimal = (text: string): Decimal => parseDecimal(text)!;
  const [month, days] = [new Interval(1, 0, 0), new Interval(0, 30, 0)];
  const calls = {
    groupBy: [],
    aggregates: [
      call('array_agg', [column(0, NUMERIC)], {distinct: true}),
      call('sum', [column(0, NUMERIC)], {distinct: true}),
      call('array_agg', [column(1, FLOAT8)], {distinct: true}),
      call('array_agg', [column(2, INTERVAL)], {distinct: true}),
      call('min', [column(2, INTERVAL)]),
      call('max', [column(1, FLOAT8)]),
    ],
  };
  const rows: Row[] = [
    [decimal('1.0'), 0, month],
    [decimal('1.00'), -0, days],
    [decimal('1'), 0, month],
  ];
  const shown = (order: readonly number[], gone: readonly number[]): string => {
    const running = aggregate(calls);
    for (const key of order) running.push([{key, before: none, after: rows[key]!}]);
    for (const key of gone) running.push([{key, before: rows[key]!, after: none}]);
    const [[, row]] = [...running.rows!()] as [[unknown, Row]];
    return JSON.stringify(storedRow(row));
  };
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const all = new Set(orders.map((order) => shown(order, [])));
  expect(all.size).toBe(1);
  for (const [first, ...left] of orders) {
    const alone = shown(left, []);
    expect(orders.map((order) => shown(order, [first!]))).toEqual(orders.map(() => alone));
  }
});

test('DISTINCT counts a value once, FILTER leaves rows out, ORDER BY orders a list', () => {
  const running = aggregate({
    groupBy: [],
    aggregates: [
      call('count', [column(0)], {distinct: true}),
      call('count', [], {filter: {kind: 'isNull', arg: column(0), type: INT4}}),
      call('array_agg', [column(0)], {
        orderBy: [{expression: column(0), descending: true, nullsFirst: false}],
      }),
      call('string_agg', [column(1, TEXT), {kind: 'literal', value: ', ', type: TEXT}]),
      call('array_agg', [column(0)], {distinct: true}),
    ],
  });
  const [edit] = running.push([
    {key: 3, before: none, after: [5, 'x']},
    {key: 1, before: none, after: [null, 'y']},
    {key: 2, before: none, after: [7, null]},
    {key: 4, before: none, after: [5, 'z']},
  ]);
  expect(edit?.after).toEqual([2, 1, [7, 5, 5, null], 'y, x, z', [5, 7, null]]);
});

const groupsOf = (rows: Rows): ReadonlyMap<Value, Row[]> => {
  const groups = new Map<Value, Row[]>();
  for (const row of rows.values()) {
    const key = row[0] ?? null;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
};
const present = (rows: readonly Row[]): number[] =>
  rows.map((row) => row[1]).filter((value) => value !== null) as number[];

test('adds up to recomputing, whatever the history', () => {
  expectIncremental(
    () =>
      aggregate({
        groupBy: [column(0)],
        aggregates: [
          call('count', []),
          call('sum', [column(1)]),
          call('min', [column(1)]),
          call('max', [column(2, TEXT)]),
          call('count', [column(1)], {distinct: true}),
        ],
      }),
    (rows) =>
      [...groupsOf(rows)].map(([key, members]) => {
        const numbers = present(members);
        const texts = members.map((row) => row[2]).filter((text) => text !== null) as string[];
        return [
          key,
          members.length,
          numbers.length === 0 ? null : numbers.reduce((a, b) => a + b),
          numbers.length === 0 ? null : Math.min(...numbers),
          texts.toSorted().at(-1) ?? null,
          new Set(numbers).size,
        ];
      }),
  );
});

test('an aggregate that picks one of its values finds it without a list of them', () => {
  const picked: AggregateCall['function'] = {
    kind: 'listing',
    name: 'last',
    skipsNulls: true,
    compute: (values) => {
      expect(values).toEqual([]);
      return null;
    },
    pick: (count) => count - 1,
  };
  const orderBy = [{expression: column(2, TEXT), descending: false, nullsFirst: true}];
  const last = {...call('array_agg', [column(1)]), function: picked, type: INT4};
  expectIncremental(
    () => aggregate({groupBy: [column(0)], aggregates: [{...last, distinct: true, orderBy}]}),
    (rows) => [...groupsOf(rows)].map(([key, members]) => [key, largest(members)]),
    {
      row: (pick) => [
        pick([1, 2]),
        ...pick([
          [10, 'a'],
          [20, 'b'],
          [30, 'c'],
          [null, 'd'],
        ]),
      ],
    },
  );
  expectIncremental(
    () => aggregate({groupBy: [column(0)], aggregates: [{...last, orderBy}]}),
    (rows) => [...groupsOf(rows)].map(([key, members]) => [key, largest(members)]),
    {
      row: (pick) => [
        pick([1, 2]),
        ...pick([
          [10, 'a'],
          [20, 'b'],
          [30, 'c'],
          [null, 'd'],
        ]),
      ],
    },
  );
});

/** Where values grow with what orders them, the last is the largest. */
const largest = (members: readonly Row[]): Value =>
  present(members).length === 0 ? null : Math.max(...present(members));

test('floats leave nothing behind: after any history a sum is that of what is there', () => {
  expectIncremental(
    () => aggregate({groupBy: [column(0)], aggregates: [call('sum', [column(1, FLOAT8)])]}),
    (rows) => [...groupsOf(rows)].map(([key, members]) => [key, exactly(present(members))]),
    {row: (pick) => [pick([1, 2]), pick([0.1, 0.2, 0.3, 1e16, 1e-300, -1e300, 3e200, null])]},
  );
});

/** The oracle's sum: over integers of 2^-1100, of which every float here is a multiple. */
function exactly(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const [first = 0, ...rest] = values;
  const units = (value: number): bigint => {
    let scaled = value;
    let shift = 1100n;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      shift -= 1n;
    }
    return BigInt(scaled) << shift;
  };
  const sum = rest.reduce((total, value) => total + units(value), units(first));
  const digits = sum < 0n ? -sum : sum;
  // 64 bits and a sticky one decide how the float nearest to it is rounded.
  const excess = BigInt(Math.max(digits.toString(2).length - 64, 0));
  const kept = digits >> excess;
  const sticky = kept << excess === digits ? kept : kept | 1n;
  const size = Number(sticky) * 2 ** (Number(excess) - 1100);
  return sum < 0n ? -size : size;
}

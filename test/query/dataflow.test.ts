import {expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import {BOOL, INT4, TEXT} from '../../src/data/type.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import type {Expression, ScalarFunction} from '../../src/query/expression.ts';
import type {Plan, Scan} from '../../src/query/plan.ts';

const greater: ScalarFunction = {
  name: '>',
  strict: true,
  compute: (a, b) => Number(a) > Number(b),
};
const metrics: Scan = {
  kind: 'scan',
  table: 'public.metrics',
  columns: [
    {name: 'id', type: INT4},
    {name: 'name', type: TEXT},
    {name: 'value', type: INT4},
  ],
};
const column = (index: number): Expression => ({kind: 'column', index, type: INT4});
const high: Plan = {
  kind: 'project',
  columns: [{name: 'name', type: TEXT}],
  expressions: [{kind: 'column', index: 1, type: TEXT}],
  input: {
    kind: 'filter',
    columns: metrics.columns,
    input: metrics,
    predicate: {
      kind: 'call',
      function: greater,
      args: [column(2), {kind: 'literal', value: 80, type: INT4}],
      type: BOOL,
    },
  },
};

const transaction = (delta: Delta): Transaction => ({
  kind: 'stream',
  sourceId: 'here',
  lsn: 1n,
  xid: 1,
  commitTime: 0,
  changes: new Map([['public.metrics', delta]]),
});

test('a query is hydrated from its tables and moved by transactions', () => {
  const running = dataflow(high);
  expect(
    running.hydrate(
      new Map([
        [
          'public.metrics',
          [
            [1, [1, 'cpu', 95]],
            [2, [2, 'disk', 10]],
          ],
        ],
      ]),
    ),
  ).toEqual([{key: 1, before: undefined, after: ['cpu']}]);
  expect(
    running.push(transaction([{key: 2, before: [2, 'disk', 10], after: [2, 'disk', 90]}])),
  ).toEqual([{key: 2, before: undefined, after: ['disk']}]);
  expect(
    running.push(transaction([{key: 2, before: [2, 'disk', 90], after: [2, 'disk', 91]}])),
  ).toEqual([]);
});

test('a query names the tables it reads, and explains itself', () => {
  const running = dataflow(high);
  expect([...running.tables]).toEqual(['public.metrics']);
  expect(running.explain()).toBe(
    ['project name', '  filter >(value, 80)', '    scan public.metrics'].join('\n'),
  );
});

test('with a clock, the time of an operator is its own, and not that of what it reads', () => {
  let now = 0;
  const threeMilliseconds: ScalarFunction['compute'] = (value = null) => {
    now += 3e6;
    return value;
  };
  const slow: Plan = {
    ...high,
    input: metrics,
    expressions: [
      {
        kind: 'call',
        function: {name: 'slow', strict: true, compute: threeMilliseconds},
        args: [{kind: 'column', index: 1, type: TEXT}],
        type: TEXT,
      },
    ],
  } as Plan;
  const running = dataflow(
    {kind: 'distinct', columns: slow.columns, input: slow},
    {
      nowNs: () => now,
    },
  );
  running.push(transaction([{key: 1, before: undefined, after: [1, 'cpu', 95]}]));
  expect(running.explain().split('\n')).toEqual([
    'distinct  rows held: 1',
    '  project slow(name) as name  time: 3.000 ms',
    '    scan public.metrics',
  ]);
});

test('a query of constants has its rows from the first step on, and only once', () => {
  const running = dataflow({kind: 'values', columns: [{name: 'x', type: INT4}], rows: [[1], [2]]});
  expect(running.hydrate(new Map())).toEqual([
    {key: 1, before: undefined, after: [1]},
    {key: 2, before: undefined, after: [2]},
  ]);
  expect(running.hydrate(new Map())).toEqual([]);
});

test('a node that several others read works once a step, for all of them', () => {
  let computed = 0;
  const counted: ScalarFunction = {
    name: 'counted',
    strict: true,
    compute: (value = null) => {
      computed += 1;
      return value;
    },
  };
  const columns = [{name: 'id', type: INT4}];
  const call = {kind: 'call', function: counted, args: [column(0)], type: INT4} as const;
  const once: Plan = {kind: 'project', columns, expressions: [call], input: metrics};
  const twice: Plan = {kind: 'union', all: true, columns, inputs: [once, once]};
  expect(
    dataflow(twice).push(transaction([{key: 7, before: undefined, after: [1, 'cpu', 95]}])),
  ).toEqual([
    {key: '1|7', before: undefined, after: [1]},
    {key: '2|7', before: undefined, after: [1]},
  ]);
  expect(computed).toBe(1);
});

test('a filter that a projection judges still works for whoever else reads it', () => {
  const {input: filtered} = high as Extract<Plan, {kind: 'project'}>;
  const columns = [{name: 'name', type: TEXT}];
  const all: Plan = {...high, input: metrics} as Plan;
  const both: Plan = {kind: 'union', all: true, columns, inputs: [high, filtered, all]};
  const running = dataflow(both);
  const rows: Delta = [
    {key: 1, before: undefined, after: [1, 'cpu', 95]},
    {key: 2, before: undefined, after: [2, 'disk', 10]},
  ];
  expect(running.push(transaction(rows)).map(({key, after}) => [key, after])).toEqual([
    ['1|1', ['cpu']],
    ['2|1', [1, 'cpu', 95]],
    ['3|1', ['cpu']],
    ['3|2', ['disk']],
  ]);
});

test.each<[name: string, columns: number[], same: boolean]>([
  ['all columns of a table in their order', [0, 1, 2], true],
  ['all columns in another order', [0, 2, 1], false],
  ['some of the columns', [0, 1], false],
])('a query of %s shares the rows of the table, or makes its own', (_name, columns, same) => {
  const picked = columns.map((index) => metrics.columns[index]!);
  const running = dataflow({
    kind: 'project',
    input: metrics,
    expressions: columns.map((index) => ({
      kind: 'column',
      index,
      type: metrics.columns[index]!.type,
    })),
    columns: picked,
  });
  const row = [1, 'cpu', 95];
  const [told] = running.push(transaction([{key: 1, before: undefined, after: row}]));
  expect(told!.after).toEqual(columns.map((index) => row[index]));
  expect(told!.after === row).toBe(same);
});

import {describe, expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {Row} from '../../src/data/value.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import {sqlAggregate} from '../../src/query/functions/aggregates.ts';
import {optimise} from '../../src/query/optimise.ts';
import type {Join, Plan} from '../../src/query/plan.ts';
import {by} from '../support/columns.ts';
import {expectLaws, fold, type Rows} from '../support/expect-incremental.ts';
import {
  and,
  column,
  equal,
  join,
  less,
  literal,
  plus,
  scan,
  select,
  where,
} from '../support/plans.ts';

const a = scan('a');
const b = scan('b');
const explained = (plan: Plan): string => dataflow(optimise(plan)).explain();

test('a condition goes down to its side of a join, and an equality becomes a key', () => {
  const plan = where(
    join('inner', a, b, undefined),
    and(equal(column(3), column(0)), less(column(1), literal(15)), less(literal(5), column(4))),
  );
  expect(explained(plan)).toBe(
    [
      'inner join on a_a = b_a',
      '  filter <(a_b, 15)',
      '    scan a',
      '  filter <(5, b_b)',
      '    scan b',
    ].join('\n'),
  );
});

test('what WHERE says of the nulls of a left join stays above it', () => {
  const plan = where(
    join('left', a, b, equal(column(0), column(3))),
    and({kind: 'isNull', arg: column(3), type: column(3).type}, less(column(1), literal(15))),
  );
  expect(explained(plan)).toBe(
    [
      'filter b_a is null',
      '  left join on a_a = b_a',
      '    filter <(a_b, 15)',
      '      scan a',
      '    scan b',
    ].join('\n'),
  );
});

test('a condition goes through a projection, and constants are computed', () => {
  const plan = where(
    select(a, plus(column(0), literal(1))),
    less(column(0), plus(literal(1), literal(2))),
  );
  expect(explained(plan)).toBe(
    ['project +(a_a, 1) as x0', '  filter <(+(a_a, 1), 3)', '    scan a'].join('\n'),
  );
});

test('an order that nobody sees is dropped, the one at the top stays', () => {
  const order = (input: Plan): Plan => ({
    kind: 'order',
    columns: input.columns,
    input,
    by: [by(0)],
    offset: 0,
    limit: undefined,
  });
  const plan = order(join('inner', order(a), b, equal(column(0), column(3))));
  expect(explained(plan).match(/order/g)).toHaveLength(1);
});

const count = sqlAggregate('count', [])!;
const counted: Plan = {
  kind: 'aggregate',
  columns: [a.columns[0]!, {name: 'count', type: count.type}],
  input: a,
  groupBy: [column(0)],
  aggregates: [{...count, args: [], distinct: false, filter: undefined, orderBy: []}],
};
const conditions = and(less(column(1), literal(15)), less(literal(1), column(0)));
const on = and(
  equal(column(0), column(3)),
  less(column(4), literal(15)),
  less(column(1), column(4)),
);
const shared = select(where(a, less(column(0), literal(3))), column(0), column(1));

const types: Join['type'][] = ['inner', 'left', 'right', 'full', 'semi', 'anti'];

describe('an optimised plan answers what the plan says, whatever the history', () => {
  test.each<[name: string, plan: Plan]>([
    ...types.map((type): [string, Plan] => [
      `${type} join`,
      where(join(type, a, b, on), conditions),
    ]),
    ['projection', where(select(a, column(1), plus(column(0), literal(1))), conditions)],
    ['groups', where(counted, conditions)],
    ['distinct', where({kind: 'distinct', columns: a.columns, input: a}, conditions)],
    ['union', where({kind: 'union', all: false, columns: a.columns, inputs: [a, b]}, conditions)],
    [
      'a node in two places',
      where(
        join('inner', shared, shared, equal(column(0), column(2))),
        less(column(3), literal(15)),
      ),
    ],
    [
      'limit',
      where(
        {kind: 'order', columns: a.columns, input: a, by: [by(1)], offset: 1, limit: 3},
        conditions,
      ),
    ],
  ])('%s', (_name, plan) => {
    expectLaws(
      2,
      () => running(optimise(plan)),
      ([left, right]) => recomputed(plan, left ?? new Map(), right ?? new Map()),
    );
  });
});

function running(plan: Plan) {
  const flow = dataflow(plan);
  return {
    push: ([left, right]: readonly Delta[]) => flow.push(transaction(left ?? [], right ?? [])),
    size: () => flow.size,
  };
}

/** The plan as it stands, over all rows at once: a fresh dataflow in its first step. */
function recomputed(plan: Plan, left: Rows, right: Rows): Row[] {
  const rows = new Map<Key, Row>();
  fold(
    dataflow(plan).hydrate(
      new Map([
        ['a', left],
        ['b', right],
      ]),
    ),
    rows,
  );
  return [...rows.values()];
}

function transaction(left: Delta, right: Delta): Transaction {
  const changes = new Map([
    ['a', left],
    ['b', right],
  ]);
  return {kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime: 0, changes};
}

import {INT4, NUMERIC} from '../../src/data/type.ts';
import type {Expression, ScalarFunction} from '../../src/query/expression.ts';
import {sqlAggregate} from '../../src/query/functions/aggregates.ts';
import type {Plan} from '../../src/query/plan.ts';

/**
 * The queries that the engine's benchmarks run, over tables whose rows are
 * `[id, group, value]`, all int4.
 */
export const column = (index: number): Expression => ({kind: 'column', index, type: INT4});
export const literal = (value: number): Expression => ({kind: 'literal', value, type: INT4});

export const called = (
  name: string,
  compute: ScalarFunction['compute'],
  args: Expression[],
): Expression => ({kind: 'call', function: {name, strict: true, compute}, args, type: INT4});

const GREATER: ScalarFunction['compute'] = (a, b) => (a as number) > (b as number);
const TIMES: ScalarFunction['compute'] = (a, b) => (a as number) * (b as number);

export const scan = (table: string): Plan => ({
  kind: 'scan',
  table,
  columns: ['id', 'group', 'value'].map((name) => ({name: `${table}_${name}`, type: INT4})),
});

/** SELECT id, value * 2 FROM t WHERE value > 500 */
export const filterAndMap: Plan = {
  kind: 'project',
  columns: ['id', 'twice'].map((name) => ({name, type: INT4})),
  expressions: [column(0), called('*', TIMES, [column(2), literal(2)])],
  input: {
    kind: 'filter',
    columns: scan('t').columns,
    input: scan('t'),
    predicate: called('>', GREATER, [column(2), literal(500)]),
  },
};

/** SELECT * FROM t JOIN u ON t.id = u.group */
export const joined: Plan = {
  kind: 'join',
  type: 'inner',
  columns: [...scan('t').columns, ...scan('u').columns],
  left: scan('t'),
  right: scan('u'),
  keys: [{left: column(0), right: column(1)}],
  residual: undefined,
};

/** SELECT group, avg(value) FROM t GROUP BY group */
export const averages: Plan = averageOf(scan('t'), {groupBy: 1, value: 2});

/** SELECT t.group, avg(u.value) FROM t JOIN u ON t.id = u.group GROUP BY t.group */
export const joinedAverages: Plan = averageOf(joined, {groupBy: 1, value: 5});

function averageOf(input: Plan, {groupBy, value}: {groupBy: number; value: number}): Plan {
  const average = sqlAggregate('avg', [INT4]);
  if (!average) throw new Error('there is no avg(int4)');
  return {
    kind: 'aggregate',
    columns: [
      {name: 'group', type: INT4},
      {name: 'avg', type: NUMERIC},
    ],
    input,
    groupBy: [column(groupBy)],
    aggregates: [
      {...average, args: [column(value)], distinct: false, filter: undefined, orderBy: []},
    ],
  };
}

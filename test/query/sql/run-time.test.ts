import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import {parseDecimal} from '../../../src/data/decimal.ts';
import type {Row} from '../../../src/data/value.ts';
import {type Problem, problemsOf} from '../../../src/lib/problem.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {CATALOG} from './tables.ts';

beforeAll(() => loadModule());

const ORDER: Row = [
  1,
  7,
  parseDecimal('2.5') ?? null,
  9,
  'abc',
  true,
  0,
  0,
  null,
  1.5,
  [],
  '{}',
  '{}',
];

/** The Problem that the query has with the one order there is. */
function problemOf(expression: string): Problem | undefined {
  const flow = dataflow(optimise(compileSql(`SELECT ${expression} AS x FROM orders`, CATALOG)));
  try {
    flow.hydrate(new Map([['public.orders', [[1, ORDER] as const]]]));
  } catch (error) {
    return problemsOf(error)[0];
  }
  return undefined;
}

test.each([
  ['total / (id - 1)', 'sql-division-by-zero'],
  ['amount / (id - 1)', 'sql-division-by-zero'],
  ['customer * 2147483647', 'sql-out-of-range'],
  ['(total * 1000000000 * 1000000000 * 1000)', 'sql-out-of-range'],
  ['note::int4', 'sql-literal'],
  ['sqrt(-amount)', 'sql-value'],
  ["split_part(note, ' ', 0)", 'sql-value'],
])('%s fails on its row, as in Postgres', (expression, code) => {
  const problem = problemOf(expression);
  expect(problem?.code).toBe('expression-failed');
  expect(problem?.cause).toMatchObject({code});
});

test('a subquery used as a value fails where it has two rows', () => {
  expect(problemOf('(SELECT o.id FROM orders o, (VALUES (1), (2)) v)')?.code).toBe('sql-value');
});

test('what a CASE guards is not computed', () => {
  expect(problemOf('CASE WHEN id <> 1 THEN total / (id - 1) END')).toBeUndefined();
});

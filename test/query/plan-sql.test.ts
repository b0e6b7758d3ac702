import {expect, test} from 'vitest';
import {planSql} from '../../src/query/plan-sql.ts';
import {by} from '../support/columns.ts';
import {column, equal, join, less, literal, plus, scan, select, where} from '../support/plans.ts';

const a = scan('a');
const b = scan('public.b');
const A = 'SELECT "a_a" AS c0, "a_b" AS c1, "a_c" AS c2 FROM "a"';
const B = 'SELECT "public.b_a" AS c0, "public.b_b" AS c1, "public.b_c" AS c2 FROM "public"."b"';

test('a scan names its columns, whatever they are called', () => {
  expect(planSql(b)).toBe(B);
});

test('a filter and a projection are subqueries', () => {
  expect(planSql(select(where(a, less(column(0), literal(5))), plus(column(0), column(1))))).toBe(
    `SELECT (t.c0 + t.c1) AS c0 FROM (SELECT * FROM (${A}) AS t WHERE (t.c0 < '5'::int4)) AS t`,
  );
});

test('a join says its columns, and a semi-join is EXISTS', () => {
  expect(planSql(join('left', select(a, column(0)), select(a, column(1)), undefined))).toBe(
    `SELECT l.c0 AS c0, r.c0 AS c1 FROM (SELECT t.c0 AS c0 FROM (${A}) AS t) AS l` +
      ` LEFT JOIN (SELECT t.c1 AS c0 FROM (${A}) AS t) AS r ON true`,
  );
  expect(planSql(join('anti', a, b, equal(column(0), column(3))))).toBe(
    `SELECT l.* FROM (${A}) AS l WHERE NOT EXISTS (SELECT FROM (${B}) AS r WHERE (l.c0 = r.c0))`,
  );
});

test('an order says where its nulls stand, and sorts texts by their bytes', () => {
  const plan = {kind: 'order', columns: a.columns, input: a, offset: 2, limit: 3} as const;
  expect(planSql({...plan, by: [by(2, {descending: true})]})).toBe(
    `SELECT * FROM (${A}) AS t ORDER BY t.c2 COLLATE "C" DESC NULLS FIRST LIMIT 3 OFFSET 2`,
  );
});

test('a function without a text in SQL leaves the plan without one', () => {
  const nameless = {name: 'f', strict: true, compute: () => null};
  const plan = select(a, {kind: 'call', function: nameless, args: [], type: column(0).type});
  expect(planSql(plan)).toBeUndefined();
});

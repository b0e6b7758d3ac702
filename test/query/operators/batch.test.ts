import {expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Value} from '../../../src/data/value.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {batch} from '../../../src/query/operators/batch.ts';
import {problems} from '../../../src/query/sql/problems.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';

const negated = (value: Value): Value => (typeof value === 'number' ? -value : value);

test('a batch adds up to computing each row, whatever the history', () => {
  expectIncremental(
    () => batch(([, x = null]) => x, {name: 'negated', compute: (values) => values.map(negated)}),
    (rows) => [...rows.values()].map((row) => [...row, negated(row[1] ?? null)]),
  );
});

test('all rows of a step are computed at once', () => {
  const calls: (readonly Value[])[] = [];
  const operator = batch(([x = null]) => x, {
    name: 'kept',
    compute(values) {
      calls.push(values);
      return values;
    },
  });
  const delta: Delta = [
    {key: 1, before: undefined, after: [10]},
    {key: 2, before: [20], after: [21]},
  ];
  expect(operator.push(delta)).toEqual([
    {key: 1, before: undefined, after: [10, 10]},
    {key: 2, before: [20, 20], after: [21, 21]},
  ]);
  expect(calls).toEqual([[10, 20, 21]]);
});

test('a value that cannot be computed tells its row, and those behind it are not asked for', () => {
  const operator = batch(([x = null]) => x, {
    name: 'failing',
    compute: () => [1, problems['sql-division-by-zero']({})],
  });
  const delta = [7, 8, 9].map((key) => ({key, before: undefined, after: [key]}));
  try {
    operator.push(delta);
    expect.unreachable('it was computed');
  } catch (error) {
    expect(problemsOf(error)[0]?.message).toBe('division by zero (row "8")');
  }
});

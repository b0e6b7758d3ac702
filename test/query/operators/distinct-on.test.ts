import {expect, test} from 'vitest';
import {distinctOn} from '../../../src/query/operators/distinct-on.ts';
import {by, column} from '../../support/columns.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';
import {sortedBy} from '../../support/sort-oracle.ts';

test('another first row of the same combination is an update', () => {
  const running = distinctOn([column(0)], [by(1)]);
  running.push([{key: 'a', before: undefined, after: [1, 20]}]);
  expect(running.push([{key: 'b', before: undefined, after: [1, 10]}])).toEqual([
    {key: 1, before: [1, 20], after: [1, 10]},
  ]);
});

test('adds up to recomputing, whatever the history', () => {
  expectIncremental(
    () => distinctOn([column(0)], [by(1)]),
    (rows) => {
      const firsts = new Map();
      for (const [, row] of sortedBy(rows, 1)) if (!firsts.has(row[0])) firsts.set(row[0], row);
      return [...firsts.values()];
    },
  );
});

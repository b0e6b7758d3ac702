import {expect, test} from 'vitest';
import {semiJoin} from '../../../src/query/operators/semi-join.ts';
import {expectIncrementalJoin} from '../../support/expect-incremental.ts';
import {always, differ, firstColumn, meetings} from '../../support/join-oracle.ts';

const sides = {leftKey: firstColumn, rightKey: firstColumn};
const none = undefined;

test('a second partner of a row that has one says nothing', () => {
  const join = semiJoin(sides, {anti: false, residual: undefined});
  join.push([{key: 1, before: none, after: [1]}], [{key: 'a', before: none, after: [1]}]);
  expect(join.push([], [{key: 'b', before: none, after: [1]}])).toEqual([]);
});

test('a row with NULL in its key has no partner', () => {
  const join = semiJoin(sides, {anti: true, residual: undefined});
  const row = {key: 1, before: none, after: [null]};
  expect(join.push([row], [row])).toEqual([row]);
});

test.each([
  ['EXISTS', always, false],
  ['EXISTS with a residual predicate', differ, false],
  ['NOT EXISTS', always, true],
  ['NOT EXISTS with a residual predicate', differ, true],
])('adds up to recomputing, whatever the history: %s', (_name, residual, anti) => {
  expectIncrementalJoin(
    () =>
      semiJoin(sides, {
        anti,
        residual: residual === always ? none : (left, right) => residual([...left, ...right]),
      }),
    (left, right) => {
      const met = new Set(meetings(left, right, residual).map(({leftKey}) => leftKey));
      return new Map([...left].filter(([key]) => met.has(key) !== anti));
    },
  );
});

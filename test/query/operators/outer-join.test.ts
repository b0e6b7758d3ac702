import {expect, test} from 'vitest';
import {consolidate, type Delta} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {pairRow} from '../../../src/query/operators/join.ts';
import type {BinaryOperator} from '../../../src/query/operators/operator.ts';
import {outerJoin} from '../../../src/query/operators/outer-join.ts';
import {expectIncrementalJoin, type Rows} from '../../support/expect-incremental.ts';
import {always, differ, firstColumn, meetings, threeNulls} from '../../support/join-oracle.ts';

const none = undefined;

const left = (residual: (row: Row) => boolean, full = false): BinaryOperator =>
  outerJoin({
    keptKey: firstColumn,
    otherKey: firstColumn,
    pair: pairRow(residual === always ? none : residual),
    lone: (kept) => [...kept, ...threeNulls],
    otherLone: full ? (other) => [...threeNulls, ...other] : none,
  });

/** Pushes other rows that come (after) or go (before) one step at a time. */
function others(join: BinaryOperator, ...steps: Delta[]): Delta[] {
  return steps.map((step) => consolidate(join.push([], step)));
}

test('the first match updates the row with nulls, the second is added', () => {
  const join = left(always);
  const added = join.push([{key: 7, before: none, after: [1, 0, 'l']}], []);
  expect(added).toEqual([{key: '7|\\N', before: none, after: [1, 0, 'l', null, null, null]}]);
  expect(
    others(
      join,
      [{key: 'a', before: none, after: [1, 5, 'a']}],
      [{key: 'b', before: none, after: [1, 5, 'b']}],
    ),
  ).toEqual([
    [{key: '7|\\N', before: [1, 0, 'l', null, null, null], after: [1, 0, 'l', 1, 5, 'a']}],
    [{key: '7|b', before: none, after: [1, 0, 'l', 1, 5, 'b']}],
  ]);
});

test('one of two matches goes by deletion, the last one by an update back to nulls', () => {
  const join = left(always);
  const a: Row = [1, 5, 'a'];
  const b: Row = [1, 5, 'b'];
  join.push(
    [{key: 7, before: none, after: [1, 0, 'l']}],
    [
      {key: 'a', before: none, after: a},
      {key: 'b', before: none, after: b},
    ],
  );
  expect(
    others(join, [{key: 'a', before: a, after: none}], [{key: 'b', before: b, after: none}]),
  ).toEqual([
    [{key: '7|\\N', before: [1, 0, 'l', ...a], after: none}],
    [{key: '7|b', before: [1, 0, 'l', ...b], after: [1, 0, 'l', null, null, null]}],
  ]);
});

test('a match that another replaces in the same step is one update', () => {
  const join = left(always);
  const a: Row = [1, 5, 'a'];
  const b: Row = [1, 5, 'b'];
  join.push([{key: 7, before: none, after: [1, 0, 'l']}], [{key: 'a', before: none, after: a}]);
  expect(
    others(join, [
      {key: 'a', before: a, after: none},
      {key: 'b', before: none, after: b},
    ]),
  ).toEqual([[{key: '7|\\N', before: [1, 0, 'l', ...a], after: [1, 0, 'l', ...b]}]]);
});

test('a row that meets one other at most keeps its own identity', () => {
  const join = outerJoin({
    keptKey: firstColumn,
    otherKey: firstColumn,
    pair: pairRow(none),
    lone: (kept) => [...kept, null],
    otherLone: none,
    single: true,
  });
  const steps: Delta[] = [
    join.push([{key: 7, before: none, after: [1]}], []),
    join.push([], [{key: 'a', before: none, after: [1]}]),
    join.push([{key: 7, before: [1], after: [2]}], []),
    join.push([{key: 7, before: [2], after: none}], [{key: 'b', before: none, after: [2]}]),
  ];
  expect(steps.map((step) => consolidate(step))).toEqual([
    [{key: 7, before: none, after: [1, null]}],
    [{key: 7, before: [1, null], after: [1, 1]}],
    [{key: 7, before: [1, 1], after: [2, null]}],
    [{key: 7, before: [2, null], after: none}],
  ]);
});

test('a row whose join key becomes NULL stays, beside nulls', () => {
  const join = left(always);
  join.push([{key: 7, before: none, after: [1, 0, 'l']}], [{key: 'a', before: none, after: [1]}]);
  expect(join.push([{key: 7, before: [1, 0, 'l'], after: [null, 0, 'l']}], [])).toEqual([
    {key: '7|\\N', before: [1, 0, 'l', 1], after: [null, 0, 'l', null, null, null]},
  ]);
});

const alone = (rows: Rows, met: ReadonlySet<unknown>): Row[] =>
  [...rows].filter(([key]) => !met.has(key)).map(([, row]) => row);

test.each([
  ['LEFT JOIN', always, false],
  ['LEFT JOIN with a residual predicate', differ, false],
  ['FULL JOIN', always, true],
  ['FULL JOIN with a residual predicate', differ, true],
])('adds up to recomputing, whatever the history: %s', (_name, residual, full) => {
  expectIncrementalJoin(
    () => left(residual, full),
    (lefts, rights) => {
      const met = meetings(lefts, rights, residual);
      const leftAlone = alone(lefts, new Set(met.map((m) => m.leftKey)));
      const rightAlone = alone(rights, new Set(met.map((m) => m.rightKey)));
      return [
        ...met.map(({row}) => row),
        ...leftAlone.map((row) => [...row, ...threeNulls]),
        ...(full ? rightAlone.map((row) => [...threeNulls, ...row]) : []),
      ];
    },
  );
});

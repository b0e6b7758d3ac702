import {expect, test} from 'vitest';
import {INT4} from '../../../src/data/type.ts';
import type {Row} from '../../../src/data/value.ts';
import {
  type Copies,
  countedSets,
  exceptCopies,
  exceptOnce,
  intersectCopies,
  once,
  unionAll,
  type WideOperator,
} from '../../../src/query/operators/set-operation.ts';
import {expectIncrementalJoin, type Rows} from '../../support/expect-incremental.ts';

const few = {row: (pick: <T>(from: readonly T[]) => T): Row => [pick([1, 2, null])]};

const binary = (operator: WideOperator) => ({
  push: (left: Parameters<WideOperator['push']>[0][0], right: typeof left) =>
    operator.push([left ?? [], right ?? []]),
  get size() {
    return operator.size;
  },
});

test('a row that both branches of UNION ALL have is there twice, under two keys', () => {
  const row = {key: 1, before: undefined, after: [5]};
  expect(unionAll().push([[row], [row]])).toEqual([
    {...row, key: '1|1'},
    {...row, key: '2|1'},
  ]);
});

test('UNION ALL adds up to recomputing, whatever the history', () => {
  expectIncrementalJoin(
    () => binary(unionAll()),
    (left, right) => [...left.values(), ...right.values()],
    few,
  );
});

const countOf = (rows: Rows, value: unknown): number =>
  [...rows.values()].filter(([held]) => held === value).length;

test.each<[name: string, copies: Copies, expected: (left: number, right: number) => number]>([
  ['INTERSECT ALL', intersectCopies, (l, r) => Math.min(l, r)],
  ['INTERSECT', once(intersectCopies), (l, r) => (l > 0 && r > 0 ? 1 : 0)],
  ['EXCEPT ALL', exceptCopies, (l, r) => (l > r ? l - r : 0)],
  ['EXCEPT', exceptOnce, (l, r) => (l > 0 && r === 0 ? 1 : 0)],
])('%s adds up to recomputing, whatever the history', (_name, copies, expected) => {
  expectIncrementalJoin(
    () => binary(countedSets([INT4], {width: 2, copies})),
    (left, right) =>
      [1, 2, null].flatMap((value) =>
        Array.from({length: expected(countOf(left, value), countOf(right, value))}, () => [value]),
      ),
    few,
  );
});

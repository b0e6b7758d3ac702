import {expect, test} from 'vitest';
import {consolidate, type Delta} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {innerJoin} from '../../../src/query/operators/inner-join.ts';
import {pairRow} from '../../../src/query/operators/join.ts';
import {net} from '../../../src/query/operators/net.ts';
import {expectIncremental, expectIncrementalJoin} from '../../support/expect-incremental.ts';
import {always, differ, firstColumn, meetings} from '../../support/join-oracle.ts';

const sides = {leftKey: firstColumn, rightKey: firstColumn};
const none = undefined;

/** What edits tell: a pair's writes its key when it is asked for. */
const told = (delta: Delta): Delta => delta.map(({key, before, after}) => ({key, before, after}));

test('rows whose keys are equal are paired, whichever came first', () => {
  const join = innerJoin(sides, pairRow(none));
  expect(join.push([], [{key: 'r', before: none, after: [1, 'right']}])).toEqual([]);
  expect(told(join.push([{key: 'l', before: none, after: [1, 'left']}], []))).toEqual([
    {key: 'l|r', before: none, after: [1, 'left', 1, 'right']},
  ]);
});

test('NULL never joins', () => {
  const join = innerJoin(sides, pairRow(none));
  const row = {key: 1, before: none, after: [null]};
  expect(join.push([row], [row])).toEqual([]);
  expect(join.size).toBe(0);
});

test('a pair whose rows both change is one update', () => {
  const join = innerJoin(sides, pairRow(none));
  join.push([{key: 1, before: none, after: [1, 'a']}], [{key: 2, before: none, after: [1, 'b']}]);
  const delta = join.push(
    [{key: 1, before: [1, 'a'], after: [2, 'A']}],
    [{key: 2, before: [1, 'b'], after: [2, 'B']}],
  );
  expect(told(consolidate(delta))).toEqual([
    {key: '1|2', before: [1, 'a', 1, 'b'], after: [2, 'A', 2, 'B']},
  ]);
});

const same = (before: Row, after: Row): boolean => before[0] === after[0];
const staying = {...sides, leftStays: same, rightStays: same};

test.each([
  ['by key', sides, always],
  ['by key and a residual predicate', sides, differ],
  ['by a key that is seen to stay', staying, always],
])('adds up to recomputing, whatever the history: %s', (_name, by, residual) => {
  expectIncrementalJoin(
    () => innerJoin(by, pairRow(residual === always ? none : residual)),
    (left, right) =>
      new Map(
        meetings(left, right, residual).map((m) => [`${m.leftKey}|${m.rightKey}`, m.row] as const),
      ),
  );
});

test('told net deltas, an answer that it calls net names each pair once', () => {
  let netAnswers = 0;
  expectIncrementalJoin(
    () => {
      const join = innerJoin(sides, pairRow(none));
      return {
        push: (left, right) => {
          const answer = join.push(net(left), net(right));
          const pairs = new Set(answer.map(({key}) => key));
          if (join.net) {
            expect(pairs.size).toBe(answer.length);
            netAnswers += Number(answer.length > 1);
          }
          return answer;
        },
        get size() {
          return join.size;
        },
      };
    },
    (left, right) => meetings(left, right, always).map(({row}) => row),
  );
  expect(netAnswers).toBeGreaterThan(100);
});

test('adds up to recomputing where a collection is joined to itself', () => {
  expectIncremental(
    () => {
      const join = innerJoin(sides, pairRow(none));
      return {
        push: (delta) => join.push(delta, delta),
        get size() {
          return join.size;
        },
      };
    },
    (rows) => meetings(rows, rows, always).map(({row}) => row),
  );
});

test('a row that leaves without having come is a bug, and is told by its key', () => {
  const ghost = {key: 'ghost', before: [1, 'x'], after: none};
  const refused = /row ghost is not where its join key says/;
  expect(() => innerJoin(sides, pairRow(none)).push([ghost], [])).toThrow(refused);
  const join = innerJoin(sides, pairRow(none));
  join.push([{key: 'a', before: none, after: [1, 'x']}], []);
  expect(() => join.push([ghost], [])).toThrow(refused);
  expect(() => join.push([{...ghost, after: [1, 'y']}], [])).toThrow(refused);
  join.push([{key: 'b', before: none, after: [1, 'x']}], []);
  expect(() => join.push([ghost], [])).toThrow(refused);
  expect(() => join.push([{...ghost, after: [1, 'y']}], [])).toThrow(refused);
});

test('without a key, every pair is in it', () => {
  const everywhere = {leftKey: () => 0, rightKey: () => 0};
  expectIncrementalJoin(
    () => innerJoin(everywhere, pairRow(none)),
    (left, right) =>
      [...left.values()].flatMap((l) => [...right.values()].map((r) => [...l, ...r])),
  );
});

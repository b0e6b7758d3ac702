import {expect, test} from 'vitest';
import {type Decimal, parseDecimal} from '../../../src/data/decimal.ts';
import {INT4, NUMERIC, TEXT} from '../../../src/data/type.ts';
import {distinct} from '../../../src/query/operators/distinct.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';

const none = undefined;

test('a row is told when its first copy comes and when its last one goes', () => {
  const running = distinct([TEXT]);
  const come = (key: number) => running.push([{key, before: none, after: ['x']}]);
  const go = (key: number) => running.push([{key, before: ['x'], after: none}]);
  expect(come(1)).toEqual([{key: 'x', before: none, after: ['x']}]);
  expect(come(2)).toEqual([]);
  expect(go(1)).toEqual([]);
  expect(go(2)).toEqual([{key: 'x', before: ['x'], after: none}]);
});

test('numbers of unequal scale are one row, and it looks as one that is there', () => {
  const running = distinct([NUMERIC]);
  const [short, long] = ['1.0', '1.00'].map((text) => [parseDecimal(text) as Decimal]);
  running.push([
    {key: 1, before: none, after: long},
    {key: 2, before: none, after: short},
  ]);
  expect(running.size).toBe(1);
  expect(running.push([{key: 2, before: short, after: none}])).toEqual([
    {key: '1', before: short, after: long},
  ]);
});

test('adds up to recomputing, whatever the history', () => {
  expectIncremental(
    () => distinct([INT4, INT4, TEXT]),
    (rows) => [...new Map([...rows.values()].map((row) => [JSON.stringify(row), row])).values()],
    {row: (pick) => [pick([1, null]), pick([1, 2]), pick(['', 'x|', null])]},
  );
});

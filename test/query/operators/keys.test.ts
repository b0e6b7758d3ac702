import {expect, test} from 'vitest';
import {FLOAT8, INT4, INT8, TEXT, type Type} from '../../../src/data/type.ts';
import type {Row} from '../../../src/data/value.ts';
import type {Expression} from '../../../src/query/expression.ts';
import {groupKey, joinKey, sameKey} from '../../../src/query/operators/keys.ts';

const column = (index: number, type: Type): Expression => ({kind: 'column', index, type});
const constant: Expression = {kind: 'literal', value: 1, type: INT4};

test.each<[type: Type, value: Row[number], join: unknown, group: unknown]>([
  [INT4, 7, 7, 7],
  [INT8, 9007199254740993n, '9007199254740993', '9007199254740993'],
  [TEXT, 'a|b', 'a\\|b', 'a\\|b'],
  [TEXT, '7', '7', '7'],
  [FLOAT8, 7, '7', '7'],
  [FLOAT8, -0, '0', '0'],
  [INT4, null, null, '\\N'],
])('of one column of %o, %o has the join key %o and the group key %o', (type, value, ...keys) => {
  const by = [column(0, type)];
  expect([joinKey(by)([value]), groupKey(by)([value])]).toEqual(keys);
});

test('rows whose columns are the same have one key, without its being written', () => {
  const stays = sameKey([column(0, INT4), column(2, TEXT)]);
  expect(stays([1, 'x', 'a'], [1, 'y', 'a'])).toBe(true);
  expect(stays([1, 'x', 'a'], [1, 'x', 'b'])).toBe(false);
  expect(stays([1, 'x', 'a'], [2, 'x', 'a'])).toBe(false);
});

test('of a key that is computed nobody says without computing it that it stays', () => {
  expect(sameKey([column(0, INT4), constant])([1], [1])).toBe(false);
  expect(sameKey([])([1], [2])).toBe(true);
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {pairKey} from '../../src/data/key.ts';

test.each([0, 7, 999, 1000, 1001, 12_345, 999_999, 1_000_000, 1_002_003, 999_999_999, 1e9, -1])(
  'the key of a pair has the number %i as it is written',
  (key) => {
    expect(pairKey(key, 5)).toBe(`${key}|5`);
  },
);

test('the key of a pair of numbers is both of them', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (left, right) => {
      expect(pairKey(left, right)).toBe(`${left}|${right}`);
    }),
  );
});

test('different pairs have different keys, whatever their texts hold', () => {
  const keys = fc.oneof(fc.integer(), fc.string({unit: fc.constantFrom('a', '|', '\\', '1')}));
  const pair = fc.tuple(keys, keys);
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const texts = (of: readonly (string | number)[]): string => of.map(String).join('\u0000');
      expect(pairKey(...a) === pairKey(...b)).toBe(texts(a) === texts(b));
    }),
  );
});

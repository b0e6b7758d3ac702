import fc from 'fast-check';
import {expect, test} from 'vitest';
import {editDistance, nearest} from '../../src/lib/nearest.ts';

test.each<[name: string, names: string[], found: string | undefined]>([
  ['sorces', ['sources', 'queries'], 'sources'],
  ['slot_name', ['slotName', 'tables'], 'slotName'],
  ['hsot', ['port', 'host'], 'host'],
  ['frobnicate', ['sources', 'queries'], undefined],
  ['id', ['host', 'port'], undefined],
  ['x', [], undefined],
])('the name nearest to %s of %j is %s', (name, names, found) => {
  expect(nearest(name, names)).toBe(found);
});

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['port', 'prot', 1],
])('from %j to %j are %i edits', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
});

const word = fc.string({maxLength: 8, unit: fc.constantFrom('a', 'b', 'c')});

test('there are as many edits one way as the other, and none only between equals', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test('one edit more or less is one edit', () => {
  fc.assert(
    fc.property(word, fc.nat(8), (a, at) => {
      expect(editDistance(a, `${a.slice(0, at)}x${a.slice(at)}`)).toBe(1);
    }),
  );
});

test('a text beyond every name is like none, and costs nothing', () => {
  expect(nearest('x'.repeat(1_000_000), ['x'])).toBeUndefined();
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import type {Diff} from '../../src/data/diff.ts';
import type {Row} from '../../src/data/value.ts';
import {resultSet} from '../../src/result/result-set.ts';

const old: Row = ['cpu', 40];
const young: Row = ['cpu', 41];

test.each<[name: string, delta: Delta, diff: Diff]>([
  [
    'a row that came is added',
    [{key: 2, before: undefined, after: young}],
    {added: [{key: 2, after: young}], updated: [], deleted: []},
  ],
  [
    'a row that changed is updated, with both its states',
    [{key: 1, before: old, after: young}],
    {added: [], updated: [{key: 1, before: old, after: young}], deleted: []},
  ],
  [
    'a row that went is deleted, as it last was',
    [{key: 1, before: old, after: undefined}],
    {added: [], updated: [], deleted: [{key: 1, before: old}]},
  ],
])('%s', (_name, delta, diff) => {
  const result = resultSet();
  result.apply([{key: 1, before: undefined, after: old}]);
  expect(result.apply(delta)).toEqual(diff);
});

test.each<[name: string, delta: Delta]>([
  ['an update of a row that is not there', [{key: 2, before: old, after: young}]],
  ['the deletion of a row that is not there', [{key: 2, before: old, after: undefined}]],
  ['the insertion of a row that is there', [{key: 1, before: undefined, after: young}]],
])('refuses %s', (_name, delta) => {
  const result = resultSet();
  result.apply([{key: 1, before: undefined, after: old}]);
  expect(() => result.apply(delta)).toThrow(/row [12] is not as edited/);
});

test('refuses a new result that names a row twice, or not what it is', () => {
  const once = {key: 1, before: undefined, after: old};
  expect(() => resultSet().replace([once, once])).toThrow(/row 1 is not as edited/);
  expect(() => resultSet().replace([{...once, after: undefined}])).toThrow(/row 1/);
});

const rows = fc.dictionary(
  fc.constantFrom('a', 'b', '1', '-2', '03'),
  fc.tuple(fc.integer({max: 3, min: 0})),
);
/** Of one query whole numbers may stand for themselves; of another they are texts. */
const additions = (of: Record<string, Row>, {numbers}: {numbers: boolean}): Delta =>
  Object.entries(of).map(([key, after]) => ({
    key: numbers && /^-?[1-9]/.test(key) ? Number(key) : key,
    before: undefined,
    after,
  }));

test('the diffs of replaced results, folded by the texts of their keys, are the last result', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(rows, fc.boolean())), (results) => {
      const result = resultSet();
      const fold = new Map<string, Row>();
      for (const [next, numbers] of results) {
        const {added, updated, deleted} = result.replace(additions(next, {numbers}));
        for (const {key, after} of added) {
          expect(fold.has(String(key))).toBe(false);
          fold.set(String(key), after);
        }
        for (const {key, before, after} of updated) {
          expect(fold.get(String(key))).toEqual(before);
          expect(after).not.toEqual(before);
          fold.set(String(key), after);
        }
        for (const {key} of deleted) expect(fold.delete(String(key))).toBe(true);
        expect(Object.fromEntries(fold)).toEqual(next);
        expect(Object.fromEntries(result.rows())).toEqual(next);
      }
    }),
  );
});

test('with other columns every row that stays is updated, also where its values are the same', () => {
  const result = resultSet();
  result.replace([
    {key: 1, before: undefined, after: ['a']},
    {key: 2, before: undefined, after: ['b']},
  ]);
  const same = [{key: 1, before: undefined, after: ['a']}];
  expect(result.replace(same, {reshaped: true})).toEqual({
    added: [],
    updated: [{key: 1, before: ['a'], after: ['a']}],
    deleted: [{key: 2, before: ['b']}],
  });
  expect(result.replace(same)).toEqual({added: [], updated: [], deleted: []});
});

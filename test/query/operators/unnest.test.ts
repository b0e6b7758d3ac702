import {expect, test} from 'vitest';
import type {Row} from '../../../src/data/value.ts';
import {unnest} from '../../../src/query/operators/unnest.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';

const list = ([, values]: Row) => values ?? null;

test('an element that changes in its place is an update, one more an addition', () => {
  const running = unnest(list, {outer: false, ordinality: true});
  expect(running.push([{key: 'k', before: [1, ['a', 'b']], after: [1, ['a', 'c', 'd']]}])).toEqual([
    {key: 'k|1', before: [1, ['a', 'b'], 'a', 1], after: [1, ['a', 'c', 'd'], 'a', 1]},
    {key: 'k|2', before: [1, ['a', 'b'], 'b', 2], after: [1, ['a', 'c', 'd'], 'c', 2]},
    {key: 'k|3', before: undefined, after: [1, ['a', 'c', 'd'], 'd', 3]},
  ]);
});

test.each([
  ['without empty lists', false],
  ['with null for an empty list', true],
])('adds up to recomputing, whatever the history: %s', (_name, outer) => {
  expectIncremental(
    () => unnest(list, {outer, ordinality: false}),
    (rows) =>
      [...rows.values()].flatMap((row) => {
        const values = (row[1] ?? []) as readonly string[];
        const elements = values.length === 0 && outer ? [null] : values;
        return elements.map((element) => [...row, element]);
      }),
    {row: (pick) => [pick([1, 2]), pick([null, [], ['a'], ['a', 'b'], ['b', null, 'a']])]},
  );
});

import {expect, test} from 'vitest';
import {order} from '../../../src/query/operators/order.ts';
import {by} from '../../support/columns.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';
import {sortedBy} from '../../support/sort-oracle.ts';

const none = undefined;

test('a row that comes into view pushes the last one out', () => {
  const running = order([by(0)], {offset: 0, limit: 2});
  running.push([
    {key: 'a', before: none, after: [10]},
    {key: 'b', before: none, after: [20]},
  ]);
  expect(running.push([{key: 'c', before: none, after: [15]}])).toEqual([
    {key: 'c', before: none, after: [15]},
    {key: 'b', before: [20], after: none},
  ]);
  expect([...running.keys()]).toEqual(['a', 'c']);
});

test('a change behind the view says nothing', () => {
  const running = order([by(0)], {offset: 0, limit: 1});
  running.push([{key: 'a', before: none, after: [10]}]);
  expect(running.push([{key: 'b', before: none, after: [20]}])).toEqual([]);
});

test.each([
  ['LIMIT', {offset: 0, limit: 3}],
  ['OFFSET and LIMIT', {offset: 2, limit: 2}],
  ['OFFSET alone', {offset: 2, limit: none}],
  ['LIMIT 0', {offset: 1, limit: 0}],
  ['neither', {offset: 0, limit: none}],
])('adds up to recomputing, whatever the history: %s', (_name, view) => {
  expectIncremental(
    () => order([by(1, {descending: true})], view),
    (rows) =>
      new Map(
        sortedBy(rows, 1, {descending: true}).slice(
          view.offset,
          view.limit === none ? none : view.offset + view.limit,
        ),
      ),
  );
});

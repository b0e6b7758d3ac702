import {expect, test} from 'vitest';
import type {Row} from '../../../src/data/value.ts';
import {project} from '../../../src/query/operators/project.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';

const lastTwo = ([, b, c]: Row): Row => [c ?? null, b ?? null];

test('a row keeps its key and becomes what is computed from it', () => {
  expect(project(lastTwo).push([{key: 'a', before: undefined, after: [1, 2, 'x']}])).toEqual([
    {key: 'a', before: undefined, after: ['x', 2]},
  ]);
});

test('an update of columns that are not selected says nothing', () => {
  expect(project(lastTwo).push([{key: 1, before: [1, 2, 'x'], after: [9, 2, 'x']}])).toEqual([]);
});

test('adds up to recomputing, whatever the history', () => {
  expectIncremental(
    () => project(lastTwo),
    (rows) => new Map([...rows].map(([key, row]) => [key, lastTwo(row)])),
  );
});

test('a row that is selected whole is the row below, in the edit below', () => {
  const edit = {key: 1, before: undefined, after: [1, 2]};
  expect(project((row) => row).push([edit])[0]).toBe(edit);
  expect(project((row) => row).push([{key: 1, before: [1, 2], after: [1, 2]}])).toEqual([]);
});

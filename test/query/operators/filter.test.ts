import {expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {Problem, problemsOf} from '../../../src/lib/problem.ts';
import {filter} from '../../../src/query/operators/filter.ts';
import {expectIncremental} from '../../support/expect-incremental.ts';

const isAdult = ([age]: Row): boolean => Number(age) >= 18;
const child: Row = [17];
const adult: Row = [18];
const older: Row = [19];
const none = undefined;

test.each<[name: string, input: Delta, output: Delta]>([
  [
    'a row that passes goes on',
    [{key: 1, before: none, after: adult}],
    [{key: 1, before: none, after: adult}],
  ],
  ['a row that does not is dropped', [{key: 1, before: none, after: child}], []],
  ['a dropped row leaves without a word', [{key: 1, before: child, after: none}], []],
  [
    'an update into the predicate adds',
    [{key: 1, before: child, after: adult}],
    [{key: 1, before: none, after: adult}],
  ],
  [
    'an update out of it removes',
    [{key: 1, before: adult, after: child}],
    [{key: 1, before: adult, after: none}],
  ],
  [
    'an update within it stays an update',
    [{key: 1, before: adult, after: older}],
    [{key: 1, before: adult, after: older}],
  ],
  ['nothing in, nothing out', [], []],
])('%s', (_name, input, output) => {
  expect(filter(isAdult).push(input)).toEqual(output);
});

test('a predicate that fails tells the key of the row', () => {
  const fails = filter(() => {
    throw new Problem('division-by-zero', {message: 'division by zero'});
  });
  let thrown: unknown;
  try {
    fails.push([{key: 7, before: none, after: adult}]);
  } catch (error) {
    thrown = error;
  }
  const [problem] = problemsOf(thrown);
  expect(problem?.code).toBe('expression-failed');
  expect(problem?.message).toBe('division by zero (row "7")');
});

test('adds up to recomputing, whatever the history', () => {
  const passes = ([a]: Row): boolean => a !== null && Number(a) >= 2;
  expectIncremental(
    () => filter(passes),
    (rows) => new Map([...rows].filter(([, row]) => passes(row))),
  );
});

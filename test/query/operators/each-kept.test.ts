import {expect, test} from 'vitest';
import type {Delta, Edit} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {Problem, problemsOf} from '../../../src/lib/problem.ts';
import {random} from '../../../src/lib/random.ts';
import {eachKept} from '../../../src/query/operators/each-kept.ts';

const isOdd = ([value]: Row): boolean => Number(value) % 2 === 1;

/** Edits of keys 0, 1, 2 …: rows that come, go and change, of random numbers. */
function edits(count: number, seed: number): Delta {
  const next = random(seed);
  const row = (): Row => [Math.floor(next() * 10)];
  return Array.from({length: count}, (_, key): Edit => {
    const before = next() < 0.3 ? undefined : row();
    return {key, before, after: before && next() < 0.3 ? undefined : row()};
  });
}

const asTold = (edit: Edit, was: boolean, is: boolean): Edit => ({
  key: `${edit.key} ${was} ${is}`,
  before: edit.before,
  after: edit.after,
});

test.each([0, 1, 2, 31, 32, 33, 64, 100, 1000])(
  'of %i edits those are answered of which a row is kept, in order, with what is kept of each',
  (count) => {
    for (let seed = 1; seed <= 20; seed++) {
      const delta = edits(count, seed);
      const expected = delta.flatMap((edit) => {
        const was = edit.before !== undefined && isOdd(edit.before);
        const is = edit.after !== undefined && isOdd(edit.after);
        return was || is ? [asTold(edit, was, is)] : [];
      });
      expect(eachKept(isOdd, asTold)(delta), `seed ${seed}`).toEqual(expected);
    }
  },
);

test('a loop of its own, which many edits make, answers as the one of all queries', () => {
  const tell = eachKept(isOdd, asTold);
  for (let seed = 1; seed <= 100; seed++) {
    const delta = edits(100, seed);
    expect(tell(delta), `seed ${seed}`).toEqual(eachKept(isOdd, asTold)(delta));
  }
});

test.each([1, 100])('of %i edits that are answered with nothing, nothing is told', (count) => {
  const odd = Array.from({length: count}, (_, key) => ({key, before: undefined, after: [1]}));
  expect(eachKept(isOdd, () => undefined)(odd)).toEqual([]);
});

const division = (): never => {
  throw new Problem('division-by-zero', {message: 'division by zero'});
};

test.each<[name: string, holds: (row: Row) => boolean, answer: typeof asTold]>([
  ['a row that cannot be judged', ([value]) => value !== 70 || division(), asTold],
  ['an edit that cannot be answered', () => true, (edit) => (edit.key === 70 ? division() : edit)],
])('%s among many tells its key', (_name, holds, answer) => {
  const delta = Array.from({length: 100}, (_, i) => ({key: i, before: undefined, after: [i]}));
  let thrown: unknown;
  try {
    eachKept(holds, answer)(delta);
  } catch (error) {
    thrown = error;
  }
  expect(problemsOf(thrown).map(({message}) => message)).toEqual(['division by zero (row "70")']);
});

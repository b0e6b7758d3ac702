import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {sharedFile} from '../../support/shared.ts';
import {difference, type TckCase} from './tck-case.ts';

/**
 * openCypher's own cases, by category: how many of them must be answered as they say.
 * What is missing is refused on purpose (docs/queries.md): a property that no column
 * has is no null here.
 */
const FLOORS: Readonly<Record<string, readonly [passed: number, of: number]>> = {
  aggregation: [11, 12],
  arithmetic: [3, 3],
  boolean: [85, 85],
  comparison: [24, 24],
  conditional: [6, 6],
  list: [69, 69],
  literals: [67, 67],
  map: [25, 25],
  match: [1, 1],
  null: [18, 20],
  orderby: [64, 64],
  precedence: [63, 63],
  quantifier: [277, 277],
  return: [17, 17],
  'skip-limit': [9, 9],
  string: [8, 8],
  temporal: [499, 499],
  'type-conversion': [11, 11],
  unwind: [4, 4],
  where: [3, 3],
  with: [3, 3],
};

const file = sharedFile('tck/expressions.json');
const cases = file ? (JSON.parse(readFileSync(file, 'utf8')) as readonly TckCase[]) : [];

test.skipIf(!file)('the cases are those that the floors were counted for', () => {
  const counts: Record<string, number> = {};
  for (const {category} of cases) counts[category] = (counts[category] ?? 0) + 1;
  expect(counts).toEqual(
    Object.fromEntries(Object.entries(FLOORS).map(([category, [, of]]) => [category, of])),
  );
});

test.skipIf(!file).each(Object.entries(FLOORS))(
  'openCypher’s cases of %s pass, all but those refused on purpose',
  (category, [floor]) => {
    const ours = cases.filter((tck) => tck.category === category);
    const failed = ours.flatMap((tck) => {
      const why = outcome(tck);
      return why === undefined ? [] : [`${tck.id}: ${tck.query}\n   ${why}`];
    });
    expect(ours.length - failed.length, failed.join('\n')).toBeGreaterThanOrEqual(floor);
  },
  60_000,
);

/** What keeps the case from passing; undefined where it does. Only Problems are answers. */
function outcome(tck: TckCase): string | undefined {
  try {
    return difference(tck);
  } catch (error) {
    const found = problemsOf(error);
    if (found.length === 0) throw error;
    return found.map(({message}) => message).join('; ');
  }
}

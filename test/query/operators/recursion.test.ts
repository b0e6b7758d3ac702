import {expect, test} from 'vitest';
import {parseDecimal} from '../../../src/data/decimal.ts';
import type {Delta, Edit} from '../../../src/data/delta.ts';
import {INT4, NUMERIC} from '../../../src/data/type.ts';
import type {Row} from '../../../src/data/value.ts';
import type {Operator} from '../../../src/query/operators/operator.ts';
import {type Recursion, recursion} from '../../../src/query/operators/recursion.ts';
import {expectIncremental, type Rows} from '../../support/expect-incremental.ts';

/** What follows from a number: 3 leads to 1 and 2, 2 and 1 to each other; null to nothing. */
const next = (n: number): readonly number[] => (n === 3 ? [1, 2] : n === 2 ? [1] : [2]);

/** UNION ALL over a circle ends after the third round. */
function stepped(delta: Delta, all: boolean): Delta {
  const made = (row: Row | undefined): readonly Row[] => {
    const [round, n] = row ?? [];
    if (typeof n !== 'number' || (all && round === 3)) return [];
    return next(n).map((to) => [round as number, to]);
  };
  return delta.flatMap(({key, before, after}): readonly Edit[] => [
    ...made(before).map((row, i) => ({key: `${key}|${i}`, before: row, after: undefined})),
    ...made(after).map((row, i) => ({key: `${key}|${i}`, before: undefined, after: row})),
  ]);
}

function running(all: boolean): Operator {
  const operator: Recursion = recursion([INT4], {all, rowsMax: 10_000});
  return {
    push(delta) {
      operator.takeBase(delta);
      for (let round = operator.next(); round; round = operator.next()) {
        operator.takeStep(stepped(round, all));
      }
      return operator.told();
    },
    get size() {
      return operator.size;
    },
  };
}

function anew(rows: Rows, all: boolean): readonly Row[] {
  const found: (number | null)[] = [];
  let round = [...rows.values()].map(([n = null]) => n as number | null);
  for (let depth = 0; round.length > 0; depth++) {
    const fresh = all ? round : [...new Set(round)].filter((n) => !found.includes(n));
    found.push(...fresh);
    round = all && depth === 3 ? [] : fresh.flatMap((n) => (n === null ? [] : next(n)));
  }
  return found.map((n) => [n]);
}

test.each([true, false])('adds up to running all rounds anew, UNION ALL: %s', (all) => {
  expectIncremental(
    () => running(all),
    (rows) => anew(rows, all),
    {row: (pick) => [pick([1, 2, 3, null])]},
  );
});

test('UNION ALL keeps apart what prints otherwise, UNION does not', () => {
  const delta = ['1.0', '1.00'].map((text, key) => ({
    key,
    before: undefined,
    after: [parseDecimal(text) ?? null],
  }));
  const keys = (all: boolean): readonly unknown[] => {
    const operator = recursion([NUMERIC], {all, rowsMax: 10});
    operator.takeBase(delta);
    while (operator.next());
    return operator.told().map(({key}) => key);
  };
  expect(keys(true)).toEqual(['1.0', '1.00']);
  expect(keys(false)).toHaveLength(1);
});

import {expect, test} from 'vitest';
import {BOOL, INT4} from '../../src/data/type.ts';
import type {Row, Value} from '../../src/data/value.ts';
import {compile} from '../../src/query/evaluate.ts';
import type {Expression, FoldFunction, ScalarFunction} from '../../src/query/expression.ts';
import {and, column, equal, less, literal, or, plus} from '../support/plans.ts';

const truth = (value: boolean | null): Expression => ({kind: 'literal', value, type: BOOL});
const T = truth(true);
const F = truth(false);
const N = truth(null);
const fails: Expression = {
  kind: 'call',
  function: {
    name: 'fails',
    strict: true,
    compute: () => {
      throw new Error('evaluated');
    },
  },
  args: [],
  type: BOOL,
};

const branch = (when: Expression, value: Expression) => {
  // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
  return {when, then: value};
};

test.each<[name: string, expression: Expression, row: Row, value: Value]>([
  ['true and null is null', and(T, N), [], null],
  ['null and false is false', and(N, F), [], false],
  ['null and true and false is false', and(N, T, F), [], false],
  ['null or true is true', or(N, T), [], true],
  ['false or null is null', or(F, N), [], null],
  ['false and: the rest is not evaluated', and(F, fails), [], false],
  ['true or: the rest is not evaluated', or(T, fails), [], true],
  ['not null is null', {kind: 'not', arg: N, type: BOOL}, [], null],
  ['not false is true', {kind: 'not', arg: F, type: BOOL}, [], true],
  ['null is null', {kind: 'isNull', arg: column(0), type: BOOL}, [null], true],
  ['a strict call of a null column is null', equal(column(0), literal(1)), [null], null],
  ['a column is compared with a constant', less(column(0), literal(2)), [1], true],
  ['a column is compared with a column', less(column(0), column(1)), [1, null], null],
  ['calls nest', less(plus(column(0), literal(1)), column(1)), [1, 3], true],
  [
    'the first true branch of a case',
    {
      kind: 'case',
      branches: [branch(N, literal(1)), branch(T, literal(2)), branch(fails, literal(3))],
      otherwise: fails,
      type: INT4,
    },
    [],
    2,
  ],
  [
    'coalesce stops at the first that is not null',
    {kind: 'coalesce', args: [literal(null), column(0), fails], type: INT4},
    [7],
    7,
  ],
])('%s', (_name, expression, row, value) => {
  expect(compile(expression)(row)).toBe(value);
});

test.each([0, 1, 2, 3, 4, 5])('a call of %i arguments gets them in order', (count) => {
  const all: ScalarFunction = {name: 'all', strict: false, compute: (...values) => values};
  const args = Array.from({length: count}, (_, i) => column(count - 1 - i));
  const row = [10, null, 30, 40, 50].slice(0, count);
  const lenient = compile({kind: 'call', function: all, args, type: INT4});
  expect(lenient(row)).toEqual(row.toReversed());
  const strict = compile({kind: 'call', function: {...all, strict: true}, args, type: INT4});
  expect(strict(row)).toEqual(row.includes(null) ? null : row.toReversed());
});

test('a fold inside a fold sees the row, the outer variable and its own', () => {
  const each: FoldFunction = {
    name: 'each',
    compute: ([list], [body]) => (list as readonly Value[]).map((item) => body?.(item) ?? null),
  };
  const pairs: Expression = {
    kind: 'fold',
    function: each,
    args: [column(1)],
    width: 2,
    type: INT4,
    bodies: [
      {
        kind: 'fold',
        function: each,
        args: [column(1)],
        width: 3,
        type: INT4,
        bodies: [plus(column(0), plus(column(2), column(3)))],
      },
    ],
  };
  expect(compile(pairs)([100, [1, 2]])).toEqual([
    [102, 103],
    [103, 104],
  ]);
});

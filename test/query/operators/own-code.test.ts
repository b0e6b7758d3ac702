import {afterEach, expect, test, vi} from 'vitest';
import {ownCode} from '../../../src/query/operators/own-code.ts';

function sumOf(numbers: readonly number[], times: (n: number) => number): number {
  let sum = 0;
  for (const n of numbers) sum += times(n);
  return sum;
}

const double = (n: number): number => n * 2;

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a copy is another function that does the same', () => {
  const copy = ownCode(sumOf);
  expect(copy).not.toBe(sumOf);
  expect(copy([1, 2, 3], double)).toBe(12);
});

test('where no code may be made from texts, it is the function itself', () => {
  vi.stubGlobal('Function', function refused() {
    throw new EvalError('Code generation from strings disallowed for this context');
  });
  expect(ownCode(sumOf)).toBe(sumOf);
});

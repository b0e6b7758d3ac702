import {expect, test} from 'vitest';
import {Decimal, parseDecimal} from '../../../src/data/decimal.ts';
import {random} from '../../../src/lib/random.ts';
import {
  averageOf,
  divideNumeric,
  squareRoot,
} from '../../../src/query/functions/numeric-division.ts';

/** As Postgres prints them. */
test.each([
  ['1', '3', '0.33333333333333333333'],
  ['2', '3', '0.66666666666666666667'],
  ['10', '4', '2.5000000000000000'],
  ['1.00', '7', '0.14285714285714285714'],
  ['-1', '3', '-0.33333333333333333333'],
  ['123456789012', '7', '17636684144.57142857'],
  ['0', '5', '0.00000000000000000000'],
  ['1e20', '3', '33333333333333333333'],
  ['1', '12345678', '0.000000081000006642000545'],
  ['NaN', '2', 'NaN'],
  ['Infinity', '-2', '-Infinity'],
])('%s / %s is %s', (a, b, quotient) => {
  const divided = divideNumeric(parseDecimal(a) as Decimal, parseDecimal(b) as Decimal);
  expect(String(divided)).toBe(quotient);
});

test('an average in floats is the one in bigints, to the last digit', () => {
  const next = random(7);
  for (let i = 0; i < 20_000; i++) {
    const sum = Math.floor((next() - 0.5) * 2 * 10 ** Math.floor(next() * 16));
    const count = 1 + Math.floor(next() * 10 ** Math.floor(next() * 9));
    const expected = divideNumeric(new Decimal(sum + 0, 0), new Decimal(count, 0));
    expect(String(averageOf(sum + 0, count)), `${sum} / ${count}`).toBe(String(expected));
  }
});

test.each([
  ['2', 15, '1.414213562373095'],
  ['0.25', 2, '0.50'],
  ['1e30', 0, '1000000000000000'],
])('the root of %s to %i places is %s', (value, scale, root) => {
  expect(String(squareRoot(parseDecimal(value) as Decimal, scale))).toBe(root);
});

import {Decimal, multiplyDecimals, subtractDecimals} from '../../../data/decimal.ts';
import type {Integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import type {Accumulator} from '../../plan.ts';
import {divideNumeric, quotientScale, squareRoot} from '../numeric-division.ts';
import {ratio, UNIT, unitsOf} from './float-units.ts';
import {DecimalSum} from './sum.ts';

/** Which of the four: of a sample (n − 1) or a population (n), and whether its root. */
export interface Spread {
  readonly sample: boolean;
  readonly root: boolean;
}

/** variance and stddev of integers and numerics: exact sums, divided as Postgres does. */
export class DecimalVariance implements Accumulator {
  readonly #spread: Spread;
  readonly #sum = new DecimalSum({average: false});
  readonly #squares = new DecimalSum({average: false});
  #count = 0;

  constructor(spread: Spread) {
    this.#spread = spread;
  }

  add(value: Value): void {
    const decimal = decimalOf(value);
    this.#sum.add(decimal);
    this.#squares.add(multiplyDecimals(decimal, decimal));
    this.#count += 1;
  }

  remove(value: Value): void {
    const decimal = decimalOf(value);
    this.#sum.remove(decimal);
    this.#squares.remove(multiplyDecimals(decimal, decimal));
    this.#count -= 1;
  }

  result(): Value {
    const {sample, root} = this.#spread;
    if (this.#count <= (sample ? 1 : 0)) return null;
    const sum = this.#sum.sum();
    if (!sum.finite) return new Decimal(Number.NaN, 0);
    const count = new Decimal(this.#count, 0);
    const numerator = subtractDecimals(
      multiplyDecimals(count, this.#squares.sum()),
      multiplyDecimals(sum, sum),
    );
    if (numerator.digits <= 0) return new Decimal(0, 0);
    const denominator = multiplyDecimals(count, new Decimal(this.#count - (sample ? 1 : 0), 0));
    const variance = divideNumeric(numerator, denominator);
    return root ? squareRoot(variance, quotientScale(numerator, denominator)) : variance;
  }
}

const decimalOf = (value: Value): Decimal =>
  value instanceof Decimal ? value : new Decimal(value as Integer, 0);

/**
 * variance and stddev of floats, from the exact sums of values and squares (as whole
 * multiples of the smallest float), rounded once in the answer: Postgres's own rounds at
 * each row, so its last digits depend on the rows' order, and ours do not.
 */
export class FloatVariance implements Accumulator {
  readonly #spread: Spread;
  #sum = 0n;
  #squares = 0n;
  #count = 0;
  #specials = 0;

  constructor(spread: Spread) {
    this.#spread = spread;
  }

  add(value: Value): void {
    this.#change(value as number, 1n);
  }

  remove(value: Value): void {
    this.#change(value as number, -1n);
  }

  #change(value: number, sign: 1n | -1n): void {
    this.#count += Number(sign);
    if (!Number.isFinite(value)) {
      this.#specials += Number(sign);
      return;
    }
    const units = unitsOf(value);
    this.#sum += sign * units;
    this.#squares += sign * units * units;
  }

  result(): Value {
    const {sample, root} = this.#spread;
    if (this.#count <= (sample ? 1 : 0)) return null;
    if (this.#specials > 0) return Number.NaN;
    const count = BigInt(this.#count);
    const numerator = count * this.#squares - this.#sum * this.#sum;
    const denominator = (count * (sample ? count - 1n : count)) << BigInt(2 * UNIT);
    const variance = ratio(numerator, denominator);
    return root ? Math.sqrt(variance) : variance;
  }
}

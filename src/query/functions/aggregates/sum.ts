import {Decimal, digitsAt} from '../../../data/decimal.ts';
import {
  addIntegers,
  divideIntegers,
  type Integer,
  multiplyIntegers,
  powerOfTen,
  subtractIntegers,
} from '../../../data/integer.ts';
import {Interval, type Value} from '../../../data/value.ts';
import type {Accumulator} from '../../plan.ts';
import {multiplied} from '../../sql/interval-arithmetic.ts';
import {averageOf, divideNumeric} from '../numeric-division.ts';
import {ExactSum} from './exact-sum.ts';

/** How the sum of integers is answered: sum of small ones, sum of int8, avg. */
export type IntegerForm = 'integer' | 'numeric' | 'average';

/** sum and avg of integers: exact, of any size. Null of nothing. */
export class IntegerSum implements Accumulator {
  readonly #form: IntegerForm;
  #sum: Integer = 0;
  #count = 0;

  constructor(form: IntegerForm) {
    this.#form = form;
  }

  add(value: Value): void {
    this.#sum = addIntegers(this.#sum, value as Integer);
    this.#count += 1;
  }

  remove(value: Value): void {
    this.#sum = subtractIntegers(this.#sum, value as Integer);
    this.#count -= 1;
  }

  result(): Value {
    if (this.#count === 0) return null;
    if (this.#form === 'integer') return this.#sum;
    return this.#form === 'numeric' ? new Decimal(this.#sum, 0) : averageOf(this.#sum, this.#count);
  }
}

/**
 * sum and avg of numerics: exact, with the scale Postgres has: the largest among the
 * values that are there. So it counts the values of each scale.
 */
export class DecimalSum implements Accumulator {
  readonly #average: boolean;
  #digits: Integer = 0;
  #scale = 0;
  readonly #scales: number[] = [];
  #count = 0;
  readonly #special = new ExactSum();
  #specials = 0;

  constructor({average}: {average: boolean}) {
    this.#average = average;
  }

  add(value: Value): void {
    const decimal = value as Decimal;
    this.#count += 1;
    if (!decimal.finite) {
      this.#specials += 1;
      this.#special.add(Number(decimal.digits));
      return;
    }
    const {scale} = decimal;
    while (this.#scales.length <= scale) this.#scales.push(0);
    this.#scales[scale]! += 1;
    if (scale > this.#scale) this.#rescale(scale);
    this.#digits = addIntegers(this.#digits, digitsAt(decimal, this.#scale));
  }

  remove(value: Value): void {
    const decimal = value as Decimal;
    this.#count -= 1;
    if (!decimal.finite) {
      this.#specials -= 1;
      this.#special.remove(Number(decimal.digits));
      return;
    }
    this.#scales[decimal.scale]! -= 1;
    this.#digits = subtractIntegers(this.#digits, digitsAt(decimal, this.#scale));
    while (this.#scales.at(-1) === 0) this.#scales.pop();
    const largest = Math.max(this.#scales.length - 1, 0);
    if (largest < this.#scale) this.#rescale(largest);
  }

  result(): Value {
    if (this.#count === 0) return null;
    const sum = this.sum();
    return this.#average ? divideNumeric(sum, new Decimal(this.#count, 0)) : sum;
  }

  sum(): Decimal {
    return this.#specials > 0
      ? new Decimal(this.#special.value(), 0)
      : new Decimal(this.#digits, this.#scale);
  }

  /** Exact in both directions: no value that is left has digits beyond the new scale. */
  #rescale(scale: number): void {
    const by = scale - this.#scale;
    this.#digits =
      by > 0
        ? multiplyIntegers(this.#digits, powerOfTen(by))
        : divideIntegers(this.#digits, powerOfTen(-by));
    this.#scale = scale;
  }
}

export type FloatForm = 'float8' | 'float4' | 'average';

/** sum and avg of floats: the exact sum, rounded once in the answer. Null of nothing. */
export class FloatSum implements Accumulator {
  readonly #form: FloatForm;
  readonly #sum = new ExactSum();
  #count = 0;

  constructor(form: FloatForm) {
    this.#form = form;
  }

  add(value: Value): void {
    this.#sum.add(value as number);
    this.#count += 1;
  }

  remove(value: Value): void {
    this.#sum.remove(value as number);
    this.#count -= 1;
  }

  result(): Value {
    if (this.#count === 0) return null;
    const sum = this.#sum.value();
    if (this.#form === 'average') return sum / this.#count;
    return this.#form === 'float4' ? Math.fround(sum) : sum;
  }
}

/** sum and avg of intervals: each of the three parts by itself. Null of nothing. */
export class IntervalSum implements Accumulator {
  readonly #average: boolean;
  #months = 0;
  #days = 0;
  #micros: Integer = 0;
  #count = 0;

  constructor({average}: {average: boolean}) {
    this.#average = average;
  }

  add(value: Value): void {
    const {months, days, micros} = value as Interval;
    this.#months += months;
    this.#days += days;
    this.#micros = addIntegers(this.#micros, micros);
    this.#count += 1;
  }

  remove(value: Value): void {
    const {months, days, micros} = value as Interval;
    this.#months -= months;
    this.#days -= days;
    this.#micros = subtractIntegers(this.#micros, micros);
    this.#count -= 1;
  }

  result(): Value {
    if (this.#count === 0) return null;
    const sum = new Interval(this.#months, this.#days, this.#micros);
    return this.#average ? multiplied(sum, (part) => part / this.#count) : sum;
  }
}

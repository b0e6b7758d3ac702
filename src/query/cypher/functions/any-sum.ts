import {addDecimals, Decimal, subtractDecimals} from '../../../data/decimal.ts';
import {addIntegers, type Integer, subtractIntegers} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {ExactSum} from '../../functions/aggregates/exact-sum.ts';
import {divideNumeric} from '../../functions/numeric-division.ts';
import type {Accumulator} from '../../plan.ts';
import {problems} from '../problems.ts';
import {CypherDuration} from '../temporal/duration.ts';
import {dividedBy} from '../temporal/duration-of.ts';
import {anyText} from '../values/any.ts';
import {CypherFloat} from '../values/float.ts';
import {checked, decimalFloat, isWhole} from '../values/number.ts';

/**
 * sum and avg of values of type `any`: of numbers of every kind, or of durations. A float
 * among the numbers makes the answer a float. Exact, so that what is removed leaves no
 * trace. Of nothing the sum is 0 and the average null.
 */
export class AnySum implements Accumulator {
  readonly #average: boolean;
  #whole: Integer = 0;
  #decimal = new Decimal(0, 0);
  readonly #float = new ExactSum();
  #duration = new CypherDuration(0, 0, 0);
  readonly #counts = {whole: 0, decimal: 0, float: 0, duration: 0};

  constructor({average}: {average: boolean}) {
    this.#average = average;
  }

  add(value: Value): void {
    if (isWhole(value)) {
      this.#whole = addIntegers(this.#whole, value);
      this.#counts.whole += 1;
    } else if (value instanceof Decimal) {
      this.#decimal = addDecimals(this.#decimal, value);
      this.#counts.decimal += 1;
    } else if (value instanceof CypherFloat) {
      this.#float.add(value.value);
      this.#counts.float += 1;
    } else if (value instanceof CypherDuration) {
      this.#duration = this.#duration.plus(value);
      this.#counts.duration += 1;
    } else refuse(value);
  }

  remove(value: Value): void {
    if (isWhole(value)) {
      this.#whole = subtractIntegers(this.#whole, value);
      this.#counts.whole -= 1;
    } else if (value instanceof Decimal) {
      this.#decimal = subtractDecimals(this.#decimal, value);
      this.#counts.decimal -= 1;
    } else if (value instanceof CypherFloat) {
      this.#float.remove(value.value);
      this.#counts.float -= 1;
    } else if (value instanceof CypherDuration) {
      this.#duration = this.#duration.plus(value.negated());
      this.#counts.duration -= 1;
    } else refuse(value);
  }

  result(): Value {
    const {whole, decimal, float, duration} = this.#counts;
    const numbers = whole + decimal + float;
    if (duration > 0 && numbers > 0) {
      throw problems['cypher-value']({message: 'durations and numbers have no common sum'});
    }
    const count = numbers + duration;
    if (count === 0) return this.#average ? null : 0;
    if (duration > 0)
      return this.#average ? dividedBy(this.#duration, new Decimal(count, 0)) : this.#duration;
    if (float > 0 || (this.#average && decimal === 0)) return this.#asFloat(count);
    if (decimal === 0) return checked(this.#whole);
    const sum = addDecimals(this.#decimal, new Decimal(this.#whole, 0));
    return this.#average ? divideNumeric(sum, new Decimal(count, 0)) : sum;
  }

  #asFloat(count: number): CypherFloat {
    const {float, decimal} = this.#counts;
    const exact = decimal > 0 ? decimalFloat(this.#decimal) : 0;
    const sum = (float > 0 ? this.#float.value() : 0) + exact + Number(this.#whole);
    return new CypherFloat(this.#average ? sum / count : sum);
  }
}

function refuse(value: Value): never {
  const message = `sum and avg take numbers or durations, and not ${anyText(value)}`;
  throw problems['cypher-value']({message});
}

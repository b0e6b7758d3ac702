import type {Value} from '../../../data/value.ts';
import {Ordered} from '../../operators/ordered.ts';
import type {Accumulator} from '../../plan.ts';

/** min and max: all values in order, since the next one is wanted when the first goes. */
export class Extreme implements Accumulator {
  readonly #values: Ordered<Value>;
  readonly #end: 'first' | 'last';

  constructor(compare: (a: Value, b: Value) => number, end: 'first' | 'last') {
    this.#values = new Ordered(compare);
    this.#end = end;
  }

  add(value: Value): void {
    this.#values.add(value);
  }

  remove(value: Value): void {
    this.#values.remove(value);
  }

  result(): Value {
    return this.#values[this.#end] ?? null;
  }
}

/** What a percentile finds between the values at two ranks, `part` of the way up. */
export type Between = (low: Value, high: Value, part: number) => Value;

/**
 * percentile_cont and percentile_disc: [value, fraction] comes in, the fraction the same
 * for a whole group. Without `between`, the first value at or above the fraction.
 */
export class Percentile implements Accumulator {
  readonly #values: Ordered<Value>;
  readonly #between: Between | undefined;
  #fraction: number | null = null;

  constructor(compare: (a: Value, b: Value) => number, between: Between | undefined) {
    this.#values = new Ordered(compare);
    this.#between = between;
  }

  add(given: Value): void {
    const [value, fraction] = given as readonly Value[];
    this.#fraction = fraction as number | null;
    this.#values.add(value as Value);
  }

  remove(given: Value): void {
    const [value] = given as readonly Value[];
    this.#values.remove(value as Value);
  }

  result(): Value {
    const count = this.#values.size;
    if (count === 0 || this.#fraction === null) return null;
    if (!this.#between) {
      return this.#values.at(Math.max(Math.ceil(this.#fraction * count) - 1, 0)) ?? null;
    }
    const rank = this.#fraction * (count - 1);
    const low = this.#values.at(Math.floor(rank)) ?? null;
    const high = this.#values.at(Math.ceil(rank)) ?? null;
    return low === null || high === null ? null : this.#between(low, high, rank - Math.floor(rank));
  }
}

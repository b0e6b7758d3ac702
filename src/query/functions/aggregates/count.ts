import type {Value} from '../../../data/value.ts';
import type {Accumulator} from '../../plan.ts';

/** count: how many there are. */
export class Count implements Accumulator {
  #count = 0;

  add(): void {
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
  }

  result(): Value {
    return this.#count;
  }
}

/** bool_and (all must be true) and bool_or (one must be): null of nothing. */
export class Truths implements Accumulator {
  readonly #all: boolean;
  #true = 0;
  #false = 0;

  constructor({all}: {all: boolean}) {
    this.#all = all;
  }

  add(value: Value): void {
    if (value === true) this.#true += 1;
    else this.#false += 1;
  }

  remove(value: Value): void {
    if (value === true) this.#true -= 1;
    else this.#false -= 1;
  }

  result(): Value {
    if (this.#true + this.#false === 0) return null;
    return this.#all ? this.#false === 0 : this.#true > 0;
  }
}

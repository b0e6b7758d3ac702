import {identical} from '../../../data/compare.ts';
import type {Value} from '../../../data/value.ts';
import {assert} from '../../../lib/assert.ts';
import type {Expression} from '../../expression.ts';
import type {Accumulator, AggregateCall} from '../../plan.ts';

/** An aggregate of values that are all the same in a group, since its key decides them. */
export function oneOf(value: Expression): AggregateCall {
  return {
    function: {kind: 'running', name: 'one_of', skipsNulls: false, start: () => new OneOf()},
    args: [value],
    distinct: false,
    filter: undefined,
    orderBy: [],
    type: value.type,
  };
}

/** In the middle of a step, old and new values stand beside each other. */
class OneOf implements Accumulator {
  #entries: {readonly value: Value; count: number}[] = [];

  add(value: Value): void {
    const entry = this.#entries.find((known) => identical(known.value, value));
    if (entry) entry.count += 1;
    else this.#entries.push({value, count: 1});
  }

  remove(value: Value): void {
    const entry = this.#entries.find((known) => identical(known.value, value));
    assert(entry !== undefined, 'a group gives up a value that it holds');
    entry.count -= 1;
    if (entry.count === 0) this.#entries = this.#entries.filter((known) => known !== entry);
  }

  result(): Value {
    return this.#entries[0]?.value ?? null;
  }
}

import type {Integer} from '../../data/integer.ts';
import {Interval, type Value} from '../../data/value.ts';
import {assert} from '../../lib/assert.ts';
import type {TimeFunction, TimeState} from '../plan.ts';
import {dueAt, instant, later} from './calendar.ts';

/**
 * Conditions that wait for a time. All take a truth and a moment or an interval; null in
 * one of them is null. A condition that still waits is null too: pending, hence not in the
 * result of a WHERE, until it is due.
 */

/** The condition, from the moment on; before, pending whatever it is. */
export const TRUE_LATER = conditionAt('true_later', () => PENDING);

/** The condition at the moment, and after; before, pending while it holds, and else false. */
export const TRUE_UNTIL = conditionAt('true_until', (holds) => (holds ? PENDING : NO));

/** The condition where it holds, at once; where it does not, pending until the moment. */
export const TRUE_NOW_OR_LATER = conditionAt('true_now_or_later', (holds) =>
  holds ? YES : PENDING,
);

interface Early {
  readonly value: boolean | null;
  /** Whether it may be another when the moment comes. */
  readonly waits: boolean;
}

const PENDING: Early = {value: null, waits: true};
const YES: Early = {value: true, waits: false};
const NO: Early = {value: false, waits: false};

/** `early` is what it is before the moment. What it is depends on the row and now alone. */
function conditionAt(name: string, early: (holds: boolean) => Early): TimeFunction {
  return {
    name,
    history: false,
    step(_, [condition = null, moment = null], {now}) {
      if (condition === null || moment === null) return settled(null);
      const at = instant(moment as Integer);
      if (now >= at) return settled(condition);
      const {value, waits} = early(condition === true);
      return waits ? {value, due: dueAt(at)} : settled(value);
    },
  };
}

/**
 * Whether the condition has held without a break for the interval: true once it has,
 * pending while it holds for less, false as soon as it does not. It is known to hold since
 * the transaction that brought the row, or made it hold.
 */
export const TRUE_FOR: TimeFunction = {
  name: 'true_for',
  history: true,
  step(was, [condition = null, interval = null], {now}) {
    if (condition === null || interval === null) return settled(null);
    if (condition !== true) return settled(false);
    assert(interval instanceof Interval, 'true_for takes an interval');
    const since = was?.since ?? now;
    const at = later(since, interval);
    return now >= at ? {value: true, due: undefined, since} : {value: null, due: dueAt(at), since};
  },
};

const settled = (value: Value): TimeState => ({value, due: undefined});
